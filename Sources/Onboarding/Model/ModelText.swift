import Core

/// Whether a model's words can be said to a visitor.
enum ModelText {
    static let mostWords = 120
    static let mostQuestions = 2

    /// - Returns: what is wrong with them; `nil` if nothing is.
    static func fault(_ text: String, state: InterviewState, plans: PlanTable, draft: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace).count
        guard text.contains(where: \.isLetter) else { return "it says nothing" }
        guard words <= mostWords else { return "it has \(words) words; at most \(mostWords) are allowed" }
        guard text.count(where: { $0 == "?" }) <= mostQuestions else {
            return "it asks more than \(mostQuestions) questions"
        }
        // The script's own words hold prices and addresses that are right.
        let foreign = text.replacing(draft, with: "")
        if foreign.contains("://") || foreign.lowercased().contains("www.") { return "it holds a link" }
        if ["{\"", "<|", "</", "tool_call", "NOTES", "```"].contains(where: foreign.contains) { return "it holds markup" }
        let allowed = Set(plans.all.map { $0.monthlyPrice / 100 } + [state.budget?.amount].compactMap(\.self))
        for match in foreign.matches(of: /(?:US)?\$\s?(\d+)/) where !(Int(match.1).map(allowed.contains) ?? false) {
            return "it names a price that no plan has: $\(match.1)"
        }
        if let spoken = SpokenLanguage(writtenIn: text), spoken.ours != state.language, spoken != state.ownerLanguage {
            return "it is written in \(spoken.name)"
        }
        return nil
    }
}
