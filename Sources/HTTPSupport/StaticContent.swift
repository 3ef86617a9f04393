import Core
import Crypto
package import HTTPTypes
package import Hummingbird
import NIOCore

/// Bytes that stay the same while the program runs: kept in memory, compressed once, and not sent again to those who have them.
package struct StaticContent: Sendable {
    /// One form in which the content is sent.
    private struct Representation: Sendable {
        let body: ByteBuffer
        let headers: HTTPFields
        /// Quoted (RFC 9110, 8.8.3). Each form has its own.
        let etag: String
    }

    private let plain: Representation
    /// `nil` where it wouldn't be smaller, as with pictures.
    private let gzipped: Representation?

    /// - Parameter headers: of every answer. `Vary` is completed.
    package init(_ bytes: [UInt8], headers: HTTPFields) {
        let hash = SHA256.hash(data: bytes).hexadecimal.prefix(24)
        let compressed = Gzip.compress(bytes)
        var headers = headers
        let isCompressible = compressed.count < bytes.count
        if isCompressible {
            headers[.vary] = [headers[.vary], "Accept-Encoding"].compactMap(\.self).joined(separator: ", ")
        }
        func representation(_ bytes: [UInt8], etag: String, encoding: String? = nil) -> Representation {
            var headers = headers
            headers[.eTag] = etag
            headers[.contentEncoding] = encoding
            return Representation(body: ByteBuffer(bytes: bytes), headers: headers, etag: etag)
        }
        plain = representation(bytes, etag: "\"\(hash)\"")
        gzipped = isCompressible ? representation(compressed, etag: "\"\(hash)-gzip\"", encoding: "gzip") : nil
    }

    /// - Returns: 304 to a client that has the content already.
    package func response(to request: Request) -> Response {
        let accepts = request.headers[.acceptEncoding].map(Self.acceptsGzip) ?? false
        let chosen = accepts ? gzipped ?? plain : plain
        if let known = request.headers[.ifNoneMatch], Self.names(known, chosen.etag) {
            var headers = chosen.headers
            headers[.contentType] = nil
            headers[.contentEncoding] = nil
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: chosen.headers, body: ResponseBody(byteBuffer: chosen.body))
    }

    /// Whether `Accept-Encoding` has gzip in it, by name or by `*`, with a weight above 0 (RFC 9110, 12.5.3).
    static func acceptsGzip(_ field: String) -> Bool {
        var any = false
        for element in field.lowercased().split(separator: ",") {
            let parts = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let coding = parts.first, coding == "gzip" || coding == "x-gzip" || coding == "*" else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if coding != "*" { return weight > 0 }
            any = weight > 0
        }
        return any
    }

    /// Whether `If-None-Match` has the tag in it, compared weakly (RFC 9110, 13.1.2).
    static func names(_ field: String, _ etag: String) -> Bool {
        field.split(separator: ",").contains { element in
            var element = element.drop { $0 == " " || $0 == "\t" }
            while element.last == " " || element.last == "\t" { element.removeLast() }
            if element.hasPrefix("W/") { element.removeFirst(2) }
            return element == "*" || element == etag
        }
    }
}
