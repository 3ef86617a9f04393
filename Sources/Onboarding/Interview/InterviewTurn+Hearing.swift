import Core

extension InterviewTurn {
    /// Answers what the visitor said; always with at least one reply in the turn.
    mutating func hear(_ said: String) {
        // The token's check produces the answer.
        if said.contains(TokenRedaction.mark), state.pasted != nil { return }
        let reading = read(said)
        state.offered = []
        if reading.manners.isHostile {
            say(reading.manners.isInjection ? .onlySetUp : .calm)
            return ask()
        }
        if reading.saysThatNoBotCanBeCreated {
            state.makesOwnBot = true
            return ask()
        }
        hearLanguage(reading)
        // "done" and "ok" are answered by the news of the same turn.
        if reading.utterance.isAcknowledgement, !replies.isEmpty, state.pending == nil, reading.language == nil { return }
        if answerPending(reading) { return }
        if let command = reading.command { return obey(command) }
        let before = step
        take(reading)
        if step != before { state.misunderstandings = 0 }
    }

    /// What was said, or what stands on the button of this number.
    func read(_ said: String) -> Reading {
        let spoken = Utterance(said)
        let text = spoken.ordinal(of: state.offered.count).map { state.offered[$0] } ?? said
        return Reading(
            text,
            in: Reading.Context(
                step: step, suggestedNames: suggestedNames, agentName: state.agentName,
                tier: state.tier ?? state.recommended,
                plans: plans))
    }

    /// - Returns: whether the message was the answer to what was to be confirmed.
    private mutating func answerPending(_ reading: Reading) -> Bool {
        guard let pending = state.pending else { return false }
        let yes =
            reading.utterance.isYes ?? (Phrase.yesOrNo[language].firstIndex(of: reading.utterance.text)).map { $0 == 0 }
        if yes == true { return confirm(pending, reading) }
        if yes == false {
            state.pending = nil
            if case .name = pending { say(.whichName, card: .choices(suggestedNames)) } else { ask() }
            return true
        }
        // A correction or another wish takes its place; questions leave it standing.
        let isElse = reading.name != .none || reading.plan.chosen != nil || reading.command != nil
        if isElse || pending == .startOver || pending == .deleteEverything, !reading.isQuestion { state.pending = nil }
        return false
    }

    private mutating func confirm(_ pending: InterviewState.Pending, _ reading: Reading) -> Bool {
        switch pending {
        case .name(let name):
            let isFirst = state.agentName == nil
            state.agentName = name
            state.pending = nil
            hasChanged = true
            say(isFirst ? .named(name) : .renamed(name))
        case .plan(let tier):
            if use(.choosePlan(tier), said: reading) == .done { say(.chosen(plans[tier])) }
        case .startOver:
            state.pending = nil
            startOver()
            return true
        case .deleteEverything:
            state.pending = nil
            perform(.eraseEverything)
            say(.erased)
            return true
        }
        if step != .served { ask() }
        return true
    }

    // MARK: Facts from anywhere

    private mutating func take(_ reading: Reading) {
        let asked = step
        var isUnderstood = false
        if let owner = reading.owner, owner != state.ownerName, use(.setOwner(owner), said: reading) == .done {
            say(.pleased(owner))
            isUnderstood = true
        }
        if takePurpose(reading, asked: asked) { isUnderstood = true }
        if takeName(reading, asked: asked) { isUnderstood = true }
        if takeMoney(reading, asked: asked) { isUnderstood = true }
        if asked == .name, step == .name, state.pending == nil, reading.utterance.wantsAnother || reading.leavesNameToUs {
            return answerStep(reading)
        }
        if !reading.questions.isEmpty, !(isUnderstood && reading.questions == [nil]) {
            answerQuestions(reading)
            isUnderstood = true
        }
        if case .agent(let spoken) = reading.language, use(.setOwnerLanguage(spoken), said: reading) == .done {
            isUnderstood = true
        }
        if !isUnderstood, reading.language != nil { return ask() }
        if isUnderstood {
            if state.pending == nil, asked == .plan || asked == .usage || state.usage != nil, step == .plan,
                reading.usage != nil || reading.budget != nil
            {
                return recommendAloud()
            }
            if asked != .served || state.pending != nil { ask() } else if replies.isEmpty { hearServed(reading.utterance) }
            return
        }
        answerStep(reading)
    }

    private mutating func takePurpose(_ reading: Reading, asked: InterviewState.Step) -> Bool {
        guard let purpose = reading.purpose ?? replacedPurpose(reading) else { return false }
        let new: String
        if state.purpose == nil {
            new = purpose
        } else if let changed = PurposeChange(reading.utterance, purpose: purpose) {
            switch changed {
            case .addition(let more): new = String(((state.purpose ?? "") + ". " + more).prefix(Purpose.longest))
            case .replacement(let other): new = other
            }
        } else {
            return false
        }
        guard use(.setPurpose(new), said: reading) == .done else { return false }
        say(.understood(Echo.text(reading.purpose == nil ? new : purpose)))
        // Visitors who expect more are told before they pay.
        for topic in Purpose.beyondReach(Utterance(purpose)) where !reading.questions.contains(topic) {
            say(Phrase("fact-\(topic.rawValue)", facts.answer(topic)))
        }
        return true
    }

    /// "Could you change the purpose to …?" is a wish, though it asks.
    private func replacedPurpose(_ reading: Reading) -> String? {
        guard state.purpose != nil, case .replacement(let other) = PurposeChange(reading.utterance, purpose: "") else {
            return nil
        }
        return other
    }

    private mutating func takeName(_ reading: Reading, asked: InterviewState.Step) -> Bool {
        let before = state.agentName
        switch reading.name {
        case .name(let name):
            // The words that answered another question are not a name as well.
            switch use(.setAgentName(name), said: reading) {
            case .done: if before != name { say(before == nil ? .named(name) : .renamed(name)) }
            case .needsConfirmation, .refused: break
            }
            return true
        case .perhaps(let name):
            guard AgentName.validated(name) != nil else { return false }
            state.pending = .name(name)
            return true
        case .tooLong:
            say(.nameTooLong, card: asked == .name ? .choices(suggestedNames) : nil)
            return asked != .name
        case .notUsable:
            say(.nameNotUsable, card: asked == .name ? .choices(suggestedNames) : nil)
            return asked != .name
        case .none:
            return false
        }
    }

    /// Budget, use and plan.
    private mutating func takeMoney(_ reading: Reading, asked: InterviewState.Step) -> Bool {
        var isUnderstood = false
        if let budget = reading.budget, use(.setBudget(budget), said: reading) == .done {
            say(.budgetNoted(budget, cheapest: plans.all[0]))
            isUnderstood = true
            // Where the budget leaves one plan, the use needn't be asked.
            if !isPaid, state.tier == nil {
                let affordable = plans.all.filter(budget.allows)
                if affordable.count <= 1 || state.usage != nil {
                    _ = use(.recommendPlan(state.usage ?? .unknown), said: reading)
                    if affordable.count <= 1, state.usage == .unknown { state.usage = .light }
                }
            }
        }
        if let usage = reading.usage, state.tier == nil, !isPaid, reading.plan.chosen == nil {
            isUnderstood = use(.recommendPlan(usage), said: reading) == .done || isUnderstood
        }
        guard let tier = reading.plan.chosen ?? reading.plan.wished else { return isUnderstood }
        guard !isPaid else {
            say(.planOnDashboard)
            return true
        }
        if reading.plan.chosen == state.tier, asked == .telegram || asked == .payment { return isUnderstood }
        switch use(.choosePlan(tier), said: reading) {
        case .done: say(.chosen(plans[tier]))
        case .needsConfirmation: break
        case .refused: return isUnderstood
        }
        return true
    }

    mutating func recommendAloud() {
        let recommendation = Recommendation(state.usage ?? .unknown, budget: state.budget, plans: plans)
        state.recommended = recommendation.tier
        say(.recommend(plans[recommendation.tier], recommendation), card: .plans(recommended: recommendation.tier))
    }

    private mutating func answerQuestions(_ reading: Reading) {
        for topic in reading.questions.prefix(2) {
            guard let topic else {
                let isAboutNames = step == .name && reading.utterance.mentions(["name", "names", "nome", "nomes"])
                say(isAboutNames ? .aboutNames : Phrase("unknown", facts.unknown))
                continue
            }
            if let phrase = currentAnswer(to: topic) {
                say(phrase)
            } else {
                say(Phrase("fact-\(topic.rawValue)", facts.answer(topic)))
            }
        }
    }

    /// What depends on how far this customer is.
    private func currentAnswer(to topic: FactTopic) -> Phrase? {
        guard isPaid else { return nil }
        switch topic {
        case .limit: return .usageOnDashboard(name: name)
        case .setUp, .nextSteps: return .served(name: name, bot: botUsername ?? "")
        default: return nil
        }
    }
}

/// What a later remark on the purpose does to it.
enum PurposeChange: Sendable, Hashable {
    case addition(String)
    case replacement(String)

    init?(_ utterance: Utterance, purpose: String) {
        let phrase = utterance.phrase
        let words = utterance.words.count { !$0.isEmpty }
        guard words >= 3 else { return nil }
        for opening in Self.replacing where phrase.hasPrefix(opening + " ") || phrase.contains(" \(opening) ") {
            let rest = Self.rest(utterance, after: opening)
            guard let valid = Purpose.validated(rest) else { continue }
            self = .replacement(valid)
            return
        }
        guard Self.adding.contains(where: { phrase.hasPrefix($0 + " ") || phrase.contains(" \($0) ") }) else { return nil }
        self = .addition(purpose)
    }

    private static func rest(_ utterance: Utterance, after opening: String) -> String {
        let sought = opening.split(separator: " ").map(String.init)
        for start in utterance.words.indices where utterance.words[start...].starts(with: sought) {
            let rest = utterance.rawWords.dropFirst(start + sought.count).joined(separator: " ")
            return String(rest.reversed().drop { "?!. ".contains($0) }.reversed())
        }
        return utterance.text
    }

    private static let replacing = [
        "change the purpose to", "the purpose is", "purpose should be", "actually its for", "actually it is for",
        "no its for", "no it is for", "its really for", "it should rather", "it should instead", "actually it should",
        "actually i want it to", "actually i need it to", "i changed my mind it should", "rather help with",
        "actually help me with", "instead it should",
        "mude o objetivo para", "muda o objetivo para", "o objetivo e", "na verdade e para", "na verdade quero que ele",
        "na verdade ele deve", "na verdade e pra",
    ]
    private static let adding = [
        "also", "as well", "in addition", "and it should", "it should", "it must", "it has to", "it needs to",
        "i want it to", "i need it to", "id like it to", "oh and", "and help", "plus", "additionally", "on top of that",
        "please add", "add that", "tambem", "alem disso", "ele deve", "ele precisa", "quero que ele", "acrescente",
        "e ajudar",
    ]
}
