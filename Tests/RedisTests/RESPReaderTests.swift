import NIOCore
import Redis
import Testing

struct RESPReaderTests {
    /// From https://redis.io/docs/latest/develop/reference/protocol-spec/.
    @Test(arguments: [
        ("+OK\r\n", RedisValue.text("OK")), ("-ERR unknown command\r\n", .error("ERR unknown command")),
        (":-42\r\n", .integer(-42)), ("$5\r\nhello\r\n", .text("hello")), ("$0\r\n\r\n", .text("")),
        ("$2\r\n\r\n\r\n", .text("\r\n")), ("$-1\r\n", .null), ("*-1\r\n", .null), ("_\r\n", .null),
        ("#t\r\n", .boolean(true)), (",1.5\r\n", .double(1.5)), (",inf\r\n", .double(.infinity)),
        ("(3492890328409238509324850943850943825024385\r\n", .text("3492890328409238509324850943850943825024385")),
        ("!21\r\nSYNTAX invalid syntax\r\n", .error("SYNTAX invalid syntax")),
        ("=15\r\ntxt:Some string\r\n", .text("Some string")), ("*0\r\n", .list([])),
        ("*2\r\n:1\r\n*1\r\n$1\r\na\r\n", .list([.integer(1), .list([.text("a")])])),
        ("~1\r\n+a\r\n", .list([.text("a")])), ("%1\r\n+key\r\n:1\r\n", .map([.text("key"), .integer(1)])),
        (">2\r\n+message\r\n+x\r\n", .push([.text("message"), .text("x")])),
        ("|1\r\n+ttl\r\n:3600\r\n:7\r\n", .integer(7)),
    ])
    func readsEachKindOfValue(_ text: String, _ value: RedisValue) throws {
        var buffer = ByteBuffer(string: text + "+next")
        #expect(try RESPReader.next(&buffer) == value)
        #expect(buffer.readableBytes == 5)
        // Not before its last byte.
        for length in 0..<text.utf8.count {
            var part = ByteBuffer(bytes: text.utf8.prefix(length))
            #expect(try RESPReader.next(&part) == nil)
            #expect(part.readableBytes == length)
        }
    }

    @Test(arguments: [
        "x\r\n", ":1a\r\n", "$-2\r\n", "$5\r\nhello!!", "+a\rb", "#y\r\n", "_1\r\n", "$99999999\r\n", "*99999999\r\n",
        "(-\r\n",
        "=2\r\nab\r\n", "*1\r\n" + String(repeating: "*1\r\n", count: 20), "+" + String(repeating: "a", count: 70_000),
    ])
    func refusesWhatIsNone(_ text: String) {
        var buffer = ByteBuffer(string: text)
        #expect(throws: RedisError.self) { try RESPReader.next(&buffer) }
    }

    /// Whatever comes, it is read or refused alike in one piece and byte by byte.
    @Test func mutatedAnswersAreReadAlikeHoweverTheyArrive() throws {
        var random = SplitMix64(state: 20_261_130)
        var (read, refused) = (0, 0)
        for _ in 0..<30_000 {
            var bytes = Array(encoded(randomValue(depth: 0, &random)).utf8)
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                guard let index = bytes.indices.randomElement(using: &random) else { break }
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(Array("*$+:%>|_\r\n0123456789".utf8).randomElement(using: &random)!, at: index)
                }
            }
            let whole = values(of: [bytes])
            let cut = Int.random(in: 0...bytes.count, using: &random)
            #expect(whole == values(of: [Array(bytes[..<cut]), Array(bytes[cut...])]))
            if bytes.count < 40 { #expect(whole == values(of: bytes.map { [$0] })) }
            if whole.last == nil { refused += 1 } else { read += 1 }
        }
        #expect(read > 1000 && refused > 1000)
    }

    /// - Returns: what was read; `nil` at the end if that was refused.
    private func values(of pieces: [[UInt8]]) -> [RedisValue?] {
        var (buffer, values) = (ByteBuffer(), [RedisValue?]())
        for piece in pieces {
            buffer.writeBytes(piece)
            do {
                while let value = try RESPReader.next(&buffer) { values.append(value) }
            } catch {
                return values + [nil]
            }
        }
        return values
    }

    private func randomValue(depth: Int, _ random: inout SplitMix64) -> RedisValue {
        let texts = ["", "OK", "héllo", "a\r\nb", "$5\r\n"]
        switch Int.random(in: 0..<(depth < 3 ? 9 : 6), using: &random) {
        case 0: return .text(texts.randomElement(using: &random)!)
        case 1: return .integer(Int64.random(in: -5...5, using: &random))
        case 2: return .null
        case 3: return .boolean(Bool.random(using: &random))
        case 4: return .double(0.5)
        case 5: return .error("ERR no")
        case 6: return .map([.text("k"), randomValue(depth: depth + 1, &random)])
        case 7: return .push([randomValue(depth: depth + 1, &random)])
        default:
            return .list((0..<Int.random(in: 0...3, using: &random)).map { _ in randomValue(depth: depth + 1, &random) })
        }
    }

    /// As a server writes it.
    private func encoded(_ value: RedisValue) -> String {
        switch value {
        case .text(let text): "$\(text.utf8.count)\r\n\(text)\r\n"
        case .error(let text): "-\(text)\r\n"
        case .integer(let integer): ":\(integer)\r\n"
        case .double(let double): ",\(double)\r\n"
        case .boolean(let boolean): boolean ? "#t\r\n" : "#f\r\n"
        case .null: "_\r\n"
        case .list(let values): "*\(values.count)\r\n" + values.map(encoded).joined()
        case .map(let values): "%\(values.count / 2)\r\n" + values.map(encoded).joined()
        case .push(let values): ">\(values.count)\r\n" + values.map(encoded).joined()
        }
    }
}

/// The same numbers each time (https://prng.di.unimi.it/splitmix64.c).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
