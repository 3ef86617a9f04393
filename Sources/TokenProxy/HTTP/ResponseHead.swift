import NIOCore

/// What the proxy needs of an upstream's answer.
struct ResponseHead: Hashable {
    enum Body: Hashable {
        case none
        case length(Int)
        case chunked
        case untilClose
    }

    enum MediaType: Hashable { case json, eventStream, other }

    private(set) var status = 0
    private(set) var body = Body.untilClose
    private(set) var keepsAlive = true
    private(set) var contentType = ""
    private(set) var mediaType = MediaType.other
    private(set) var isEncoded = false
    private(set) var retryAfter: String?

    private var hasLength = false
    private var isChunked = false

    private init() {}

    /// - Parameter bytes: exactly the head, as ``HeadScanner/end(in:)`` found it.
    init(_ bytes: UnsafeRawBufferPointer) throws(HeadFault) {
        var head = ResponseHead()
        try HeadScanner.read(
            bytes,
            start: { (line) throws(HeadFault) in try head.readStart(bytes[part: line]) },
            field: { (name, value) throws(HeadFault) in try head.readField(bytes[part: name], bytes[part: value]) })
        if head.isChunked {
            // Whatever a length says beside it doesn't count (RFC 9112, 6.3).
            head.body = .chunked
        }
        if (100..<200).contains(head.status) || head.status == 204 || head.status == 304 { head.body = .none }
        if head.body == .untilClose { head.keepsAlive = false }
        self = head
    }

    /// An interim answer: another head follows.
    var isInterim: Bool { (100..<200).contains(status) }

    /// `HTTP/1.1 200 OK`
    private mutating func readStart(_ line: UnsafeRawBufferPointer) throws(HeadFault) {
        guard line.count >= 12, line[part: 0..<7].isExactly("HTTP/1."), line[8] == 0x20,
            let status = line[part: 9..<12].decimal, (100..<600).contains(status), line.count == 12 || line[12] == 0x20
        else { throw .malformed }
        self.status = status
        keepsAlive = line[7] == UInt8(ascii: "1")
    }

    private mutating func readField(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(HeadFault) {
        switch name.count {
        case 10:
            guard name.isCaseInsensitively("connection") else { return }
            value.forEachListMember { if $0.isCaseInsensitively("close") { keepsAlive = false } }
        case 11:
            if name.isCaseInsensitively("retry-after") { retryAfter = String(decoding: value, as: UTF8.self) }
        case 12:
            guard name.isCaseInsensitively("content-type") else { return }
            contentType = Self.contentType(value)
            mediaType = Self.mediaType(value)
        case 14:
            guard name.isCaseInsensitively("content-length") else { return }
            guard !hasLength, let length = value.decimal else { throw .malformed }
            hasLength = true
            body = length == 0 ? .none : .length(length)
        case 16:
            if name.isCaseInsensitively("content-encoding"), !value.isCaseInsensitively("identity") { isEncoded = true }
        case 17:
            guard name.isCaseInsensitively("transfer-encoding") else { return }
            guard !isChunked, value.isCaseInsensitively("chunked") else { throw .malformed }
            isChunked = true
        default: break
        }
    }

    /// The two usual ones without making a text anew.
    private static func contentType(_ value: UnsafeRawBufferPointer) -> String {
        if value.isExactly("application/json") { return "application/json" }
        if value.isExactly("text/event-stream") { return "text/event-stream" }
        return String(decoding: value, as: UTF8.self)
    }

    /// Types compare without case, and parameters follow (RFC 9110, 8.3.1).
    private static func mediaType(_ value: UnsafeRawBufferPointer) -> MediaType {
        let end = value.firstIndex { $0 == UInt8(ascii: ";") || HTTPByte.isBlank($0) } ?? value.count
        let type = value[part: 0..<end]
        if type.isCaseInsensitively("application/json") { return .json }
        return type.isCaseInsensitively("text/event-stream") ? .eventStream : .other
    }
}
