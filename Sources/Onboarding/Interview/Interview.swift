import Core

/// The scripted conversation, without any I/O: it is told what has happened and how the world is, and says what to
/// reply and what to do. Nothing but what it returns changes anything.
struct Interview: Sendable {
    let plans: PlanTable

    /// What the conversation has to react to, besides the state of the world.
    enum Event: Sendable, Hashable {
        case said(String)
        /// A pasted token was shown to Telegram.
        case checkedToken(TokenVerdict)
    }

    enum TokenVerdict: Sendable, Hashable {
        case works(BotIdentity)
        case refused
        case unreachable
    }

    /// The state of the world as far as the conversation depends on it.
    struct World: Sendable, Hashable {
        var now: Timestamp
        /// The deep link that ties the visitor's Telegram account to this conversation; `nil` while Telegram doesn't answer.
        var telegramLink: String?
        /// Whether Telegram lets the platform's own bot create bots for visitors.
        var canCreateBots = true
        /// Where people make bots by themselves.
        var botFatherLink = "https://t.me/BotFather"
        var isLinked: Bool
        /// Whether the visitor speaks in the chat with the platform's own bot, from the linked account.
        var isOnTelegram = false
        /// What the linked account calls itself.
        var account: String?
        var box: Box?
        var isPaid: Bool
        /// Whether nothing was charged yet, as a free trial runs.
        var isTrial = false
        /// The youngest one.
        var checkout: Checkout?
        /// Whether the bot of a pasted token serves somebody else's agent.
        var pastedBotIsTaken: Bool
        /// The e-mail address at which a person reads; `nil` if there is none.
        var contact: String?
        /// What the customer's pages are in; `nil` where nobody has chosen.
        var language: Language?
    }

    struct Reply: Sendable, Hashable {
        let text: String
        let card: ChatMessage.Card?
    }

    /// What the answer changes; to be done in this order, in the transaction that stores the replies.
    enum Action: Sendable, Hashable {
        /// Make the box's row say what the state says.
        case saveBox
        /// Give the box the bot of the pasted token, with the linked Telegram account as its owner.
        case connectPastedBot(PastedToken, BotIdentity)
        case openCheckout(Tier)
        case speak(Language)
        /// Let the linked Telegram account go, with the bot that it made, and make another code.
        case forgetTelegramAccount
        /// Delete all that this visitor has said and all that came of it.
        case eraseEverything
    }

    struct Answer: Sendable, Hashable {
        var state: InterviewState
        var replies: [Reply]
        var actions: [Action]
    }

    /// How a conversation starts.
    /// - Parameter chosen: the plan whose button led here: chosen in so many words, and as open to another as any.
    func begin(in language: Language, chosen: Tier? = nil) -> Answer {
        var state = InterviewState(language: language)
        (state.tier, state.recommended) = (chosen, chosen)
        return greet(state, with: .greeting(chosen: chosen.map { plans[$0] }))
    }

    /// How a conversation starts on Telegram, where the account is known.
    func beginOnTelegram(in language: Language) -> Answer {
        var state = InterviewState(language: language)
        (state.told.isLinked, state.isFromTelegram) = (true, true)
        return greet(state, with: .greetingOnTelegram)
    }

    private func greet(_ state: InterviewState, with phrase: Phrase) -> Answer {
        var turn = InterviewTurn(plans: plans, state: state, world: nil)
        turn.say(phrase, card: .choices(Phrase.purposeExamples[state.language]))
        return turn.answer
    }

    /// Reacts to what has happened. With no events and nothing new in the world, the answer is empty and the state the same.
    func answer(_ state: InterviewState, to events: [Event], in world: World) -> Answer {
        var turn = InterviewTurn(plans: plans, state: state, world: world)
        turn.tellNews()
        for event in events {
            switch event {
            case .said(let text): turn.hear(text)
            case .checkedToken(let verdict): turn.hear(verdict)
            }
        }
        turn.settle()
        return turn.answer
    }
}
