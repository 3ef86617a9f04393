/// A part of what was said that may be understood by itself: `Nova, and is there a free trial?` has two.
struct Segment: Sendable {
    let utterance: Utterance
    /// Whether it is asked rather than told, with a question mark or without.
    let isQuestion: Bool
    /// Whether there is a question mark.
    let hasMark: Bool
    /// The number of the sentence that it belongs to.
    let sentence: Int

    var text: String { utterance.text }
    var words: [String] { utterance.words }
    var phrase: String { utterance.phrase }

    /// - Returns: the parts of a message in their order, none empty.
    static func all(in text: String) -> [Segment] {
        var segments: [Segment] = []
        for (number, sentence) in sentences(text).enumerated() {
            let parts = parts(of: sentence.text).map { Utterance($0) }.filter { !$0.phrase.isEmpty }
            // Where a question mark stands at the end, the question begins where one first sounds like it.
            let opening = parts.firstIndex { soundsLikeQuestion($0) }
            for (index, part) in parts.enumerated() {
                let isQuestion =
                    sentence.isAsked
                    ? index >= opening ?? 0 : soundsLikeQuestion(part) && (index == 0 || beginsAnew(part))
                segments.append(
                    Segment(utterance: part, isQuestion: isQuestion, hasMark: sentence.isAsked, sentence: number))
            }
        }
        return segments
    }

    private static func sentences(_ text: String) -> [(text: String, isAsked: Bool)] {
        var sentences: [(String, Bool)] = []
        var current = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            let ends =
                "?!;\n…？！。".contains(character)
                // A stop ends a sentence only before a blank, and not behind "Dr".
                || character == "." && next.isWhitespace && !titles.contains(Folding.fold(lastWord(current)))
            if ends {
                sentences.append((current, "?？".contains(character)))
                current = ""
            } else {
                current.append(character)
            }
        }
        sentences.append((current, false))
        return sentences.filter { $0.0.contains { !$0.isWhitespace } }
    }

    private static func lastWord(_ text: String) -> Substring {
        text.split(whereSeparator: \.isWhitespace).last ?? ""
    }

    private static let titles: Set<String> = ["dr", "mr", "mrs", "ms", "sr", "sra", "st", "prof", "eg", "ie", "vs"]

    /// Cut at commas and where a new thought begins.
    private static func parts(of sentence: String) -> [String] {
        var parts: [[Substring]] = [[]]
        let words = sentence.split(whereSeparator: \.isWhitespace)
        for (index, word) in words.enumerated() {
            let folded = words[index...].prefix(4).map { Folding.fold($0) }
            if !(parts.last ?? []).isEmpty, breaks.contains(where: { folded.starts(with: $0) }) { parts.append([]) }
            parts[parts.count - 1].append(word)
            if let last = word.last, ",–—".contains(last) { parts.append([]) }
        }
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
    }

    private static let breaks: [[String]] = [
        "but", "by the way", "btw", "and is there", "and can", "and how much", "and what", "and how", "and do", "and does",
        "and is it",
        "and also", "oh and", "and please", "and call it", "and name it", "and my name", "and im", "and my budget",
        "and the plan",
        "and the name", "and it should be called", "and ill take", "and lets", "and i want the", "and i would use",
        "and id use",
        "and ill use", "and i will use", "mas", "e quanto", "e qual", "e tem", "e posso", "e como", "e o nome",
        "e o meu nome", "e meu nome",
        "e pode chamar", "e chame", "e o plano", "e quero o", "e ah", "alias",
    ].map { (phrase: String) in phrase.split(separator: " ").map(String.init) }

    /// "… who reminds me of my orders" goes on; "…, and is there a trial" begins anew.
    private static func beginsAnew(_ utterance: Utterance) -> Bool {
        let words = utterance.words.filter { !$0.isEmpty }
        guard words.count > 1, ["and", "but", "or", "also", "by", "btw", "e", "mas", "ou"].contains(words[0]) else {
            return false
        }
        let relative: Set = ["who", "which", "when", "where", "what", "how", "why", "que", "quando", "onde", "como", "quem"]
        return !relative.contains(words[1]) || words.count > 2 && ["much", "many", "long", "about"].contains(words[2])
    }

    private static func soundsLikeQuestion(_ utterance: Utterance) -> Bool {
        let words = Trimming.core(utterance.words.filter { !$0.isEmpty })
        let phrase = utterance.phrase + " "
        return [words.joined(separator: " ") + " ", phrase].contains { candidate in
            Phrasebook.questionOpenings.contains { candidate.hasPrefix($0 + " ") }
        } || Phrasebook.questionPhrases.contains { phrase.hasPrefix($0 + " ") || phrase.contains(" \($0) ") }
    }
}
