import Core

/// Which plan somebody means by "the cheap one", "pro", "19" or "second".
struct PlanChoice: Sendable {
    /// The plans that were meant, without those refused ("not pro").
    let mentioned: [Tier]
    private let refused: Set<Tier>
    /// Whether it can't be anything but a choice: "pro" and "the cheap plan", but not "for my team".
    let isDeliberate: Bool
    private let tiers: [Tier]

    /// The plan, if exactly one was meant.
    var tier: Tier? { mentioned.count == 1 ? mentioned[0] : nil }
    var hasRefusals: Bool { !refused.isEmpty }
    var remaining: [Tier] { tiers.filter { !refused.contains($0) } }

    /// - Parameter recommended: what "cheaper" and "bigger" compare with.
    init(_ utterance: Utterance, plans: PlanTable, recommended: Tier?) {
        let words = utterance.words.filter { !$0.isEmpty }
        tiers = plans.all.map(\.tier)
        var found: [Tier] = []
        var refused: Set<Tier> = []
        var afterLast = 0
        for (index, word) in words.enumerated() {
            guard let tier = Self.meaning(of: word, isShort: words.count <= 4, plans: plans, recommended: recommended) else {
                continue
            }
            // A refusal belongs to the first plan behind it: "not pro, starter".
            let before = words[max(afterLast, index - 3)..<index]
            afterLast = index + 1
            if before.contains(where: Self.refusals.contains) || before.contains("nao") && before.contains("quero") {
                refused.insert(tier)
            } else if !found.contains(tier) {
                found.append(tier)
            }
        }
        mentioned = found.filter { [refused] in !refused.contains($0) }
        self.refused = refused
        let prices = plans.all.map(Self.price)
        let isNamed = words.contains { word in
            Self.planWords.contains(word) || Self.number(word).map(prices.contains) ?? false
        }
        isDeliberate = isNamed || words.count <= 3 && !words.contains("team") && !words.contains("last")
    }

    private static let planWords: Set<String> = ["plan", "plano"]
    private static let refusals: Set<String> = ["not", "dont", "except", "without", "instead", "menos", "sem"]
    private static let cheapest: Set<String> = [
        "cheap", "cheapest", "smallest", "small", "basic", "lowest", "barato", "baratinho", "menor", "pequeno", "basico",
    ]
    private static let dearest: Set<String> = [
        "biggest", "largest", "expensive", "priciest", "top", "big", "caro", "maior", "grande",
    ]
    private static let middle: Set<String> = ["middle", "mid", "medium", "meio", "medio", "intermedio", "intermediario"]
    private static let ordinals: [Set<String>] = [
        ["first", "1st", "1", "primeiro", "primeira"], ["second", "2nd", "2", "segundo", "segunda"],
        ["third", "3rd", "3", "terceiro", "terceira"],
    ]

    private static func meaning(of word: String, isShort: Bool, plans: PlanTable, recommended: Tier?) -> Tier? {
        let all = plans.all
        if let plan = all.first(where: { $0.tier.rawValue == word || $0.name.lowercased() == word }) { return plan.tier }
        if let amount = number(word), let plan = all.first(where: { price($0) == amount }) { return plan.tier }
        if cheapest.contains(word) { return all.first?.tier }
        if dearest.contains(word) { return all.last?.tier }
        if middle.contains(word) { return all[all.count / 2].tier }
        guard isShort else { return nil }
        if let index = ordinals.firstIndex(where: { $0.contains(word) }), index < all.count { return all[index].tier }
        if ["last", "ultimo", "ultima"].contains(word) { return all.last?.tier }
        guard let position = all.firstIndex(where: { $0.tier == recommended }) else { return nil }
        switch word {
        case "cheaper", "smaller", "less", "downgrade": return all[max(0, position - 1)].tier
        case "bigger", "larger", "more", "upgrade": return all[min(all.count - 1, position + 1)].tier
        default: return nil
        }
    }

    /// The whole dollars in `49`, `49usd` or `49month`.
    private static func number(_ word: String) -> Int? {
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        return digits.count >= 2 ? Int(digits) : nil
    }

    /// The whole dollars of a plan's price.
    private static func price(_ plan: Plan) -> Int { plan.monthlyPrice / 100 }
}
