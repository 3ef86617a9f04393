import Core

extension InterviewTurn {
    /// Tells the visitor what has changed in the world since they were last told, and asks for what is missing now.
    mutating func tellNews() {
        guard let world else { return }
        followSettings(world)
        followLanguage(world)
        if state.told.isPaid, world.box == nil { return tellEnd() }
        tellTelegram()
        tellPayment()
        tellStatus()
    }

    /// What was changed on the dashboard is what holds.
    private mutating func followSettings(_ world: Interview.World) {
        guard let box = world.box, box.desired != .draft, box.desired != .deleted, state.agentName != nil else { return }
        state.agentName = box.agentName
        guard let brief = state.brief, brief != box.purpose else { return }
        state.purpose = box.purpose
        (state.ownerName, state.ownerLanguage, state.tone) = (nil, nil, nil)
    }

    /// The language was switched on the page.
    private mutating func followLanguage(_ world: Interview.World) {
        guard let chosen = world.language, chosen != language else { return }
        state.language = chosen
        state.languageIsChosen = true
        say(.speaking)
        if step != .served { ask() }
    }

    private mutating func tellEnd() {
        var fresh = InterviewState(language: language)
        fresh.answered = state.answered
        fresh.spoken = state.spoken
        (fresh.told.isLinked, fresh.isFromTelegram) = (state.told.isLinked, state.isFromTelegram)
        say(.ended(name: name))
        state = fresh
    }

    private mutating func tellTelegram() {
        if let botUsername, botUsername != state.told.botUsername {
            state.told.isLinked = true
            state.told.botUsername = botUsername
            state.pasted = nil
            say(.connected(name: name, bot: botUsername))
            if step == .payment { offerPayment() }
        } else if isLinked, !state.told.isLinked {
            state.told.isLinked = true
            if step == .telegram, state.pasted?.bot != nil {
                ask()
            } else if step == .telegram, needsOwnBot {
                say(.linkedEarly(account: world?.account))
                explainOwnBot()
            } else if !isOnTelegram {
                say(step == .telegram ? .linked(name: name, account: world?.account) : .linkedEarly(account: world?.account))
            }
        } else if state.owesOwnBot {
            state.owesOwnBot = false
            if step == .telegram { ask() }
        } else if state.owesLink, world?.telegramLink != nil {
            state.owesLink = false
            if step == .telegram { ask() }
        }
    }

    private mutating func tellPayment() {
        if isPaid {
            guard !state.told.isPaid else { return }
            state.told.isPaid = true
            say(
                world?.isTrial == true ? .trialBegun(name: name) : .paid(name: name),
                card: step == .served ? world?.box.map { .progress($0.id) } : nil)
            if step == .telegram { ask() }
        } else if step == .payment, let checkout = currentCheckout, checkout.url != nil, checkout.completedAt == nil,
            state.told.checkoutID != checkout.id
        {
            showCheckout(or: .preparingPayment)
        }
    }

    private mutating func tellStatus() {
        guard let box = world?.box, state.told.isPaid else { return }
        switch box.status {
        case .running where box.desired == .running:
            if !state.told.isReady, let botUsername {
                state.told.isReady = true
                say(.ready(name: name, bot: botUsername), card: .agent(box.id))
            } else if state.told.trouble != nil {
                say(.runningAgain(name: name), card: .agent(box.id))
            }
            state.told.trouble = nil
        case .failed where state.told.trouble != .failed:
            state.told.trouble = .failed
            say(.failed(name: name, box.message), card: .progress(box.id))
        case .suspended where state.told.trouble != .suspended:
            state.told.trouble = .suspended
            say(.suspended(name: name))
        default:
            break
        }
    }
}
