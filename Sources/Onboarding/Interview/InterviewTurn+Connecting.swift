import Core

/// The steps in which the visitor acts elsewhere and comes back.
extension InterviewTurn {
    mutating func hearAboutTelegram(_ utterance: Utterance) {
        if utterance.lacksTelegram, !isOnTelegram { return sayWithLink(.whyTelegram(name: name)) }
        if needsOwnBot { return explainOwnBot() }
        if utterance.mentions(["botfather", "token"]) { return say(.howToPaste) }
        if isLinked {
            return sayWithLink(reminderOfBot)
        }
        if state.pasted?.bot != nil { return sayWithLink(.ownerMissing) }
        if utterance.isAcknowledgement || utterance.isYes != nil { return sayWithLink(.notYetLinked) }
        state.misunderstandings += 1
        if state.misunderstandings.isMultiple(of: 2) {
            say(.telegramOptions, card: .choices(Phrase.telegramChoices[language]))
        } else {
            sayWithLink(.telegramHint(name: name))
        }
    }

    /// Whether the bot can't be created for the visitor, and no token that works has been pasted.
    var needsOwnBot: Bool { (state.makesOwnBot || world?.canCreateBots == false) && state.pasted?.bot == nil }

    /// The guided way by BotFather.
    mutating func explainOwnBot() {
        state.owesOwnBot = false
        say(
            state.makesOwnBot ? .ownBotAtLimit : .ownBot(name: name),
            card: world.map { .telegram(url: $0.botFatherLink) })
    }

    mutating func hearAboutPayment(_ utterance: Utterance) {
        if utterance.saysPaid { return showCheckout(or: .preparingPayment, with: .notYetPaid) }
        if utterance.isAcknowledgement || utterance.isYes != nil || utterance.mentions(["pay", "pagar", "checkout"]) {
            return showCheckout(or: .stillPreparing)
        }
        state.misunderstandings += 1
        if state.misunderstandings.isMultiple(of: 2) {
            say(.paymentOptions, card: .choices(Phrase.paymentChoices[language]))
        } else {
            showCheckout(or: .stillPreparing, with: .paymentHint(name: name))
        }
    }

    mutating func hearServed(_ utterance: Utterance) {
        tellStanding(with: .served(name: name, bot: botUsername ?? ""))
    }

    /// How the agent is doing.
    /// - Parameter phrase: what to say while all is well.
    mutating func tellStanding(with phrase: Phrase) {
        guard let box = world?.box else { return say(phrase) }
        switch box.status {
        case .running: say(phrase, card: .agent(box.id))
        case .failed: say(.failed(name: name, box.message))
        case .suspended: say(.suspended(name: name))
        case .draft, .provisioning, .deleted: say(.settingUp(name: name))
        }
    }

    /// What Telegram said about a pasted token.
    mutating func hear(_ verdict: Interview.TokenVerdict) {
        switch verdict {
        case .refused:
            state.pasted = nil
            say(.tokenRefused)
        case .unreachable:
            state.pasted = nil
            say(.tokenUnchecked)
        case .works(let bot):
            if isPaid, let botUsername {
                let pasted = state.pasted
                state.pasted = nil
                guard let pasted, bot.id == world?.box?.bot?.id else {
                    return say(.alreadyConnected(name: name, bot: botUsername))
                }
                return replaceToken(with: pasted, of: bot)
            }
            if world?.pastedBotIsTaken == true {
                state.pasted = nil
                return say(.tokenTaken(bot: bot.username))
            }
            state.pasted?.bot = bot
            if !isLinked {
                sayWithLink(.tokenNeedsOwner(bot: bot.username))
            } else if state.tier != nil || isPaid {
                connectPastedBot()
                ask()
            } else {
                say(.tokenKept(bot: bot.username))
                ask()
            }
        }
    }
}
