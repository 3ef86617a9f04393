import FoundationEssentials
import Testing

@testable import S3

struct S3SignerTests {
    private static let credentials = S3Credentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    @Test func signsAsInTheExampleOfAWS() throws {
        let bucket = try #require(
            S3Bucket(endpoint: "https://examplebucket.s3.amazonaws.com", name: "examplebucket", region: "us-east-1"))
        let signer = S3Signer(
            bucket: bucket,
            credentials: S3Credentials(
                accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        let url = signer.url(
            .get, path: "/test.txt", from: try Date("2013-05-24T00:00:00Z", strategy: .iso8601), lifetime: .seconds(86400))
        #expect(
            url == "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    /// A request and its signature by botocore 1.44.8, with `signature_version="s3v4"` and `addressing_style="path"`.
    struct Sample: Sendable, CustomTestStringConvertible {
        let endpoint: String
        let region: String
        let bucket: String
        let key: String
        let method: S3Signer.Method
        let date: String
        let lifetime: Int
        let path: String
        let signature: String

        var testDescription: String { "\(method.rawValue) \(endpoint)" }
    }

    private static let samples = [
        Sample(
            endpoint: "https://s3.eu-central-1.amazonaws.com", region: "eu-central-1", bucket: "backups",
            key: "cst_01/box_02/bak_03.tar.gz", method: .put, date: "20261122T165449Z", lifetime: 3600,
            path: "/backups/cst_01/box_02/bak_03.tar.gz",
            signature: "1c40230b79dbd71f7f1e2b412d4a776481a7f18f38fa902fa1654f4d47657982"),
        Sample(
            endpoint: "http://minio.storage.svc.cluster.local:9000", region: "us-east-1", bucket: "agents",
            key: "cst_01/box_02/bak_03.tar.gz", method: .get, date: "20261122T165449Z", lifetime: 3600,
            path: "/agents/cst_01/box_02/bak_03.tar.gz",
            signature: "89f75841e956ccc61b880f8e3051b131682f96b19649781fc3e2f0333943e7d3"),
        Sample(
            endpoint: "https://store.example:443", region: "auto", bucket: "b", key: "plain", method: .get,
            date: "20240229T235959Z", lifetime: 60, path: "/b/plain",
            signature: "1db515af7b1e6c74563bb9157b44dd2850f81b46ea951bcd056dbdca0787c5ae"),
        Sample(
            endpoint: "http://127.0.0.1:80", region: "us-east-1", bucket: "b.with-dots_and",
            key: "a b/ç+é&=?#%~!*'()@:,;$/日本.tar.gz", method: .put, date: "20300101T000000Z", lifetime: 604_800,
            path: "/b.with-dots_and/a%20b/%C3%A7%2B%C3%A9%26%3D%3F%23%25~%21%2A%27%28%29%40%3A%2C%3B%24/"
                + "%E6%97%A5%E6%9C%AC.tar.gz",
            signature: "adaaafc4937c43512fb6268cb5d6e5715be5a0a39f8986f360ea4dc701772c8f"),
        Sample(
            endpoint: "http://[::1]:9000", region: "garage", bucket: "b", key: "x", method: .put,
            date: "20260101T000000Z", lifetime: 1, path: "/b/x",
            signature: "115ef11ea625bd6f44131a40b82221142c0c3a0659031fff2cc9d54dbb240a52"),
    ]

    @Test(arguments: samples)
    func signsAsBotocoreDoes(_ sample: Sample) throws {
        let bucket = try #require(S3Bucket(endpoint: sample.endpoint, name: sample.bucket, region: sample.region))
        let format = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt)
        let url = S3Signer(bucket: bucket, credentials: Self.credentials).url(
            sample.method, key: sample.key, from: try Date(sample.date, strategy: format),
            lifetime: .seconds(sample.lifetime))
        let origin = sample.endpoint.replacing(/:(443|80)$/, with: "")
        #expect(
            url == "\(origin)\(sample.path)?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F"
                + "\(sample.date.prefix(8))%2F\(sample.region)%2Fs3%2Faws4_request&X-Amz-Date=\(sample.date)"
                + "&X-Amz-Expires=\(sample.lifetime)&X-Amz-SignedHeaders=host&X-Amz-Signature=\(sample.signature)")
    }

    @Test func keepsAPathOfTheEndpoint() throws {
        let bucket = try #require(S3Bucket(endpoint: "https://Store.example/s3 api/", name: "b", region: "r"))
        let url = S3Signer(bucket: bucket, credentials: Self.credentials)
            .url(.get, key: "k", from: Date(timeIntervalSince1970: 0), lifetime: .seconds(1))
        #expect(url.hasPrefix("https://store.example/s3%20api/b/k?"))
    }

    @Test(arguments: [
        ("store.example", "b", "r"), ("ftp://store.example", "b", "r"), ("https://", "b", "r"),
        ("https://user@store.example", "b", "r"), ("https://store.example?x=1", "b", "r"),
        ("https://store.example", "", "r"),
        ("https://store.example", "a/b", "r"), ("https://store.example", "b", ""),
    ])
    func refusesWhatIsNoBucket(endpoint: String, name: String, region: String) {
        #expect(S3Bucket(endpoint: endpoint, name: name, region: region) == nil)
    }

    @Test func showsNoKeys() throws {
        let bucket = try #require(S3Bucket(endpoint: "https://store.example", name: "b", region: "r"))
        var dump = ""
        Swift.dump(S3Signer(bucket: bucket, credentials: Self.credentials), to: &dump)
        for text in [dump, "\(Self.credentials)", String(reflecting: Self.credentials)] {
            #expect(text.contains("[redacted]"))
            #expect(!text.contains("AKIDEXAMPLE") && !text.contains("wJalr"))
        }
    }
}
