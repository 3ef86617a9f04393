import FoundationEssentials
import Testing

@testable import TokenProxy

/// Throws mutated heads at the scanner and compares what it makes of each with a reader that was written another way: as
/// plainly as the grammar of RFC 9112 allows, with no eye on speed.
struct HeadFuzzTests {
    private static let inputs = ProcessInfo.processInfo.environment["FUZZ_INPUTS"].flatMap { Int($0) } ?? 50_000

    @Test func readsEveryInputAsThePlainReaderDoes() {
        var random = SplitMix64(state: 20_261_125)
        var accepted = 0
        for number in 0..<Self.inputs {
            let input = Self.mutated(&random)
            let expected = PlainHead(input)
            let found = Self.scan(input, cuts: number % 3 == 0 ? Int(random.next() % 64) + 1 : .max)
            if found != expected {
                Issue.record(
                    "\(String(decoding: input, as: UTF8.self).debugDescription): \(String(describing: found)) is not \(String(describing: expected))"
                )
                return
            }
            if found != nil { accepted += 1 }
        }
        // A fuzzer whose inputs are all refused, or none, tests nothing.
        #expect(accepted > Self.inputs / 50 && accepted < Self.inputs * 9 / 10)
    }

    private static func scan(_ input: [UInt8], cuts: Int) -> PlainHead? {
        var scanner = HeadScanner()
        var count = min(cuts, input.count)
        while true {
            let step = input[..<count].withUnsafeBytes { bytes -> Result<PlainHead?, HeadFault> in
                Result { () throws(HeadFault) in
                    guard let length = try scanner.end(in: bytes) else { return nil }
                    return PlainHead(try RequestHead(bytes[part: 0..<length]), bytes)
                }
            }
            switch step {
            case .success(let head?): return head
            case .failure: return nil
            case .success(nil):
                if count == input.count { return nil }
                count = min(count + min(cuts, input.count), input.count)
            }
        }
    }

    // MARK: Inputs

    private static let seeds = [
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ocp_0\r\nContent-Length: 5\r\n\r\nhello",
        "POST /v1/messages HTTP/1.1\r\nhost: a:80\r\nx-api-key: k\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
    ].map { Array($0.utf8) }

    private static let pieces = [
        "\r\n", "\n", "\r", " ", "\t", ":", ",", "\r\n\r\n", "Content-Length: 5\r\n", "content-length:6\r\n", "+5", "-1",
        "0x",
        "Transfer-Encoding: chunked\r\n", "transfer-encoding: gzip, chunked\r\n", "Connection: close, x\r\n",
        "Expect: 100-continue\r\n", "Host: b\r\n", "Authorization: Basic x\r\n", "x-api-key: 2\r\n", "HTTP/1.1", "HTTP/1.0",
        "\0", "\u{7F}", "é", "http://a/", "GET ", "\r\n folded",
    ].map { Array($0.utf8) }

    private static func mutated(_ random: inout SplitMix64) -> [UInt8] {
        var input = seeds[Int(random.next() % UInt64(seeds.count))]
        for _ in 0..<(random.next() % 4) {
            let place = Int(random.next() % UInt64(input.count + 1))
            switch random.next() % 5 {
            case 0: input.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))], at: place)
            case 1 where place < input.count: input[place] = UInt8(truncatingIfNeeded: random.next())
            case 2: input.removeSubrange(place..<min(input.count, place + Int(random.next() % 8)))
            case 3:
                // At the start of a line, where fields stand.
                let line = input[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? place
                input.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))], at: line)
            default: break
            }
            if input.isEmpty { input = [0x47] }
        }
        return input
    }
}

/// What both readers must agree on.
private struct PlainHead: Equatable {
    var method: RequestHead.Method
    var target: [UInt8]
    var isCurrent: Bool
    var body: RequestHead.Body
    var keepsAlive: Bool
    var expectsContinue: Bool
    var credential: [UInt8]?

    init(_ head: RequestHead, _ bytes: UnsafeRawBufferPointer) {
        method = head.method
        target = Array(bytes[head.target])
        isCurrent = head.isCurrent
        body = head.body
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue
        credential = head.credential.map { Array(bytes[$0]) }
    }

    init?(_ input: [UInt8]) {
        // Bytes as characters, so that texts can be compared without decoding.
        let text = String(String.UnicodeScalarView(input.map { Unicode.Scalar($0) }))
        let scalars = Array(text.unicodeScalars)
        guard let end = Self.end(of: scalars) else { return nil }
        // Carriage return and line feed are one character to a String, so it is cut by scalars.
        var lines = scalars[..<end].split(separator: Array("\r\n".unicodeScalars))
            .map { String(String.UnicodeScalarView($0)).unicodeScalars }
        guard !lines.isEmpty else { return nil }
        let start = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false).map {
            String(String.UnicodeScalarView($0))
        }
        guard start.count == 3, (1...16).contains(start[0].unicodeScalars.count),
            start[0].unicodeScalars.allSatisfy({ ("A"..."Z").contains($0) }), start[1].hasPrefix("/"),
            start[1].unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }),
            ["HTTP/1.0", "HTTP/1.1"].contains(start[2]), lines.count <= 100
        else { return nil }
        var fields: [String: [String]] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = String(String.UnicodeScalarView(line[..<colon])).lowercased()
            guard !name.isEmpty, name.unicodeScalars.allSatisfy({ Self.tokens.contains($0) }) else { return nil }
            let value = line[line.index(after: colon)...]
            guard value.allSatisfy({ $0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7F) }) else { return nil }
            fields[name, default: []].append(Self.trimmed(String(String.UnicodeScalarView(value))))
        }
        guard let body = Self.body(fields, isCurrent: start[2] == "HTTP/1.1") else { return nil }
        for name in ["host", "authorization", "x-api-key"] where fields[name, default: []].count > 1 { return nil }
        if start[2] == "HTTP/1.1", fields["host"] == nil { return nil }
        if let host = fields["host"]?[0], host.contains(" ") || host.contains(",") { return nil }
        if fields["expect", default: []].contains(where: { $0.lowercased() != "100-continue" }) { return nil }
        method = start[0] == "POST" ? .post : start[0] == "GET" ? .get : start[0] == "HEAD" ? .head : .other
        target = start[1].unicodeScalars.map { UInt8($0.value) }
        isCurrent = start[2] == "HTTP/1.1"
        self.body = body
        let options = fields["connection", default: []].flatMap { $0.split(separator: ",") }
        keepsAlive = isCurrent && !options.contains { Self.trimmed(String($0)).lowercased() == "close" }
        expectsContinue = fields["expect"] != nil
        credential = Self.credential(fields)?.unicodeScalars.map { UInt8($0.value) }
    }

    private static let tokens = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".unicodeScalars)

    /// Behind the last field: each line feed up to there must follow a carriage return.
    private static func end(of scalars: [Unicode.Scalar]) -> Int? {
        for index in scalars.indices where scalars[index] == "\n" {
            guard index > 0, scalars[index - 1] == "\r" else { return nil }
            if index == 1 { return nil }
            if scalars[index - 2] == "\n" { return index - 3 >= 0 ? index - 3 : nil }
        }
        return nil
    }

    private static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first == " " || first == "\t" { scalars.removeFirst() }
        while let last = scalars.last, last == " " || last == "\t" { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func body(_ fields: [String: [String]], isCurrent: Bool) -> RequestHead.Body? {
        let (lengths, codings) = (fields["content-length", default: []], fields["transfer-encoding", default: []])
        switch (lengths.count, codings.count) {
        case (0, 0): return RequestHead.Body.none
        case (1, 0):
            guard (1...15).contains(lengths[0].utf8.count), lengths[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let length = Int(lengths[0])
            else { return nil }
            return length == 0 ? RequestHead.Body.none : .length(length)
        case (0, 1): return isCurrent && codings[0].lowercased() == "chunked" ? .chunked : nil
        default: return nil
        }
    }

    private static func credential(_ fields: [String: [String]]) -> String? {
        if let value = fields["authorization"]?[0].unicodeScalars, value.count > 7,
            String(String.UnicodeScalarView(value.prefix(7))).lowercased() == "bearer "
        {
            return String(String.UnicodeScalarView(value.dropFirst(7).drop { $0 == " " }))
        }
        return fields["x-api-key"]?[0]
    }
}

private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
