/// How an agent may be called.
package enum AgentName {
    /// Characters.
    package static let longest = 32

    /// - Returns: the name without quotes, blanks around it and a full stop; `nil` if it has no letter or digit, more than
    ///   32 characters, or one that belongs to addresses, markup or control sequences.
    package static func validated(_ candidate: String) -> String? {
        var name = candidate[...]
        let wrapping: Set<Character> = [
            "\"", "'", "“", "”", "„", "‘", "’", "«", "»", " ", ".", "!", ",", "*", "_", "(", ")", "~",
        ]
        while let first = name.first, wrapping.contains(first) { name.removeFirst() }
        while let last = name.last, wrapping.contains(last) { name.removeLast() }
        let collapsed = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard (1...longest).contains(collapsed.count), collapsed.unicodeScalars.count <= 4 * longest,
            collapsed.contains(where: { $0.isLetter || $0.isNumber }), collapsed.unicodeScalars.allSatisfy(isAllowed)
        else { return nil }
        return collapsed
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        // Direction marks could disguise a name; the joiner is part of many emoji.
        case .format: scalar == "\u{200D}"
        default: !"<>@/\\{}[]|`#:;=?".unicodeScalars.contains(scalar)
        }
    }
}
