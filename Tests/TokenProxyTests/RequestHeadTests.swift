import NIOCore
import Testing

@testable import TokenProxy

struct RequestHeadTests {
    @Test func findsWhatTheProxyNeeds() throws {
        let text =
            "POST /v1/messages?beta=true HTTP/1.1\r\nHost: proxy\r\nX-API-Key: ocp_1\r\nContent-Length: 12\r\n"
            + "User-Agent:  anthropic/1  \r\naccept:application/json\r\nAnthropic-Version: 2023-06-01\r\n"
            + "Anthropic-Beta: a,b\r\nX-Request-ID: mine\r\nExpect: 100-Continue\r\nCookie: a=b\r\n\r\n"
        let head = try read(text)
        #expect(head.method == .post)
        #expect(head.length == text.utf8.count)
        #expect(head.body == .length(12))
        #expect(head.keepsAlive && head.isCurrent && head.expectsContinue)
        let part = { (range: Range<Int>?) in range.map { String(decoding: Array(text.utf8)[$0], as: UTF8.self) } }
        #expect(part(head.target) == "/v1/messages?beta=true")
        #expect(part(head.credential) == "ocp_1")
        #expect(part(head.userAgent) == "anthropic/1")
        #expect(part(head.accept) == "application/json")
        #expect(part(head.anthropicVersion) == "2023-06-01")
        #expect(part(head.anthropicBeta) == "a,b")
        #expect(part(head.requestID) == "mine")
    }

    @Test func prefersTheBearer() throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\nx-api-key: b\r\nAuthorization: bearer  c\r\n\r\n"
        let range = try #require(try read(text).credential)
        #expect(String(decoding: Array(text.utf8)[range], as: UTF8.self) == "c")
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true), ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", true),
    ])
    func knowsWhetherTheConnectionStays(_ text: String, _ stays: Bool) throws {
        #expect(try read(text).keepsAlive == stays)
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET /\r\n\r\n", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: the unexpected\r\n\r\n",
    ])
    func refusesWhatIsMalformedOrCanBeReadInTwoWays(_ text: String) {
        #expect(throws: HeadFault.malformed) { try read(text) }
    }

    /// Most bytes are looked at eight at a time: what must not stand in a line is found wherever it stands in them.
    @Test(arguments: 0..<20)
    func refusesAControlCharacterAtAnyPlaceOfALine(_ place: Int) throws {
        func head(_ byte: UInt8) -> [UInt8] {
            var value = [UInt8](repeating: UInt8(ascii: "~"), count: 20)
            value[place] = byte
            return Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + value + Array("\r\n\r\n".utf8)
        }
        for byte: UInt8 in [0x00, 0x08, 0x1F, 0x7F] {
            #expect(throws: HeadFault.malformed) { try head(byte).withUnsafeBytes { try RequestHead($0) } }
        }
        for byte: UInt8 in [0x09, 0x20, 0x7E, 0x80, 0xFF] {
            _ = try head(byte).withUnsafeBytes { try RequestHead($0) }
        }
    }

    @Test func refusesTooMuch() {
        let long = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n"
        let many = "GET / HTTP/1.1\r\nHost: a\r\n\((0..<100).map { "X\($0): y\r\n" }.joined())\r\n"
        #expect(throws: HeadFault.tooLarge) { try read(long) }
        #expect(throws: HeadFault.tooLarge) { try read(many) }
        // Before it has an end.
        #expect(throws: HeadFault.tooLarge) { try read(String(long.prefix(35_000))) }
    }

    @Test func readsAnAnswersHead() throws {
        let text = "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\ncontent-type: application/json\r\nContent-Length: 3\r\n\r\n"
        let head = try Array(text.utf8).withUnsafeBytes { (bytes) throws in try ResponseHead(bytes) }
        #expect(head.status == 429)
        #expect(head.retryAfter == "7")
        #expect(head.contentType == "application/json")
        #expect(head.body == .length(3))
        #expect(head.keepsAlive)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", ResponseHead.Body.chunked, true),
        ("HTTP/1.1 200 OK\r\n\r\n", .untilClose, false), ("HTTP/1.1 204 No\r\n\r\n", .none, true),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", .none, true),
        ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", .length(1), false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n", .length(1), false),
    ])
    func knowsWhereAnAnswerEnds(_ text: String, _ body: ResponseHead.Body, _ keepsAlive: Bool) throws {
        let head = try Array(text.utf8).withUnsafeBytes { (bytes) throws in try ResponseHead(bytes) }
        #expect(head.body == body)
        #expect(head.keepsAlive == keepsAlive)
    }

    private func read(_ text: String) throws -> RequestHead {
        var scanner = HeadScanner()
        return try Array(text.utf8).withUnsafeBytes { (bytes) throws in
            let length = try #require(try scanner.end(in: bytes))
            return try RequestHead(bytes[part: 0..<length])
        }
    }
}

struct BodyDecoderTests {
    @Test(arguments: 1...20)
    func takesChunksHoweverTheyAreCut(_ size: Int) {
        let (text, rest, end) = decode(
            "5\r\nhello\r\n0A\r\n, world 12\r\n0\r\n\r\nGET", .chunked, pieces: size)
        #expect(text == "hello, world 12")
        #expect(rest == "GET")
        #expect(end)
    }

    @Test func takesAsManyBytesAsWereAnnounced() {
        let (text, rest, end) = decode("helloGET", .length(5), pieces: 3)
        #expect((text, rest) == ("hello", "GET"))
        #expect(end)
    }

    @Test(arguments: [
        "zz\r\n", "\r\n", "-1\r\n", "0x5\r\nhello", "5\nhello", "5 \r\nhello", "5;a=b\r\nhello\r\n", "5\r\nhelloX\r\n",
        "fffffffff\r\n", "8000000000000000\r\n", "0\r\nX: trailer\r\n\r\n", ";\r\n", String(repeating: "0", count: 2000),
    ])
    func refusesBrokenChunks(_ text: String) {
        var decoder = BodyDecoder(RequestHead.Body.chunked)
        var buffer = ByteBuffer(string: text)
        while true {
            switch decoder.next(&buffer) {
            case .bytes: continue
            case .malformed: return
            case .needsMore, .end:
                Issue.record("accepted \(text.debugDescription)")
                return
            }
        }
    }

    @Test func passesOverExtensionsAndTrailersOfAnswers() {
        var decoder = BodyDecoder(ResponseHead.Body.chunked)
        var buffer = ByteBuffer(string: "5 ;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n")
        guard case .bytes(let bytes) = decoder.next(&buffer), case .end = decoder.next(&buffer) else {
            Issue.record("it was not taken")
            return
        }
        #expect(String(buffer: bytes) == "hello")
    }

    private func decode(
        _ text: String, _ body: RequestHead.Body, pieces: Int
    ) -> (text: String, rest: String, end: Bool) {
        var decoder = BodyDecoder(body)
        var buffer = ByteBuffer()
        var result = ""
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            buffer.writeBytes(bytes.prefix(pieces))
            bytes = bytes.dropFirst(pieces)
            loop: while true {
                switch decoder.next(&buffer) {
                case .bytes(let part): result += String(buffer: part)
                case .needsMore: break loop
                case .end:
                    buffer.writeBytes(bytes)
                    return (result, String(buffer: buffer), true)
                case .malformed: return (result, "malformed", false)
                }
            }
        }
        return (result, String(buffer: buffer), decoder.isDone)
    }
}
