import Core

/// What the visitor typed, taken apart for understanding.
struct Utterance: Sendable {
    /// As typed, without blanks around it.
    let text: String
    /// The words as typed; as many as ``words``.
    let rawWords: [Substring]
    /// Folded, see ``Folding``: `I'd like “Pro”!` becomes `id like pro`. May hold empty words.
    let words: [String]
    /// The words that aren't empty, with single blanks.
    let phrase: String

    init(_ text: String) {
        self.text = text
        rawWords = text.split(whereSeparator: \.isWhitespace)
        words = rawWords.map { Folding.fold($0) }
        phrase = words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The phrase without what politeness and hesitation put around it: `ok, yes please` becomes `yes`.
    var core: String { Trimming.core(words.filter { !$0.isEmpty }).joined(separator: " ") }

    /// `nil` unless it is a plain yes or no.
    var isYes: Bool? {
        for candidate in [phrase, core] {
            if Phrasebook.yes.contains(candidate) { return true }
            if Phrasebook.no.contains(candidate) { return false }
        }
        return Assent(words.filter { !$0.isEmpty }).isYes
    }

    var isAcknowledgement: Bool { Phrasebook.acknowledgements.contains(phrase) }
    var isUndecided: Bool {
        [phrase, core].contains(where: Phrasebook.undecided.contains)
            || words.count <= 12 && Phrasebook.undecidedPhrases.contains { contains($0) }
    }
    var wantsAnother: Bool {
        [phrase, core].contains(where: Phrasebook.others.contains)
            || words.count <= 8
                && mentions(["suggest", "suggestion", "suggestions", "sugere", "sugerir", "sugestao", "sugestoes"])
    }
    var lacksTelegram: Bool { Phrasebook.withoutTelegram.contains { phrase.hasPrefix($0) } }
    var saysPaid: Bool { Phrasebook.paid.contains { phrase.hasPrefix($0) } }

    func mentions(_ sought: Set<String>) -> Bool {
        words.contains(where: sought.contains)
    }

    /// - Parameter sought: folded words with single blanks.
    func contains(_ sought: String) -> Bool { " \(phrase) ".contains(" \(sought) ") }

    /// The place of the last of these numbered choices that is named: 0 for `the first one`, `1` and `number one`.
    /// - Parameter count: how many there are.
    func ordinal(of count: Int) -> Int? {
        var plain = Trimming.core(words.filter { !$0.isEmpty }).filter { !Self.ordinalCompany.contains($0) }
        // "the second one" is the second, "number one" the first.
        if plain.count == 2, plain[1] == "one" { plain.removeLast() }
        guard plain.count == 1, let word = plain.first else { return nil }
        if ["last", "ultimo", "ultima"].contains(word), count > 0 { return count - 1 }
        let place = Self.ordinals.firstIndex { $0.contains(word) }
        return place.flatMap { $0 < count ? $0 : nil }
    }

    private static let ordinals: [Set<String>] = [
        ["first", "1st", "1", "one", "primeiro", "primeira", "um", "uma"],
        ["second", "2nd", "2", "two", "segundo", "segunda", "dois"],
        ["third", "3rd", "3", "three", "terceiro", "terceira", "tres"],
    ]
    private static let ordinalCompany: Set<String> = [
        "the", "number", "no", "option", "choice", "please", "o", "a", "opcao", "numero", "i", "take", "ill", "want",
        "por", "favor", "go", "with", "lets", "pick", "choose", "like", "id", "name", "plan", "plano", "nome", "quero",
        "thanks",
    ]
}
