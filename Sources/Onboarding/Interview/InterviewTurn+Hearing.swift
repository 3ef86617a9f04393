import Core

extension InterviewTurn {
    /// Answers what the visitor said; always with at least one reply in the turn.
    mutating func hear(_ text: String) {
        let utterance = Utterance(text)
        // The check of the token itself brings the answer.
        if text.contains(TokenRedaction.mark), state.pasted != nil { return }
        if let spoken = utterance.language, spoken != language { speak(spoken) }
        // "done" and "ok" are answered by the news of the same turn.
        if utterance.isAcknowledgement, !replies.isEmpty { return }
        if let intent = utterance.intent {
            obey(intent, utterance)
        } else {
            answerStep(utterance)
        }
    }

    /// Answers the question of the step.
    private mutating func answerStep(_ utterance: Utterance) {
        let before = step
        switch before {
        case .purpose: hearPurpose(utterance)
        case .name: hearName(utterance)
        case .usage: hearUsage(utterance)
        case .plan: hearPlan(utterance)
        case .telegram: hearAboutTelegram(utterance)
        case .payment: hearAboutPayment(utterance)
        case .served: hearServed(utterance)
        }
        if step != before { state.misunderstandings = 0 }
    }

    mutating func speak(_ language: Language) {
        state.language = language
        perform(.speak(language))
    }

    private mutating func hearPurpose(_ utterance: Utterance) {
        guard utterance.saysSomething, utterance.isYes == nil else {
            state.misunderstandings += 1
            return say(.purposeHint, card: .choices(Phrase.purposeExamples[language]))
        }
        state.purpose = String(utterance.text.prefix(500))
        ask()
    }

    private mutating func hearName(_ utterance: Utterance) {
        if utterance.wantsAnother {
            say(.otherNames)
            return say(.askName, card: .choices(suggestedNames))
        }
        if utterance.isUndecided || utterance.isYes == false {
            return take(name: suggestedNames[0], with: .choseName(suggestedNames[0]))
        }
        guard utterance.isYes == nil else {
            state.misunderstandings += 1
            return say(.whichName, card: .choices(suggestedNames))
        }
        take(name: utterance.spokenName, with: nil)
    }

    /// - Parameter remark: what to say before the conversation goes on.
    mutating func take(name candidate: String, with remark: Phrase?) {
        guard let name = AgentName.validated(candidate) else {
            state.misunderstandings += 1
            return say(candidate.count > AgentName.longest ? .nameTooLong : .nameNotUsable, card: .choices(suggestedNames))
        }
        state.agentName = name
        if let remark { say(remark) }
        ask()
    }

    private mutating func hearUsage(_ utterance: Utterance) {
        let choice = PlanChoice(utterance, plans: plans, recommended: nil)
        if let tier = choice.tier, choice.isDeliberate { return take(tier) }
        guard utterance.saysSomething || utterance.isYes != nil else {
            state.misunderstandings += 1
            return say(.usageHint(name: name), card: .choices(Phrase.usageExamples[language]))
        }
        let recommendation = Recommendation(utterance)
        state.recommended = recommendation.tier
        say(.recommend(plans[recommendation.tier], recommendation.reason), card: .plans(recommended: recommendation.tier))
    }

    private mutating func hearPlan(_ utterance: Utterance) {
        let recommended = state.recommended ?? .pro
        let choice = PlanChoice(utterance, plans: plans, recommended: recommended)
        if let tier = choice.tier { return take(tier) }
        if choice.mentioned.isEmpty, utterance.isYes == true || utterance.isUndecided { return take(recommended) }
        if utterance.isQuestion || choice.mentioned.count > 1 {
            return say(.comparePlans(plans.all), card: .plans(recommended: recommended))
        }
        let names = choice.remaining.map { plans[$0].name }
        if utterance.isYes == false || choice.hasRefusals { return say(.whichPlan, card: .choices(names)) }
        state.misunderstandings += 1
        switch state.misunderstandings {
        case 1: say(.planHint(plans.all), card: .plans(recommended: recommended))
        case 2: say(.whichPlan, card: .choices(names))
        default:
            // No dead end: nothing is bought before the payment page.
            say(.planForNow(plans[recommended]))
            take(recommended)
        }
    }

    mutating func take(_ tier: Tier) {
        state.tier = tier
        if state.recommended == nil { state.recommended = tier }
        state.misunderstandings = 0
        if step == .telegram || step == .payment { say(.chosen(plans[tier])) }
        ask()
    }
}
