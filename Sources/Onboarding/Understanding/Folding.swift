/// Writes text without case, accents and punctuation, so that words compare as people mean them.
enum Folding {
    /// `I'd` becomes `id`, `Não!` becomes `nao`; letters of other scripts stay.
    static func fold(_ word: some StringProtocol) -> String {
        var folded = ""
        for character in word.lowercased() {
            if let plain = plain[character] {
                folded += plain
            } else if character.isLetter || character.isNumber {
                folded.append(character)
            }
        }
        return folded
    }

    /// The letters `a` to `z` and digits of a text, accents folded: `Zé & Ç` becomes `zec`.
    static func ascii(_ text: String) -> String {
        fold(text).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private static let plain: [Character: String] = {
        let groups = [
            "a": "áàâãäåāąă", "c": "çćč", "d": "ďđ", "e": "éèêëēęěė", "g": "ğ", "i": "íìîïīı", "l": "ł", "n": "ñńň",
            "o": "óòôõöøōő", "r": "ř", "s": "śšş", "t": "ťţ", "u": "úùûüūůű", "y": "ýÿ", "z": "źžż", "ss": "ß", "ae": "æ",
            "oe": "œ",
        ]
        return groups.reduce(into: [:]) { table, group in
            for letter in group.value { table[letter] = group.key }
        }
    }()
}
