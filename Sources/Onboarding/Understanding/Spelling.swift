/// Names as people spell them: `K-A-T`, `with a K`.
enum Spelling {
    /// A remark on one letter: "with a K", "com K".
    struct Note {
        /// Where it begins among the words.
        let start: Int
        let letter: Character

        /// Puts the letter at the beginning where the name sounds the same with it.
        func apply(to name: String) -> String {
            guard !Folding.fold(name).contains(letter), let first = Folding.fold(name).first,
                Spelling.sounds.contains(where: { $0.contains(first) && $0.contains(letter) })
            else { return name }
            return letter.uppercased() + name.dropFirst()
        }
    }

    fileprivate static let sounds: [Set<Character>] = [
        ["c", "k", "q"], ["j", "g", "y", "i"], ["s", "z", "x"], ["f", "v"],
    ]

    /// - Parameter words: folded.
    static func note(in words: [String]) -> Note? {
        for start in words.indices.dropFirst() {
            let rest = words[start...]
            for opening in [
                ["with", "a"], ["with", "an"], ["with", "the", "letter"], ["with"], ["com"], ["com", "um"], ["con"],
                ["avec", "un"], ["mit"],
            ] {
                let left = rest.dropFirst(opening.count)
                if rest.starts(with: opening), let letter = left.first, letter.count == 1, let character = letter.first,
                    character.isLetter
                {
                    return Note(start: start, letter: character)
                }
            }
        }
        return nil
    }

    /// The word that is spelled letter by letter, if three letters or more follow each other.
    static func letters(in raw: [Substring]) -> String? {
        for word in raw {
            let parts = word.split(separator: "-")
            if parts.count >= 3, parts.allSatisfy({ $0.count == 1 && $0.first?.isLetter == true }) {
                return parts.joined().capitalisedFirst
            }
        }
        var run: [Substring] = []
        for word in raw {
            let plain = word.filter(\.isLetter)
            if plain.count == 1, word.count <= 2, plain != "I" || !run.isEmpty {
                run.append(Substring(plain))
            } else if run.count < 3 {
                run = []
            }
        }
        return run.count >= 3 ? run.joined().capitalisedFirst : nil
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst().lowercased() }
}
