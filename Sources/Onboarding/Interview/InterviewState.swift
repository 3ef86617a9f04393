import Core
import FoundationEssentials

/// What a conversation has come to; stored as JSON with the conversation.
struct InterviewState: Sendable, Hashable, Codable {
    var language: Language
    /// The position of the last message of the visitor that was answered.
    var answered: Int64 = 0

    var purpose: String?
    var agentName: String?
    var recommended: Tier?
    var tier: Tier?

    /// How many answers in a row were not understood.
    var misunderstandings = 0
    /// How often each phrase was said, so that it is said differently the next time.
    var spoken: [String: Int] = [:]
    var told = Told()
    var pasted: PastedToken?
    /// The link to Telegram is due and could not be given yet.
    var owesLink = false

    /// What the visitor knows of the world: whatever differs from the world is news.
    struct Told: Sendable, Hashable, Codable {
        var isLinked = false
        var botUsername: String?
        var checkoutID: Checkout.ID?
        var isPaid = false
        var isReady = false
        /// The status that was last mentioned, if something was wrong.
        var trouble: BoxStatus?
    }

    /// What is still to be found out, in the order of asking.
    enum Step: Sendable, Hashable {
        case purpose, name, usage, plan, telegram, payment
        /// Paid and connected: there is nothing left to ask.
        case served
    }

    init(language: Language) {
        self.language = language
    }

    /// - Throws: a `DecodingError`.
    init(json: String) throws {
        self = try JSONDecoder().decode(InterviewState.self, from: Data(json.utf8))
    }

    /// - Throws: an `EncodingError`.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// The token of a bot that the visitor made with BotFather. It is never stored readably, nor as part of a message.
struct PastedToken: Sendable, Hashable, Codable {
    /// Sealed in the context ``context(of:)``.
    let sealed: String
    /// The bot, once Telegram has confirmed the token.
    var bot: BotIdentity?

    static func context(of conversationID: Conversation.ID) -> String { "\(conversationID.rawValue)/pasted_token" }
}

struct BotIdentity: Sendable, Hashable, Codable {
    let id: Int64
    /// Without `@`.
    let username: String
}
