/// A bucket of an S3-compatible store, addressed by path: `<endpoint>/<bucket>/<key>`, which every such store understands.
package struct S3Bucket: Sendable, Hashable {
    /// `https://host`, with a port where it isn't the scheme's own.
    let origin: String
    /// What goes into the `Host` header: clients leave the scheme's own port out, and so must a signature.
    let host: String
    /// Percent-encoded, with a slash at its end and none at its start; empty where the store is at the endpoint's root.
    private let prefix: String
    package let region: String
    package let name: String

    /// - Parameters:
    ///   - endpoint: the store's http or https URL; a path in it is kept.
    ///   - name: letters, digits, dots, hyphens and underscores.
    ///   - region: such as `us-east-1`; stores without regions have a word of their own for it, such as `auto`.
    /// - Returns: `nil` if the endpoint is no such URL, or the name no bucket's.
    package init?(endpoint: String, name: String, region: String) {
        let isName = !name.isEmpty && name.utf8.allSatisfy { PercentEncoding.isUnreserved($0) && $0 != UInt8(ascii: "~") }
        guard let separator = endpoint.firstRange(of: "://"), isName, !region.isEmpty else { return nil }
        let scheme = endpoint[..<separator.lowerBound].lowercased()
        let rest = endpoint[separator.upperBound...]
        var authority = rest.prefix { $0 != "/" }.lowercased()
        guard let ownPort = ["http": ":80", "https": ":443"][scheme], !authority.isEmpty,
            !authority.contains(where: { "@?#".contains($0) || $0.isWhitespace })
        else { return nil }
        if authority.hasSuffix(ownPort) { authority.removeLast(ownPort.count) }
        let folders = rest.drop { $0 != "/" }.split(separator: "/").map { PercentEncoding.path(String($0)) }
        host = authority
        origin = "\(scheme)://\(authority)"
        prefix = folders.map { $0 + "/" }.joined()
        self.region = region
        self.name = name
    }

    /// The percent-encoded path of an object, from the first slash on.
    func path(of key: String) -> String {
        "/\(prefix)\(name)/\(PercentEncoding.path(key))"
    }
}

/// RFC 3986 as AWS wants it: everything but the unreserved characters is encoded, byte by byte and in capitals
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
enum PercentEncoding {
    static func parameter(_ text: String) -> String { encoded(text, keeping: []) }
    static func path(_ text: String) -> String { encoded(text, keeping: [UInt8(ascii: "/")]) }

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    private static func encoded(_ text: String, keeping kept: Set<UInt8>) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || kept.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
