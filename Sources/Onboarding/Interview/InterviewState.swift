import Core
import FoundationEssentials

/// What a conversation has come to; stored as JSON with the conversation.
///
/// Every property that was added later has a default, see ``init(from:)``: what was stored before must stay readable.
struct InterviewState: Sendable, Hashable, Codable {
    var language: Language
    /// The position of the last message of the visitor that was answered.
    var answered: Int64 = 0

    var purpose: String?
    var agentName: String?
    var usage: Usage?
    var budget: Budget?
    var recommended: Tier?
    var tier: Tier?
    /// What the owner is called.
    var ownerName: String?
    var tone: Tone?
    /// What the owner writes in, where it isn't the language of the conversation.
    var ownerLanguage: SpokenLanguage?

    /// What the visitor was asked to confirm.
    var pending: Pending?
    /// What could be tapped last.
    var offered: [String] = []
    /// Whether the language was asked for by name; then it stays.
    var languageIsChosen = false
    var hasToldLanguages = false
    /// How many messages in a row were in the other of our languages.
    var foreignRun = 0
    /// The language that the open payment page was asked for in.
    var checkoutLanguage: Language?

    /// How many answers in a row were not understood.
    var misunderstandings = 0
    /// How often each phrase was said, so that it is said differently the next time.
    var spoken: [String: Int] = [:]
    var told = Told()
    var pasted: PastedToken?
    /// The link to Telegram is due and could not be given yet.
    var owesLink = false
    /// Telegram doesn't let the visitor create another bot: they paste the token of one that they have.
    var makesOwnBot = false
    /// How to do that is still to be explained: they have said it on Telegram.
    var owesOwnBot = false
    /// The conversation was begun on Telegram, so that the linked account is its visitor's beyond doubt.
    var isFromTelegram = false

    /// Something that is done only after a yes.
    enum Pending: Sendable, Hashable, Codable {
        case name(String)
        case plan(Tier)
        case startOver
        case deleteEverything
    }

    /// How the agent writes.
    enum Tone: String, Sendable, Hashable, Codable, CaseIterable {
        case friendly, formal, brief, playful
    }

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
    enum Step: String, Sendable, Hashable, Codable {
        case purpose, name, usage, plan, telegram, payment
        /// Paid and connected: there is nothing left to ask.
        case served
    }

    init(language: Language) {
        self.language = language
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        language = try values.decode(Language.self, forKey: .language)
        answered = try values.decodeIfPresent(Int64.self, forKey: .answered) ?? 0
        purpose = try values.decodeIfPresent(String.self, forKey: .purpose)
        agentName = try values.decodeIfPresent(String.self, forKey: .agentName)
        usage = try values.decodeIfPresent(Usage.self, forKey: .usage)
        budget = try values.decodeIfPresent(Budget.self, forKey: .budget)
        recommended = try values.decodeIfPresent(Tier.self, forKey: .recommended)
        tier = try values.decodeIfPresent(Tier.self, forKey: .tier)
        ownerName = try values.decodeIfPresent(String.self, forKey: .ownerName)
        tone = try values.decodeIfPresent(Tone.self, forKey: .tone)
        ownerLanguage = try values.decodeIfPresent(SpokenLanguage.self, forKey: .ownerLanguage)
        pending = try values.decodeIfPresent(Pending.self, forKey: .pending)
        offered = try values.decodeIfPresent([String].self, forKey: .offered) ?? []
        languageIsChosen = try values.decodeIfPresent(Bool.self, forKey: .languageIsChosen) ?? false
        hasToldLanguages = try values.decodeIfPresent(Bool.self, forKey: .hasToldLanguages) ?? false
        foreignRun = try values.decodeIfPresent(Int.self, forKey: .foreignRun) ?? 0
        checkoutLanguage = try values.decodeIfPresent(Language.self, forKey: .checkoutLanguage)
        misunderstandings = try values.decodeIfPresent(Int.self, forKey: .misunderstandings) ?? 0
        spoken = try values.decodeIfPresent([String: Int].self, forKey: .spoken) ?? [:]
        told = try values.decodeIfPresent(Told.self, forKey: .told) ?? Told()
        pasted = try values.decodeIfPresent(PastedToken.self, forKey: .pasted)
        owesLink = try values.decodeIfPresent(Bool.self, forKey: .owesLink) ?? false
        makesOwnBot = try values.decodeIfPresent(Bool.self, forKey: .makesOwnBot) ?? false
        owesOwnBot = try values.decodeIfPresent(Bool.self, forKey: .owesOwnBot) ?? false
        isFromTelegram = try values.decodeIfPresent(Bool.self, forKey: .isFromTelegram) ?? false
    }

    /// What the agent is told of its owner: the purpose, and then, as the owner would say it, their name, language and taste.
    var brief: String? {
        guard let purpose else { return nil }
        let isEnglish = language == .english
        let notes = [
            ownerName.map { isEnglish ? "My name is \($0)." : "Meu nome é \($0)." },
            ownerLanguage.map { isEnglish ? "Write to me in \($0.name)." : "Escreva para mim em \($0.name)." },
            tone.map { isEnglish ? "Your manner: \($0.rawValue)." : "Seu jeito: \($0.rawValue)." },
        ].compactMap(\.self)
        return notes.isEmpty ? purpose : purpose + "\n\n" + notes.joined(separator: " ")
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
