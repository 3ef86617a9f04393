/// News for a bot. Source: https://core.telegram.org/bots/api#update
package struct TelegramUpdate: Codable, Sendable, Hashable {
    package var updateID: Int64
    package var message: TelegramMessage?
    package var managedBot: ManagedBotUpdated?
    package var callbackQuery: CallbackQuery?
    /// Whether what is in it has another shape than is documented, so that only its id is known.
    package private(set) var isUnreadable = false

    package init(
        updateID: Int64, message: TelegramMessage? = nil, managedBot: ManagedBotUpdated? = nil,
        callbackQuery: CallbackQuery? = nil
    ) {
        self.updateID = updateID
        self.message = message
        self.managedBot = managedBot
        self.callbackQuery = callbackQuery
    }

    fileprivate init(unreadable updateID: Int64) {
        self.updateID = updateID
        isUnreadable = true
    }

    package enum CodingKeys: String, CodingKey {
        case message
        case updateID = "update_id"
        case managedBot = "managed_bot"
        case callbackQuery = "callback_query"
    }

    /// Somebody pressed a button below a message.
    /// Source: https://core.telegram.org/bots/api#callbackquery
    package struct CallbackQuery: Codable, Sendable, Hashable {
        /// To be named in the answer, within seconds.
        package var id: String
        package var from: TelegramUser
        /// The message with the button; without its text if it is too old.
        package var message: TelegramMessage?
        /// What the button carries.
        package var data: String?

        package init(id: String, from: TelegramUser, message: TelegramMessage? = nil, data: String? = nil) {
            self.id = id
            self.from = from
            self.message = message
            self.data = data
        }
    }
}

/// An update as it comes: one that can't be read must not hold up those that come with it and after it.
struct ReceivedUpdate: Decodable {
    let update: TelegramUpdate

    init(from decoder: any Decoder) throws {
        do {
            update = try TelegramUpdate(from: decoder)
        } catch {
            let container = try decoder.container(keyedBy: TelegramUpdate.CodingKeys.self)
            update = TelegramUpdate(unreadable: try container.decode(Int64.self, forKey: .updateID))
        }
    }
}

/// A bot was created for its manager, or its token or owner changed.
/// Source: https://core.telegram.org/bots/api#managedbotupdated
package struct ManagedBotUpdated: Codable, Sendable, Hashable {
    /// Who created the bot and owns it.
    package var user: TelegramUser
    package var bot: TelegramUser

    package init(user: TelegramUser, bot: TelegramUser) {
        self.user = user
        self.bot = bot
    }
}

/// Source: https://core.telegram.org/bots/api#managedbotcreated
package struct ManagedBotCreated: Codable, Sendable, Hashable {
    package var bot: TelegramUser

    package init(bot: TelegramUser) {
        self.bot = bot
    }
}

/// Source: https://core.telegram.org/bots/api#message
package struct TelegramMessage: Codable, Sendable, Hashable {
    package var messageID: Int64
    package var from: TelegramUser?
    package var chat: TelegramChat
    /// Seconds since 1970.
    package var date: Int64
    package var text: String?
    package var voice: TelegramVoice?
    package var replyMarkup: InlineKeyboard?
    package var managedBotCreated: ManagedBotCreated?

    package init(
        messageID: Int64, from: TelegramUser?, chat: TelegramChat, date: Int64, text: String? = nil,
        voice: TelegramVoice? = nil, replyMarkup: InlineKeyboard? = nil, managedBotCreated: ManagedBotCreated? = nil
    ) {
        self.messageID = messageID
        self.from = from
        self.chat = chat
        self.date = date
        self.text = text
        self.voice = voice
        self.replyMarkup = replyMarkup
        self.managedBotCreated = managedBotCreated
    }

    package enum CodingKeys: String, CodingKey {
        case from, chat, date, text, voice
        case messageID = "message_id"
        case replyMarkup = "reply_markup"
        case managedBotCreated = "managed_bot_created"
    }
}

/// A person or a bot. Source: https://core.telegram.org/bots/api#user
package struct TelegramUser: Codable, Sendable, Hashable {
    package var id: Int64
    package var isBot: Bool
    package var firstName: String
    /// Without the `@`; people may have none.
    package var username: String?
    /// An IETF tag such as `pt-BR`; the language of the person's app.
    package var languageCode: String?
    /// Whether this bot may create bots for its users; only `getMe` says so.
    package var canManageBots: Bool?

    package init(
        id: Int64, isBot: Bool, firstName: String, username: String? = nil, languageCode: String? = nil,
        canManageBots: Bool? = nil
    ) {
        self.id = id
        self.isBot = isBot
        self.firstName = firstName
        self.username = username
        self.languageCode = languageCode
        self.canManageBots = canManageBots
    }

    package enum CodingKeys: String, CodingKey {
        case id, username
        case isBot = "is_bot"
        case firstName = "first_name"
        case languageCode = "language_code"
        case canManageBots = "can_manage_bots"
    }
}

/// Source: https://core.telegram.org/bots/api#chat
package struct TelegramChat: Codable, Sendable, Hashable {
    /// In a private chat, the id of the person.
    package var id: Int64
    /// `private`, `group`, `supergroup` or `channel`.
    package var type: String
    package var firstName: String?

    package init(id: Int64, type: String = "private", firstName: String? = nil) {
        self.id = id
        self.type = type
        self.firstName = firstName
    }

    package enum CodingKeys: String, CodingKey {
        case id, type
        case firstName = "first_name"
    }
}
