import Core

/// What can be asked for at any point.
extension InterviewTurn {
    mutating func obey(_ intent: Utterance.Intent, _ utterance: Utterance) {
        switch intent {
        case .speak(let language):
            if language != state.language { speak(language) }
            say(.speaking)
            ask()
        case .help: help()
        case .back: goBack()
        case .startOver: startOver()
        case .rename(let name): rename(name)
        case .changePlan: changePlan(utterance)
        case .changePurpose:
            state.purpose = nil
            ask()
        case .cost: say(.cost(plans.all), card: .plans(recommended: state.tier ?? state.recommended ?? .pro))
        case .whichPlan: tellPlan()
        case .status: tellProgress()
        case .link: tellLink()
        case .usage: say(isPaid ? .usageOnDashboard(name: name) : .usageLater)
        case .cancel: say(isPaid ? .cancelOnDashboard : .nothingToCancel)
        case .privacy: say(.privacy)
        case .who: say(.who)
        case .support: say(.support(at: world?.contact))
        case .thanks: say(.welcome)
        case .greeting:
            say(.hello)
            ask()
        }
    }

    private mutating func help() {
        say(.help(isPaid: isPaid))
        ask()
    }

    /// Takes the last answer back.
    private mutating func goBack() {
        guard !isPaid else { return say(.paidAlready(name: name)) }
        switch step {
        case .purpose: break
        case .name: state.purpose = nil
        case .usage: state.agentName = nil
        case .plan: state.recommended = nil
        case .telegram, .payment, .served: state.tier = nil
        }
        ask()
    }

    private mutating func startOver() {
        guard !isPaid else { return say(.paidAlready(name: name)) }
        state.purpose = nil
        state.agentName = nil
        state.recommended = nil
        state.tier = nil
        state.misunderstandings = 0
        say(.startingOver)
        ask()
    }

    private mutating func rename(_ newName: String?) {
        guard let newName, !newName.isEmpty else {
            state.agentName = nil
            return ask()
        }
        guard let valid = AgentName.validated(newName) else {
            return say(newName.count > AgentName.longest ? .nameTooLong : .nameNotUsable)
        }
        state.agentName = valid
        say(.renamed(valid))
        if step != .served { ask() }
    }

    private mutating func changePlan(_ utterance: Utterance) {
        guard !isPaid else { return say(.planOnDashboard) }
        if let tier = PlanChoice(utterance, plans: plans, recommended: state.tier ?? state.recommended).tier {
            return take(tier)
        }
        state.tier = nil
        ask()
    }

    private mutating func tellPlan() {
        if let tier = isPaid ? world?.box?.tier : state.tier {
            say(.yourPlan(plans[tier]))
        } else {
            say(.noPlanYet, card: .plans(recommended: state.recommended ?? .pro))
        }
    }

    private mutating func tellProgress() {
        if isPaid, step == .served { return tellStanding(with: .running(name: name)) }
        say(.progress)
        ask()
    }

    private mutating func tellLink() {
        switch step {
        case .served: tellStanding(with: .served(name: name, bot: botUsername ?? ""))
        case .payment: showCheckout(or: .stillPreparing)
        case .telegram: sayWithLink(isLinked ? .notYetConfirmed(name: name) : .telegramHint(name: name))
        case .purpose, .name, .usage, .plan: tellProgress()
        }
    }
}
