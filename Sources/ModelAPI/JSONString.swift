/// A string where it stands in the text: a value, or the name of an object's member.
package struct JSONString {
    /// What stands between the quotes.
    let inside: UnsafeRawBufferPointer
    let hasEscapes: Bool

    /// The string without escapes. That takes time and memory by its length, so look at the length first where anybody may have
    /// chosen it.
    package var text: String {
        hasEscapes ? JSONText.unescaped(inside) : String(decoding: inside, as: UTF8.self)
    }

    /// So that `switch` finds a string however that was written, in no more steps than `name` has bytes.
    /// - Parameter name: in ASCII.
    @inline(__always)
    static func ~= (name: StaticString, string: JSONString) -> Bool {
        if string.hasEscapes { return JSONText.isEqual(string.inside, to: name) }
        let count = name.utf8CodeUnitCount
        guard string.inside.count == count else { return false }
        // Names are short, and the compiler knows how long each is.
        for index in 0..<count where string.inside[index] != name.utf8Start[index] { return false }
        return true
    }

    /// Whether the string is none of `names` and would be one if its case didn't matter. Go's `encoding/json` prefers a member
    /// of exactly the name it looks for and accepts others (https://pkg.go.dev/encoding/json#Unmarshal).
    /// - Parameter names: in small letters of ASCII.
    func isLookalike(of names: [StaticString]) -> Bool {
        // Hardly any name has more than small letters.
        guard inside.contains(where: Self.mayHaveAnotherCase) else { return false }
        for name in names where JSONText.isEqual(inside, to: name, ignoringCase: true) { return !(name ~= self) }
        return false
    }

    private static func mayHaveAnotherCase(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "\\"), 0x80...0xFF: true
        default: false
        }
    }
}

/// The names of one object's members.
struct JSONNames {
    private var hashes: [UInt64] = []

    var count: Int { hashes.count }

    /// - Returns: whether no member of that name was there before. Two names with one hash count as one: nobody but an
    ///   attacker has such names, and all that he gets is a refusal.
    mutating func insert(_ name: JSONString) -> Bool {
        let hash = name.hasEscapes ? Self.hash(name.text.utf8) : Self.hash(name.inside)
        if hashes.contains(hash) { return false }
        if hashes.isEmpty { hashes.reserveCapacity(16) }
        hashes.append(hash)
        return true
    }

    /// FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv).
    private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
