import Core

/// What can be asked for at any point.
extension InterviewTurn {
    mutating func obey(_ command: Command) {
        switch command {
        case .help:
            say(.help(isPaid: isPaid))
            if step != .served { ask() }
        case .back: goBack()
        case .startOver:
            guard !isPaid else { return say(.paidAlready(name: name)) }
            if state.purpose == nil { return startOver() }
            state.pending = .startOver
            ask()
        case .deleteEverything:
            guard !isPaid else { return say(Phrase("fact-deletion", facts.answer(.deletion))) }
            state.pending = .deleteEverything
            ask()
        case .changeName:
            state.agentName = nil
            ask()
        case .changePlan:
            guard !isPaid else { return say(.planOnDashboard) }
            state.tier = nil
            ask()
        case .changePurpose:
            state.purpose = nil
            ask()
        case .whichPlan: tellPlan()
        case .status: tellProgress()
        case .summary: tellSummary()
        case .link: tellLink()
        case .usage:
            say(isPaid ? .usageOnDashboard(name: name) : Phrase("fact-limit", facts.answer(.limit)))
            if !isPaid { ask() }
        case .notMe: forgetAccount()
        case .thanks:
            say(.welcome)
            if step != .served { ask() }
        case .greeting:
            say(.hello)
            ask()
        }
    }

    /// Takes the last answer back.
    private mutating func goBack() {
        guard !isPaid else { return say(.paidAlready(name: name)) }
        state.pending = nil
        switch step {
        case .purpose: break
        case .name: state.purpose = nil
        case .usage: state.agentName = nil
        case .plan: (state.recommended, state.usage) = (nil, nil)
        case .telegram, .payment, .served: state.tier = nil
        }
        ask()
    }

    mutating func startOver() {
        var fresh = InterviewState(language: language)
        (fresh.answered, fresh.spoken, fresh.told, fresh.pasted) = (state.answered, state.spoken, state.told, state.pasted)
        (fresh.languageIsChosen, fresh.isFromTelegram) = (state.languageIsChosen, state.isFromTelegram)
        state = fresh
        say(.startingOver)
        ask()
    }

    /// "That's not me": the account that followed the link is let go, with the bot that it made.
    private mutating func forgetAccount() {
        guard !isPaid else { return say(.paidAlready(name: name)) }
        if state.isFromTelegram {
            say(.thisIsYou)
            return ask()
        }
        guard isLinked || botUsername != nil else {
            say(.nobodyLinked)
            return ask()
        }
        perform(.forgetTelegramAccount)
        state.told.isLinked = false
        state.told.botUsername = nil
        state.makesOwnBot = false
        state.owesLink = true
        say(isOnTelegram ? .accountLeft : .accountForgotten)
    }

    private mutating func tellPlan() {
        if let tier = isPaid ? world?.box?.tier : state.tier {
            say(.yourPlan(plans[tier]))
            if step != .served { ask() }
        } else {
            say(.noPlanYet, card: .plans(recommended: state.recommended ?? .pro))
        }
    }

    private mutating func tellProgress() {
        if isPaid, step == .served { return tellStanding(with: .running(name: name)) }
        say(.progress)
        ask()
    }

    private mutating func tellSummary() {
        say(.soFar(name: state.agentName, purpose: state.purpose.map(Echo.text), plan: (state.tier).map { plans[$0] }))
        if step != .served { ask() }
    }

    private mutating func tellLink() {
        switch step {
        case .served: tellStanding(with: .served(name: name, bot: botUsername ?? ""))
        case .payment: showCheckout(or: .stillPreparing)
        case .telegram:
            // A visitor who asks for the link wants to try that way again.
            state.makesOwnBot = false
            if needsOwnBot { return explainOwnBot() }
            sayWithLink(isLinked ? reminderOfBot : .telegramHint(name: name))
        case .purpose, .name, .usage, .plan: tellProgress()
        }
    }
}
