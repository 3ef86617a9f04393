import Core

/// What the visitor typed, taken apart for understanding.
struct Utterance: Sendable {
    /// As typed, without blanks around it.
    let text: String
    /// The words as typed; as many as ``words``.
    let rawWords: [Substring]
    /// Lowercase, without accents and punctuation: `I'd like “Pro”!` becomes `id like pro`. May hold empty words.
    let words: [String]
    /// The words that aren't empty, with single blanks.
    let phrase: String

    init(_ text: String) {
        self.text = text
        rawWords = text.split(whereSeparator: \.isWhitespace)
        words = rawWords.map { Self.fold($0) }
        phrase = words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Whether there is anything in it that could be an answer.
    var saysSomething: Bool { text.count(where: \.isLetter) >= 2 }

    var isQuestion: Bool { text.contains("?") || Phrasebook.questionWords.contains(words.first ?? "") }

    /// `nil` unless it is a plain yes or no.
    var isYes: Bool? {
        if Phrasebook.yes.contains(phrase) { return true }
        if Phrasebook.no.contains(phrase) { return false }
        return nil
    }

    var isAcknowledgement: Bool { Phrasebook.acknowledgements.contains(phrase) }
    var isUndecided: Bool { Phrasebook.undecided.contains(phrase) }
    var wantsAnother: Bool { Phrasebook.others.contains(phrase) }
    var lacksTelegram: Bool { Phrasebook.withoutTelegram.contains { phrase.hasPrefix($0) } }
    var saysPaid: Bool { Phrasebook.paid.contains { phrase.hasPrefix($0) } }

    func mentions(_ sought: Set<String>) -> Bool {
        words.contains(where: sought.contains)
    }

    /// The name in "call it Nova", "o nome é Nova" or just "Nova".
    var spokenName: String {
        for opening in Phrasebook.nameOpenings {
            if let rest = rest(after: opening), !rest.isEmpty { return rest }
        }
        return text
    }

    /// What was typed after these words, if it begins with them.
    func rest(after opening: String) -> String? {
        let sought = opening.split(separator: " ").map(String.init)
        guard words.count >= sought.count, Array(words.prefix(sought.count)) == sought else { return nil }
        return rawWords.dropFirst(sought.count).joined(separator: " ")
    }

    /// The language it is clearly written in.
    var language: Language? {
        func score(_ marks: Phrasebook.LanguageMarks) -> Int {
            words.reduce(0) { $0 + (marks.strong.contains($1) ? 2 : marks.weak.contains($1) ? 1 : 0) }
        }
        let english = score(Phrasebook.englishMarks)
        let portuguese = score(Phrasebook.portugueseMarks)
        if portuguese >= 2, english == 0 { return .portuguese }
        if english >= 2, portuguese == 0 { return .english }
        return nil
    }

    private static func fold(_ word: Substring) -> String {
        var folded = ""
        for character in word.lowercased() {
            switch character {
            case "á", "à", "â", "ã", "ä": folded.append("a")
            case "é", "è", "ê": folded.append("e")
            case "í", "ì": folded.append("i")
            case "ó", "ò", "ô", "õ", "ö": folded.append("o")
            case "ú", "ù", "ü": folded.append("u")
            case "ç": folded.append("c")
            case _ where character.isLetter || character.isNumber: folded.append(character)
            default: break
            }
        }
        return folded
    }
}
