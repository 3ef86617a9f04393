import Synchronization

/// What an ``Identifier`` names; gives the id its prefix.
package protocol Identified {
    static var idPrefix: String { get }
}

/// A typed, prefixed, sortable id: `box_` and 26 characters of lowercase Crockford base 32
/// (48 bits of milliseconds, 80 random bits), so that ids of one kind sort by age.
package struct Identifier<Subject: Identified>: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let rawValue: String

    /// Takes an id that was stored or sent before.
    /// - Returns: `nil` unless it has this kind's prefix and 26 base-32 characters.
    package init?(_ rawValue: String) {
        let prefix = Subject.idPrefix + "_"
        guard rawValue.hasPrefix(prefix) else { return nil }
        let body = rawValue.utf8.dropFirst(prefix.utf8.count)
        guard body.count == IdentifierBody.length, body.allSatisfy(IdentifierBody.alphabet.contains) else { return nil }
        self.rawValue = rawValue
    }

    package init(body: IdentifierBody) {
        rawValue = Subject.idPrefix + "_" + body.text
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a \(Subject.idPrefix)_ id")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package var description: String { rawValue }

    /// The 26 characters after the prefix; a valid part of a DNS label.
    package var body: String { String(rawValue.dropFirst(Subject.idPrefix.count + 1)) }

    /// The id without its kind, in 16 bytes: 48 bits of milliseconds and 80 random bits.
    package var bits: UInt128 {
        rawValue.utf8.dropFirst(Subject.idPrefix.utf8.count + 1).reduce(0) { bits, character in
            bits << 5 | UInt128(IdentifierBody.alphabet.firstIndex(of: character) ?? 0)
        }
    }

    package init(bits: UInt128) {
        self.init(body: IdentifierBody(bits: bits))
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What follows an id's prefix: 26 characters that stand for 128 bits.
package struct IdentifierBody: Sendable {
    package let bits: UInt128

    package static let length = 26
    static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    package init(bits: UInt128) {
        self.bits = bits
    }

    /// - Parameters:
    ///   - time: the first 10 characters.
    ///   - random: the last 16 characters, from its low 80 bits.
    package init(time: Timestamp, random: UInt128) {
        bits =
            UInt128(UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF) << 80 | random & ((UInt128(1) << 80) - 1)
    }

    package var text: String {
        String(unsafeUninitializedCapacity: Self.length) { write(to: UnsafeMutableRawBufferPointer($0)) }
    }

    /// - Parameter characters: room for at least 26 bytes.
    /// - Returns: 26.
    @discardableResult
    package func write(to characters: UnsafeMutableRawBufferPointer) -> Int {
        Self.alphabet.withUnsafeBufferPointer { alphabet in
            // In words of twelve characters: to shift 128 bits takes several instructions each time.
            func write(_ word: UInt128, from start: Int, to end: Int) {
                var rest = UInt64(truncatingIfNeeded: word)
                for index in stride(from: end - 1, through: start, by: -1) {
                    characters[index] = alphabet[Int(rest & 31)]
                    rest >>= 5
                }
            }
            write(bits >> 120, from: 0, to: 2)
            write(bits >> 60, from: 2, to: 14)
            write(bits, from: 14, to: 26)
        }
        return Self.length
    }
}

/// Where new ids come from. Tests inject their own.
package struct IdentifierSource: Sendable {
    private let body: @Sendable () -> IdentifierBody

    package init(_ body: @escaping @Sendable () -> IdentifierBody) {
        self.body = body
    }

    package func next<Subject>(_: Subject.Type = Subject.self) -> Identifier<Subject> {
        Identifier(body: body())
    }

    /// Ids from the system's random numbers and the given clock. Each is greater than those before it, also within a millisecond
    /// and while the clock goes back, so that a list in the order of ids is in the order in which they were made.
    package static func random(clock: WallClock) -> IdentifierSource {
        let last = Mutex(IdentifierBody(bits: 0))
        return IdentifierSource {
            let new = IdentifierBody(time: clock.now, random: UInt128.random(in: 0...UInt128.max))
            return last.withLock { last in
                // A step of random size, so that an id doesn't tell the next one.
                last = new.bits > last.bits ? new : IdentifierBody(bits: last.bits + UInt128.random(in: 1...1 << 64))
                return last
            }
        }
    }
}
