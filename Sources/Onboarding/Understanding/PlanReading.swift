import Core

/// What a message says about the plan.
struct PlanReading: Sendable, Hashable {
    /// Chosen in so many words, and not inside a question.
    var chosen: Tier?
    /// Wished for in a question: "can we switch to Team?".
    var wished: Tier?
    /// Refused: "not Pro".
    var refused: Set<Tier> = []
    /// Named at all.
    var mentioned: [Tier] = []

    /// - Parameters:
    ///   - isAsked: whether the plans were offered just now.
    ///   - current: the plan that "cheaper" and "bigger" compare with.
    init(_ segments: [Segment], isAsked: Bool, current: Tier?, plans: PlanTable) {
        for segment in segments {
            for (tier, start, count) in Self.mentions(segment, isAsked: isAsked, current: current, plans: plans) {
                mentioned.append(tier)
                let words = segment.words
                // A refusal belongs to the first plan behind it: "not pro, starter".
                let before = words[..<start].suffix(4)
                if before.contains(where: Self.refusals.contains) {
                    refused.insert(tier)
                } else if segment.isQuestion {
                    if Self.isWish(segment) { wished = tier }
                } else if Self.isChoice(segment, start: start, count: count, isAsked: isAsked) {
                    chosen = tier
                }
            }
        }
        mentioned = mentioned.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        if let chosen, refused.contains(chosen) { self.chosen = nil }
        // "Pro or Team" is no choice.
        if let last = segments.last, !isDecided(last), mentioned.filter({ !refused.contains($0) }).count > 1,
            segments.count == 1
        {
            chosen = nil
        }
    }

    private func isDecided(_ segment: Segment) -> Bool {
        !segment.utterance.mentions(["or", "ou", "vs", "versus", "between", "entre", "and", "e"])
    }

    private static let refusals: Set<String> = [
        "not", "dont", "except", "without", "instead", "menos", "sem", "nao", "no", "isnt", "never", "than", "cant",
        "neither", "over", "from",
    ]

    // MARK: Mentions

    private static func mentions(
        _ segment: Segment, isAsked: Bool, current: Tier?, plans: PlanTable
    ) -> [(tier: Tier, start: Int, count: Int)] {
        let words = segment.words
        let coreCount = Trimming.core(words).count
        var found: [(Tier, Int, Int)] = []
        for (index, word) in words.enumerated() {
            let next = index + 1 < words.count ? words[index + 1] : ""
            let previous = index > 0 ? words[index - 1] : ""
            if let plan = plans.all.first(where: { $0.tier.rawValue == word || $0.name.lowercased() == word }) {
                guard
                    isName(
                        plan.tier, previous: previous, next: next,
                        isCapital: segment.utterance.rawWords[index].first?.isUppercase == true, count: words.count)
                else { continue }
                found.append((plan.tier, index, planWords.contains(next) ? 2 : 1))
            } else if planWords.contains(next) || isAsked || planWords.contains(previous) {
                let isShort = coreCount <= 3
                if let tier = described(
                    word, previous: previous, isAlone: coreCount == 1, plans: plans, current: current),
                    planWords.contains(next) || planWords.contains(previous) || isShort
                {
                    found.append((tier, index, planWords.contains(next) ? 2 : 1))
                } else if let tier = priced(word, segment, index, plans),
                    isShort || planWords.contains(next) || segment.utterance.text.contains("$")
                {
                    found.append((tier, index, 1))
                }
            } else if segment.utterance.rawWords[index].hasPrefix("$"), let tier = priced(word, segment, index, plans) {
                found.append((tier, index, 1))
            }
        }
        if found.isEmpty, isAsked, let place = segment.utterance.ordinal(of: plans.all.count) {
            found.append((plans.all[place].tier, 0, words.count))
        }
        return found
    }

    private static let planWords: Set<String> = [
        "plan", "plano", "one", "option", "package", "tier", "opcao", "pacote", "subscription", "assinatura", "version",
        "forfait", "abo",
    ]

    /// "A team of six", "my team", "for starters" and "like a pro" name no plan.
    private static func isName(_ tier: Tier, previous: String, next: String, isCapital: Bool, count: Int) -> Bool {
        if planWords.contains(next) && next != "one" || ["plan", "plano"].contains(previous) { return true }
        let owners: Set = [
            "my", "our", "your", "a", "whole", "small", "sales", "little", "this", "their", "support", "marketing", "dev",
            "football", "minha", "nossa", "um", "uma", "entire", "bigger", "his", "her", "as", "remote", "soccer",
        ]
        if owners.contains(previous) { return false }
        if tier == .pro, !isCapital, isPreposition(next) { return false }
        switch tier {
        case .team:
            return ![
                "of", "members", "member", "mates", "mate", "meetings", "meeting", "leader", "lead", "and", "is", "work",
                "building", "can", "will", "uses", "needs", "about", "at", "in", "de", "sport", "sports",
            ].contains(next) || isCapital && ["is", "and"].contains(next)
        case .pro:
            return !["bono", "tip", "tips", "level", "and", "gamer"].contains(next) && !(["of", "a"].contains(previous))
        case .starter: return !["kit", "home", "motor", "dish", "culture"].contains(next)
        }
    }

    /// "Estudar pro ENEM": Portuguese for "for the", where a word follows that isn't about a choice.
    private static func isPreposition(_ next: String) -> Bool {
        let about: Set = [
            "", "plan", "plano", "please", "por", "then", "entao", "is", "it", "sounds", "seems", "for", "one", "mesmo",
            "version",
            "thanks", "obrigado", "obrigada", "works", "will", "would", "looks", "fits", "option", "package", "tier",
            "subscription",
            "and", "but", "or", "mas", "ou", "e", "esta", "ta", "serve", "would", "i", "a", "at", "instead", "with", "to",
            "if", "as",
        ]
        return !about.contains(next)
    }

    private static func described(
        _ word: String, previous: String, isAlone: Bool, plans: PlanTable, current: Tier?
    ) -> Tier? {
        let all = plans.all
        if cheapest.contains(word) { return all.first?.tier }
        // "The most expensive" chooses; "that's expensive" complains.
        if dearest.contains(word), isAlone || ["the", "o", "a", "most", "mais"].contains(previous) { return all.last?.tier }
        if middle.contains(word) { return all[all.count / 2].tier }
        guard let position = all.firstIndex(where: { $0.tier == current }) else { return nil }
        switch word {
        case "cheaper", "smaller", "downgrade": return all[max(0, position - 1)].tier
        case "bigger", "larger", "upgrade": return all[min(all.count - 1, position + 1)].tier
        default: return nil
        }
    }

    private static let cheapest: Set<String> = [
        "cheap", "cheapest", "smallest", "small", "basic", "lowest", "barato", "baratinho", "menor", "pequeno", "basico",
        "barata", "minimum", "entry",
    ]
    private static let dearest: Set<String> = [
        "biggest", "largest", "expensive", "priciest", "top", "big", "caro", "maior", "grande", "best", "premium", "highest",
    ]
    private static let middle: Set<String> = ["middle", "mid", "medium", "meio", "medio", "intermedio", "intermediario"]

    /// The plan of this price; not in "under 49", which is a budget.
    private static func priced(_ word: String, _ segment: Segment, _ index: Int, _ plans: PlanTable) -> Tier? {
        guard Budget(segment.utterance) == nil, let amount = Budget.amount(word), amount >= 5 else { return nil }
        return plans.all.first { $0.monthlyPrice / 100 == amount }?.tier
    }

    // MARK: Choices

    private static func isWish(_ segment: Segment) -> Bool {
        let phrase = " " + segment.phrase + " "
        let asks = [
            "can i", "can we", "could i", "could we", "may i", "could you", "can you", "would you", "please", "posso",
            "podemos", "pode", "da para", "podes", "poderia", "what if i", "how about", "que tal",
        ]
        let acts = [
            "switch", "change", "have", "take", "get", "use", "go", "move", "upgrade", "downgrade", "start", "make",
            "choose", "pick", "try", "mudar", "trocar", "ficar", "ter", "usar", "escolher", "passar", "pegar", "how", "tal",
            "set", "put",
        ]
        return asks.contains { phrase.contains(" \($0) ") } && acts.contains { phrase.contains(" \($0) ") }
    }

    private static func isChoice(_ segment: Segment, start: Int, count: Int, isAsked: Bool) -> Bool {
        let words = segment.words.filter { !$0.isEmpty }
        // "Pro", "the Pro plan please", "49".
        let core = Trimming.core(words).filter { !company.contains($0) }
        if core.count <= 1 { return true }
        let before = segment.words[..<start]
        let phrase = " " + before.joined(separator: " ") + " "
        // Hesitation and comparison choose nothing.
        let whole = " " + segment.phrase + " "
        if doubts.contains(where: { whole.contains(" \($0) ") }) { return false }
        if choices.contains(where: { phrase.contains(" \($0) ") }) { return true }
        // "… for my bakery, pro plan please": a plan named as one, in few words.
        return count == 2 && words.count <= 6 || isAsked && words.count <= 5
    }

    private static let company: Set<String> = [
        "the", "plan", "plano", "o", "a", "please", "one", "option", "por", "favor", "de", "subscription", "usd", "dollar",
        "dollars", "month", "tier", "package", "per", "monthly", "mais",
    ]
    private static let doubts = [
        "not sure", "dont know", "wonder", "wondering", "too expensive", "too much", "expensive", "difference", "maybe",
        "perhaps", "might", "looks", "seems too", "if", "nao sei", "talvez", "caro demais", "muito caro", "diferenca",
        "thinking about", "considering",
        "compare", "versus", "what", "tell me", "let me think", "later", "someday", "unless",
    ]
    private static let choices = [
        "take", "choose", "chose", "want", "go with", "go for", "going with", "have", "pick", "start with", "switch to",
        "change to", "upgrade to", "downgrade to", "move to", "move me to", "prefer", "use", "get", "give me", "need",
        "make it", "sign me up for", "put me on", "book",
        "change it to", "change my plan to", "change the plan to", "i like", "would like", "id like", "lets do", "do the",
        "then", "buy", "stick with", "stay with", "stay on", "back to", "rather", "with the", "on the",
        "quero", "vou de", "vou ficar com", "fico com", "escolho", "prefiro", "mudar para", "muda para", "mude para",
        "mudar pro", "muda pro", "trocar para", "troca para", "comecar com", "pode ser", "vamos de", "vamos com",
        "passar para", "gostaria de", "gostaria do", "queria", "voltar para", "com o", "no plano",
    ]
}
