import Core

extension AgentName {
    /// Whether these are words that somebody would be called by, rather than a sentence.
    static func looksLikeOne(_ name: String) -> Bool {
        let words = Utterance(name).words.filter { !$0.isEmpty }
        guard let first = words.first, let last = words.last, words.count <= 4 else { return false }
        if words.count == 1 { return !Vocabulary.noNames.contains(first) && !isNumber(first) }
        let inner = words.dropFirst().dropLast()
        // "The Boss" is a name, "the" alone or at the end is not.
        return !Vocabulary.grammar.subtracting(["the", "no"]).contains(first) && !Vocabulary.noNames.contains(last)
            && inner.allSatisfy { Vocabulary.connectors.contains($0) || !Vocabulary.grammar.contains($0) }
            && !words.contains { Vocabulary.insults.contains($0) }
    }

    private static func isNumber(_ word: String) -> Bool { word.allSatisfy(\.isNumber) }

    /// `nova` becomes `Nova`, `zé do café` becomes `Zé do Café`; what has a capital letter anywhere stays as it is.
    static func capitalised(_ name: String) -> String {
        guard !name.contains(where: \.isUppercase) else { return name }
        return name.split(separator: " ").map { word in
            Vocabulary.connectors.contains(Folding.fold(word))
                ? String(word) : word.prefix(1).uppercased() + word.dropFirst()
        }.joined(separator: " ")
    }
}
