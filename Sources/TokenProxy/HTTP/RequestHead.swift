/// What the proxy needs of a request's head. Ranges count from the head's first byte.
struct RequestHead {
    enum Method: Hashable { case get, head, post, other }
    enum Body: Hashable {
        case none
        case length(Int)
        case chunked
    }

    let length: Int
    private(set) var method = Method.other
    /// Path and query.
    private(set) var target = 0..<0
    /// HTTP/1.1; if not, HTTP/1.0.
    private(set) var isCurrent = true
    private(set) var body = Body.none
    private(set) var keepsAlive = true
    private(set) var expectsContinue = false
    /// Behind `Bearer`, or of `x-api-key`.
    private(set) var credential: Range<Int>?
    private(set) var requestID: Range<Int>?
    private(set) var traceParent: Range<Int>?
    private(set) var accept: Range<Int>?
    private(set) var userAgent: Range<Int>?
    private(set) var contentType: Range<Int>?
    private(set) var anthropicVersion: Range<Int>?
    private(set) var anthropicBeta: Range<Int>?
    /// Whether errors are to come as such also where a person could read words (`X-OpenClaw-Cloud-Errors: status`).
    private(set) var wantsStatus = false

    private var hasHost = false
    private var hasLength = false
    private var isChunked = false
    private var hasAuthorization = false
    private var apiKey: Range<Int>?

    /// - Parameter bytes: exactly the head, as ``HeadScanner/end(in:)`` found it.
    init(_ bytes: UnsafeRawBufferPointer) throws(HeadFault) {
        // Closures can't mutate a value that is being made.
        var head = RequestHead(length: bytes.count)
        try HeadScanner.read(
            bytes,
            start: { (line) throws(HeadFault) in try head.readStart(bytes, line) },
            field: { (name, value) throws(HeadFault) in try head.readField(bytes, name, value) })
        try head.finish()
        self = head
    }

    private init(length: Int) {
        self.length = length
    }

    private mutating func readStart(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) throws(HeadFault) {
        var end = line.lowerBound
        while end < line.upperBound, bytes[end] >= 0x41, bytes[end] <= 0x5A { end += 1 }
        guard (1...16).contains(end), end < line.upperBound, bytes[end] == 0x20 else { throw .malformed }
        let name = bytes[part: 0..<end]
        method =
            name.isExactly("POST") ? .post : name.isExactly("GET") ? .get : name.isExactly("HEAD") ? .head : .other
        let start = end + 1
        end = start
        while end < line.upperBound, bytes[end] > 0x20, bytes[end] < 0x7F { end += 1 }
        guard end > start, end < line.upperBound, bytes[start] == UInt8(ascii: "/"), bytes[end] == 0x20 else {
            throw .malformed
        }
        target = start..<end
        let version = bytes[part: (end + 1)..<line.upperBound]
        isCurrent = version.isExactly("HTTP/1.1")
        guard isCurrent || version.isExactly("HTTP/1.0") else { throw .malformed }
        keepsAlive = isCurrent
    }

    private mutating func readField(
        _ bytes: UnsafeRawBufferPointer, _ name: Range<Int>, _ range: Range<Int>
    ) throws(HeadFault) {
        let field = bytes[part: name]
        let value = bytes[part: range]
        switch name.count {
        case 4:
            guard field.isCaseInsensitively("host") else { return }
            guard !hasHost, !value.contains(0x20), !value.contains(UInt8(ascii: ",")) else { throw .malformed }
            hasHost = true
        case 6:
            if field.isCaseInsensitively("accept") {
                accept = range
            } else if field.isCaseInsensitively("expect") {
                guard value.isCaseInsensitively("100-continue") else { throw .malformed }
                expectsContinue = true
            }
        case 9:
            guard field.isCaseInsensitively("x-api-key") else { return }
            guard apiKey == nil else { throw .malformed }
            apiKey = range
        case 10:
            if field.isCaseInsensitively("connection") {
                value.forEachListMember { if $0.isCaseInsensitively("close") { keepsAlive = false } }
            } else if field.isCaseInsensitively("user-agent") {
                userAgent = range
            }
        case 11:
            if field.isCaseInsensitively("traceparent") { traceParent = range }
        case 12:
            if field.isCaseInsensitively("x-request-id") {
                requestID = range
            } else if field.isCaseInsensitively("content-type") {
                contentType = range
            }
        default: try readLongField(bytes, name, range)
        }
    }

    /// Those of 13 characters and more.
    private mutating func readLongField(
        _ bytes: UnsafeRawBufferPointer, _ name: Range<Int>, _ range: Range<Int>
    ) throws(HeadFault) {
        let field = bytes[part: name]
        let value = bytes[part: range]
        switch name.count {
        case 13:
            guard field.isCaseInsensitively("authorization") else { return }
            guard !hasAuthorization else { throw .malformed }
            hasAuthorization = true
            if value.count > 7, value[part: 0..<6].isCaseInsensitively("bearer"), value[6] == 0x20 {
                var first = range.lowerBound + 7
                while first < range.upperBound, bytes[first] == 0x20 { first += 1 }
                credential = first..<range.upperBound
            }
        case 14:
            if field.isCaseInsensitively("content-length") {
                guard !hasLength, let length = value.decimal else { throw .malformed }
                hasLength = true
                body = length == 0 ? .none : .length(length)
            } else if field.isCaseInsensitively("anthropic-beta") {
                anthropicBeta = range
            }
        case 17:
            if field.isCaseInsensitively("transfer-encoding") {
                guard !isChunked, value.isCaseInsensitively("chunked") else { throw .malformed }
                isChunked = true
            } else if field.isCaseInsensitively("anthropic-version") {
                anthropicVersion = range
            }
        case 23:
            guard field.isCaseInsensitively("x-openclaw-cloud-errors") else { return }
            wantsStatus = value.isCaseInsensitively("status")
        default: break
        }
    }

    private mutating func finish() throws(HeadFault) {
        // Both lengths, or chunks in a version that has none: two readers would see two bodies (RFC 9112, 6.1 and 11.2).
        if isChunked, hasLength || !isCurrent { throw .malformed }
        if isChunked { body = .chunked }
        if isCurrent, !hasHost { throw .malformed }
        credential = credential ?? apiKey
    }
}
