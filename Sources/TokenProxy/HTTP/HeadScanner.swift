#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Why the bytes of a message's head are refused.
enum HeadFault: Error, Hashable {
    /// Not HTTP/1, or in a form that two readers could understand in two ways.
    case malformed
    case tooLarge
}

/// Reads the heads of HTTP/1.1 messages (RFC 9112), and refuses everything ambiguous: line feeds without carriage returns,
/// folded lines, white space before colons, control characters, lengths that are told twice.
struct HeadScanner {
    /// Bytes of a head, its empty line included.
    static let longestHead = 16 << 10
    static let mostFields = 100

    /// Up to where no end was found.
    private var searched = 0

    /// Looks for the empty line that ends a head.
    /// - Parameter bytes: those of the call before, and more.
    /// - Returns: the head's length; `nil` if more bytes are needed.
    mutating func end(in bytes: UnsafeRawBufferPointer) throws(HeadFault) -> Int? {
        while searched < bytes.count {
            guard let found = memchr(bytes.baseAddress! + searched, 0x0A, bytes.count - searched) else {
                searched = bytes.count
                break
            }
            let position = UnsafeRawPointer(found) - bytes.baseAddress!
            guard position > 0, bytes[position - 1] == 0x0D else { throw .malformed }
            searched = position + 1
            if position >= 3, bytes[position - 2] == 0x0A {
                guard searched <= Self.longestHead else { throw .tooLarge }
                return searched
            }
            // An empty line in front of a head is no head (RFC 9112, 2.2 lets a server be that strict).
            if position == 1 { throw .malformed }
        }
        guard bytes.count < Self.longestHead else { throw .tooLarge }
        return nil
    }

    /// Walks over the lines of a head that ``end(in:)`` found.
    /// - Parameters:
    ///   - start: told the first line.
    ///   - field: told each field's name and value, without the white space around it.
    static func read(
        _ head: UnsafeRawBufferPointer, start: (Range<Int>) throws(HeadFault) -> Void,
        field: (_ name: Range<Int>, _ value: Range<Int>) throws(HeadFault) -> Void
    ) throws(HeadFault) {
        var position = try line(head, from: 0)
        try start(0..<position)
        position += 2
        var fields = 0
        while position < head.count - 2 {
            fields += 1
            guard fields <= mostFields else { throw .tooLarge }
            let end = try self.line(head, from: position)
            var colon = position
            while colon < end, HTTPByte.isToken(head[colon]) { colon += 1 }
            guard colon < end, colon > position, head[colon] == UInt8(ascii: ":") else { throw .malformed }
            var first = colon + 1
            var last = end
            while first < last, HTTPByte.isBlank(head[first]) { first += 1 }
            while last > first, HTTPByte.isBlank(head[last - 1]) { last -= 1 }
            try field(position..<colon, first..<last)
            position = end + 2
        }
    }

    /// - Returns: where the line's carriage return is.
    private static func line(_ head: UnsafeRawBufferPointer, from start: Int) throws(HeadFault) -> Int {
        var position = start
        while position < head.count {
            if position + 8 <= head.count {
                position += HTTPByte.visibleBytes(head.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                if position >= head.count { break }
            }
            guard HTTPByte.isText(head[position]) else { break }
            position += 1
        }
        guard position + 1 < head.count, head[position] == 0x0D, head[position + 1] == 0x0A else { throw .malformed }
        return position
    }
}

/// The bytes of HTTP's grammar (RFC 9110, 5.5 and 5.6.2).
enum HTTPByte {
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// What may stand in a line.
    @inline(__always)
    static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    /// How many of eight bytes, from the first one on, are ASCII that is printed, or a space.
    @inline(__always)
    static func visibleBytes(_ word: UInt64) -> Int {
        let word = UInt64(littleEndian: word)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        // A byte that is none gets its high bit set. It may borrow from those behind it, or carry to them, never to those before.
        return (((word &- ones &* 0x20) | (word &+ ones) | word) & high).trailingZeroBitCount / 8
    }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes are `text`.
    func isExactly(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Whether these bytes are `text`, in any case of its letters.
    /// - Parameter text: in lowercase letters, digits and hyphens.
    func isCaseInsensitively(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count {
            let byte = self[index]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != text.utf8Start[index] { return false }
        }
        return true
    }

    subscript(part range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }

    /// A number in decimal digits and nothing else; `nil` also from 10^15 on.
    var decimal: Int? {
        guard (1...15).contains(count) else { return nil }
        var value = 0
        for byte in self {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    /// Calls `body` with each member of a comma-separated list.
    func forEachListMember(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        for index in 0...count where index == count || self[index] == UInt8(ascii: ",") {
            var (first, last) = (start, index)
            while first < last, HTTPByte.isBlank(self[first]) { first += 1 }
            while last > first, HTTPByte.isBlank(self[last - 1]) { last -= 1 }
            if first < last { body(self[part: first..<last]) }
            start = index + 1
        }
    }
}
