import Crypto
package import FoundationEssentials

/// Makes URLs that let whoever has one do one thing with one object for a while, and nothing else
/// (AWS Signature Version 4 in a query:
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
package struct S3Signer: Sendable {
    private let bucket: S3Bucket
    private let credentials: S3Credentials

    package enum Method: String, Sendable, Hashable {
        case get = "GET"
        case put = "PUT"
        case delete = "DELETE"
    }

    package init(bucket: S3Bucket, credentials: S3Credentials) {
        self.bucket = bucket
        self.credentials = credentials
    }

    /// - Parameters:
    ///   - key: of the object, without a slash at its start.
    ///   - date: from when on the URL is valid.
    ///   - lifetime: for how long it is; whole seconds, a week at most.
    /// - Returns: a URL that is a credential in itself. It signs the host and not the content.
    package func url(_ method: Method, key: String, from date: Date, lifetime: Duration) -> String {
        url(method, path: bucket.path(of: key), from: date, lifetime: lifetime)
    }

    /// - Parameter path: percent-encoded, from the first slash on.
    func url(_ method: Method, path: String, from date: Date, lifetime: Duration) -> String {
        let time = Self.timestamp(date)
        let day = String(time.prefix(8))
        let scope = "\(day)/\(bucket.region)/s3/aws4_request"
        let query = [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
            ("X-Amz-Date", time), ("X-Amz-Expires", "\(lifetime.components.seconds)"), ("X-Amz-SignedHeaders", "host"),
        ].map { "\($0)=\(PercentEncoding.parameter($1))" }.joined(separator: "&")

        let request = [method.rawValue, path, query, "host:\(bucket.host)\n", "host", "UNSIGNED-PAYLOAD"]
        let text = [Self.algorithm, time, scope, Self.hex(SHA256.hash(data: Data(request.joined(separator: "\n").utf8)))]
        let signature = Self.hex(code(text.joined(separator: "\n"), key: signingKey(day)))
        return "\(bucket.origin)\(path)?\(query)&X-Amz-Signature=\(signature)"
    }

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// Holds for one day, region and service
    /// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
    private func signingKey(_ day: String) -> SymmetricKey {
        [day, bucket.region, "s3", "aws4_request"].reduce(
            SymmetricKey(data: Data("AWS4\(credentials.secretAccessKey)".utf8))
        ) {
            SymmetricKey(data: code($1, key: $0))
        }
    }

    private func code(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
    }

    /// `20130524T000000Z`
    private static func timestamp(_ date: Date) -> String {
        date.formatted(
            Date.ISO8601FormatStyle(
                dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
                includingFractionalSeconds: false, timeZone: .gmt))
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
