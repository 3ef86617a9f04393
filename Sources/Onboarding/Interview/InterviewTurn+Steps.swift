import Core

/// What to say when a message held no fact and no question.
extension InterviewTurn {
    mutating func answerStep(_ reading: Reading) {
        guard replies.isEmpty || !hasAnswered else { return }
        let utterance = reading.utterance
        if Phrasebook.waiting.contains(where: { utterance.phrase.hasPrefix($0) }), utterance.words.count <= 8 {
            say(.noHurry)
            return ask()
        }
        switch step {
        case .purpose: hearPurpose(reading)
        case .name: hearName(reading)
        case .usage: hearUsage(reading)
        case .plan: hearPlan(reading)
        case .telegram: hearAboutTelegram(utterance)
        case .payment: hearAboutPayment(utterance)
        case .served: hearServed(utterance)
        }
    }

    /// A remark with something to tap has been made already.
    private var hasAnswered: Bool { replies.last?.card != nil }

    private mutating func hearPurpose(_ reading: Reading) {
        let utterance = reading.utterance
        state.misunderstandings += 1
        let isGeneral = Purpose.isGeneral(utterance)
        if isGeneral || state.misunderstandings > 1 && (utterance.isUndecided || Purpose.isReserved(utterance)) {
            _ = use(.setPurpose(Purpose.everyday[language]), said: reading)
            say(.everydayPurpose)
            return ask()
        }
        say(
            Purpose.isReserved(utterance) || utterance.isYes == false ? .purposeIsYours : .purposeHint,
            card: .choices(Phrase.purposeExamples[language]))
    }

    private mutating func hearName(_ reading: Reading) {
        let utterance = reading.utterance
        if utterance.wantsAnother {
            say(.otherNames)
            return say(.askName, card: .choices(suggestedNames))
        }
        if reading.leavesNameToUs || utterance.isYes == false {
            let chosen = suggestedNames[0]
            _ = use(.setAgentName(chosen), said: reading)
            say(.choseName(chosen))
            return ask()
        }
        state.misunderstandings += 1
        say(.whichName, card: .choices(suggestedNames))
    }

    private mutating func hearUsage(_ reading: Reading) {
        state.misunderstandings += 1
        if reading.utterance.isUndecided || state.misunderstandings > 2 {
            _ = use(.recommendPlan(.unknown), said: reading)
            return recommendAloud()
        }
        say(.usageHint(name: name), card: .choices(Phrase.usageExamples[language]))
    }

    private mutating func hearPlan(_ reading: Reading) {
        let recommended = state.recommended ?? .pro
        let utterance = reading.utterance
        if reading.plan.mentioned.isEmpty, utterance.isYes == true || utterance.isUndecided {
            if use(.choosePlan(recommended), said: reading) == .done { say(.chosen(plans[recommended])) }
            return ask()
        }
        let names = plans.all.filter { !reading.plan.refused.contains($0.tier) }.map(\.name)
        if utterance.isYes == false || !reading.plan.refused.isEmpty { return say(.whichPlan, card: .choices(names)) }
        if !reading.plan.mentioned.isEmpty { return say(.comparePlans(plans.all), card: .plans(recommended: recommended)) }
        state.misunderstandings += 1
        if state.misunderstandings.isMultiple(of: 2) {
            say(.whichPlan, card: .choices(names))
        } else {
            say(.planHint(plans.all), card: .plans(recommended: recommended))
        }
    }
}
