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
        let prices = Set(plans.all.map { $0.monthlyPrice / 100 })
        for match in foreign.matches(of: /\$\s?(\d+)|(\d+)\s?(?:dollars|dólares|USD|bucks)/) {
            guard let amount = match.1 ?? match.2, !(Int(amount).map(prices.contains) ?? false) else { continue }
            return "it names a price that no plan has: $\(amount)"
        }
        if let spoken = SpokenLanguage(writtenIn: text), spoken.ours != state.language, spoken != state.ownerLanguage {
            return "it is written in \(spoken.name)"
        }
        return nil
    }
}
