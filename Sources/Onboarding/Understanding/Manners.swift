/// Whether somebody attacks the guide or its rules rather than talking to it.
struct Manners: Sendable {
    let isInsult: Bool
    let isInjection: Bool

    var isHostile: Bool { isInsult || isInjection }

    init(_ text: String) {
        let utterance = Utterance(text)
        let words = utterance.words
        // Strong words in a long story are part of the story.
        isInsult = words.count <= 14 && words.contains(where: Vocabulary.insults.contains)
        let phrase = " \(utterance.phrase) "
        let hits = Vocabulary.injections.count { phrase.contains(" \($0)") }
        let lowered = text.lowercased()
        let isMarkup = [
            "<script", "</", "<|", "[system", "[inst", "### system", "system:", "assistant:", "```", "{{", "${", "\"tool\"",
            "set_purpose", "choose_plan", "drop table", "' or '1'='1",
        ]
        .contains { lowered.contains($0) }
        isInjection = hits > 0 || isMarkup
    }
}
