package import NIOCore

/// Reads RESP3, value by value. What a server may make us keep is bounded.
package enum RESPReader {
    /// In bytes.
    package static let maximumText = 1 << 20
    /// Elements of one aggregate.
    package static let maximumCount = 1 << 16
    package static let maximumDepth = 16
    /// Bytes of one value in all.
    package static let maximumValue = 8 << 20
    private static let maximumLine = 1 << 16

    /// Takes one value from the front of `buffer`.
    /// - Returns: `nil`, with `buffer` as it was, if the value isn't complete yet.
    /// - Throws: ``RedisError/malformed(_:)``.
    package static func next(_ buffer: inout ByteBuffer) throws(RedisError) -> RedisValue? {
        var rest = buffer
        guard let value = try value(&rest, depth: 0) else {
            guard buffer.readableBytes <= maximumValue else { throw .malformed("a value is too long") }
            return nil
        }
        buffer = rest
        return value
    }

    private static func value(_ buffer: inout ByteBuffer, depth: Int) throws(RedisError) -> RedisValue? {
        guard depth <= maximumDepth else { throw .malformed("values are nested too deeply") }
        guard let kind = buffer.readInteger(as: UInt8.self), let line = try line(&buffer) else { return nil }
        switch kind {
        case UInt8(ascii: "+"): return .text(line)
        case UInt8(ascii: "-"): return .error(line)
        case UInt8(ascii: ":"): return .integer(try integer(line))
        case UInt8(ascii: ","): return .double(try double(line))
        case UInt8(ascii: "("): return .text(try bigNumber(line))
        case UInt8(ascii: "#"): return .boolean(try boolean(line))
        case UInt8(ascii: "_"):
            guard line.isEmpty else { throw .malformed("a null has a value") }
            return .null
        case UInt8(ascii: "$"), UInt8(ascii: "!"), UInt8(ascii: "="):
            // RESP2's null.
            if kind == UInt8(ascii: "$"), line == "-1" { return .null }
            guard let text = try text(&buffer, count: try count(line, limit: maximumText)) else { return nil }
            return try bulk(kind, text)
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "%"), UInt8(ascii: "|"):
            if kind == UInt8(ascii: "*"), line == "-1" { return .null }
            return try aggregate(&buffer, kind, count: try count(line, limit: maximumCount), depth: depth)
        default:
            throw .malformed("no value begins with the byte \(kind)")
        }
    }

    private static func bulk(_ kind: UInt8, _ text: String) throws(RedisError) -> RedisValue {
        switch kind {
        case UInt8(ascii: "!"): return .error(text)
        case UInt8(ascii: "="):
            // Three letters that name a format, and a colon.
            guard text.utf8.count >= 4, text.utf8.dropFirst(3).first == UInt8(ascii: ":") else {
                throw .malformed("a verbatim string names no format")
            }
            return .text(String(decoding: text.utf8.dropFirst(4), as: UTF8.self))
        default: return .text(text)
        }
    }

    private static func aggregate(
        _ buffer: inout ByteBuffer, _ kind: UInt8, count: Int, depth: Int
    ) throws(RedisError) -> RedisValue? {
        let isMap = kind == UInt8(ascii: "%") || kind == UInt8(ascii: "|")
        var values: [RedisValue] = []
        for _ in 0..<(isMap ? count * 2 : count) {
            guard let value = try value(&buffer, depth: depth + 1) else { return nil }
            values.append(value)
        }
        switch kind {
        case UInt8(ascii: "%"): return .map(values)
        case UInt8(ascii: ">"): return .push(values)
        // Attributes stand before the value that they are about, and say nothing that we ask for.
        case UInt8(ascii: "|"): return try value(&buffer, depth: depth + 1)
        default: return .list(values)
        }
    }

    private static func line(_ buffer: inout ByteBuffer) throws(RedisError) -> String? {
        let view = buffer.readableBytesView
        guard let end = view.prefix(maximumLine).firstIndex(of: UInt8(ascii: "\r")), end + 1 < view.endIndex else {
            guard view.count < maximumLine else { throw .malformed("a line is too long") }
            return nil
        }
        guard view[end + 1] == UInt8(ascii: "\n") else { throw .malformed("a line doesn't end as lines do") }
        let line = String(decoding: view[..<end], as: UTF8.self)
        buffer.moveReaderIndex(forwardBy: end + 2 - view.startIndex)
        return line
    }

    private static func text(_ buffer: inout ByteBuffer, count: Int) throws(RedisError) -> String? {
        guard buffer.readableBytes >= count + 2 else { return nil }
        guard let bytes = buffer.readSlice(length: count), buffer.readInteger(as: UInt16.self) == 0x0D0A else {
            throw .malformed("a string doesn't end where it should")
        }
        return String(buffer: bytes)
    }

    private static func count(_ line: String, limit: Int) throws(RedisError) -> Int {
        guard line.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(line), count <= limit else {
            throw .malformed("a length is no number or too large")
        }
        return count
    }

    private static func integer(_ line: String) throws(RedisError) -> Int64 {
        guard let integer = Int64(line) else { throw .malformed("an integer is none") }
        return integer
    }

    private static func double(_ line: String) throws(RedisError) -> Double {
        guard let double = Double(line) else { throw .malformed("a double is none") }
        return double
    }

    private static func bigNumber(_ line: String) throws(RedisError) -> String {
        let digits = line.hasPrefix("-") || line.hasPrefix("+") ? line.dropFirst() : line[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformed("a big number is none")
        }
        return line
    }

    private static func boolean(_ line: String) throws(RedisError) -> Bool {
        guard line == "t" || line == "f" else { throw .malformed("a boolean is none") }
        return line == "t"
    }
}
