/// The onboarding chat of one customer.
package struct Conversation: Sendable, Hashable, Identified {
    package static let idPrefix = "cnv"
    package typealias ID = Identifier<Conversation>

    package let id: ID
    package let customerID: Customer.ID
    /// The state of the interview, as JSON; only `Onboarding` reads it.
    package var state: String
    /// The payload of the Telegram deep link that ties the visitor's Telegram account to this conversation.
    package var telegramCode: String
    /// The visitor's numeric id on Telegram, once they followed that link.
    package var telegramUserID: Int64?
    /// What that account calls itself: `Ana (@ana)`.
    package var telegramName: String?
    /// How far that account is shown the conversation; `nil` while the visitor speaks on the page.
    package var onTelegram: ShownOnTelegram?
    package let createdAt: Timestamp

    package init(
        id: ID, customerID: Customer.ID, state: String, telegramCode: String, telegramUserID: Int64? = nil,
        telegramName: String? = nil, onTelegram: ShownOnTelegram? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.customerID = customerID
        self.state = state
        self.telegramCode = telegramCode
        self.telegramUserID = telegramUserID
        self.telegramName = telegramName
        self.onTelegram = onTelegram
        self.createdAt = createdAt
    }
}

/// How far a conversation is shown in the chat with the platform's own bot.
package struct ShownOnTelegram: Sendable, Hashable {
    /// The position of the last message that is shown there.
    package var position: Int64
    /// Telegram's id of the message that shows it; `nil` if there is none, or none whose buttons count.
    package var messageID: Int64?

    package init(position: Int64, messageID: Int64? = nil) {
        self.position = position
        self.messageID = messageID
    }
}

/// One message of a conversation.
package struct ChatMessage: Sendable, Hashable {
    package enum Role: String, Sendable, Hashable, Codable {
        case visitor, agent
    }

    /// From 1, without gaps.
    package let position: Int64
    package let role: Role
    package let text: String
    /// What is shown below the text, to act on.
    package let card: Card?
    package let createdAt: Timestamp

    package init(position: Int64, role: Role, text: String, card: Card? = nil, createdAt: Timestamp) {
        self.position = position
        self.role = role
        self.text = text
        self.card = card
        self.createdAt = createdAt
    }

    /// Something to act on in the chat.
    package enum Card: Sendable, Hashable, Codable {
        /// Answers to tap instead of typing.
        case choices([String])
        /// The plans side by side, one of them recommended.
        case plans(recommended: Tier)
        /// The way to the visitor's Telegram.
        case telegram(url: String)
        /// The way to the payment page: `/checkout/<id>` on our site.
        case checkout(Checkout.ID)
        /// How far the agent's set-up has come; nothing to act on, and over with the next that is said of it.
        case progress(Box.ID)
        /// The agent is there; the way to it.
        case agent(Box.ID)
    }
}
