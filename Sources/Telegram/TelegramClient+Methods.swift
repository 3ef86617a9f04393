import NIOCore

// Each method throws ``TelegramError``, and `CancellationError` when its task is cancelled.
extension TelegramClient {
    /// The bot itself; `canManageBots` is only known from here.
    package func getMe() async throws -> TelegramUser {
        try await call("getMe", NoParameters())
    }

    /// Waits for news. Only one caller at a time may ask for a token: a second one makes the first fail with
    /// ``TelegramError/conflict(_:)``.
    /// - Parameters:
    ///   - offset: the first update wanted; everything before it is confirmed and never comes again.
    ///   - timeout: seconds to wait for an update before answering with none.
    ///   - allowedUpdates: kinds such as `message` and `managed_bot`; `nil` leaves Telegram's choice as it is.
    /// - Returns: also those that can't be read, see ``TelegramUpdate/isUnreadable``, so that they can be confirmed.
    package func getUpdates(
        offset: Int64? = nil, timeout: Int = 0, allowedUpdates: [String]? = nil
    ) async throws -> [TelegramUpdate] {
        let received: [ReceivedUpdate] = try await call(
            "getUpdates",
            GetUpdates(offset: offset, timeout: timeout, allowedUpdates: allowedUpdates),
            timeout: Self.callTimeout + .seconds(Int64(timeout)))
        return received.map(\.update)
    }

    /// - Parameter text: at most 4096 characters, shown as it is.
    @discardableResult
    package func sendMessage(
        chatID: Int64, text: String, replyMarkup: ReplyMarkup? = nil
    ) async throws -> TelegramMessage {
        try await call("sendMessage", SendMessage(chatID: chatID, text: text, replyMarkup: replyMarkup))
    }

    /// - Parameters:
    ///   - text: as for ``sendMessage(chatID:text:replyMarkup:)``.
    ///   - replyMarkup: takes the place of the buttons below the message; `nil` takes them away.
    package func editMessageText(
        chatID: Int64, messageID: Int64, text: String, replyMarkup: InlineKeyboard? = nil
    ) async throws {
        let _: TelegramMessage = try await call(
            "editMessageText",
            EditMessage(chatID: chatID, messageID: messageID, text: text, replyMarkup: replyMarkup))
    }

    /// Takes the buttons below a message away.
    package func removeButtons(chatID: Int64, messageID: Int64) async throws {
        let _: TelegramMessage = try await call(
            "editMessageReplyMarkup", EditMessage(chatID: chatID, messageID: messageID, text: nil, replyMarkup: nil))
    }

    /// Deletes a message, in a private chat also the person's, within 48 hours.
    package func deleteMessage(chatID: Int64, messageID: Int64) async throws {
        try await done("deleteMessage", EditMessage(chatID: chatID, messageID: messageID, text: nil, replyMarkup: nil))
    }

    /// Ends the waiting that a pressed button shows.
    /// - Parameter text: shown for a moment; at most 200 characters.
    package func answerCallbackQuery(id: String, text: String? = nil) async throws {
        try await done("answerCallbackQuery", AnswerCallbackQuery(id: id, text: text))
    }

    /// Shows for up to five seconds, or until the next message, that the bot is doing something.
    /// - Parameter action: such as `typing`.
    package func sendChatAction(chatID: Int64, action: String = "typing") async throws {
        try await done("sendChatAction", SendChatAction(chatID: chatID, action: action))
    }

    /// Whether updates go to a webhook, and so to nobody who polls.
    package func getWebhookInfo() async throws -> TelegramWebhook {
        try await call("getWebhookInfo", NoParameters())
    }

    /// - Parameter name: at most 64 characters.
    package func setMyName(_ name: String) async throws {
        try await done("setMyName", ["name": name])
    }

    /// - Parameter description: what an empty chat with the bot shows; at most 512 characters.
    package func setMyDescription(_ description: String) async throws {
        try await done("setMyDescription", ["description": description])
    }

    /// Replaces the menu of commands.
    package func setMyCommands(_ commands: [BotCommand]) async throws {
        try await done("setMyCommands", ["commands": commands])
    }

    /// The token of a bot that this bot manages.
    /// - Parameter botID: the managed bot's own id, which Telegram calls `user_id` here.
    package func getManagedBotToken(botID: Int64) async throws -> String {
        try await call("getManagedBotToken", ["user_id": botID])
    }

    /// Revokes a managed bot's token at once.
    /// - Returns: the new one.
    package func replaceManagedBotToken(botID: Int64) async throws -> String {
        try await call("replaceManagedBotToken", ["user_id": botID])
    }

    /// Makes long polling possible again; updates that wait are kept.
    package func deleteWebhook() async throws {
        try await done("deleteWebhook", NoParameters())
    }

    private func done(_ method: String, _ parameters: some Encodable) async throws {
        let _: Bool = try await call(method, parameters)
    }
}

private struct NoParameters: Encodable {}

private struct GetUpdates: Encodable {
    let offset: Int64?
    let timeout: Int
    let allowedUpdates: [String]?

    enum CodingKeys: String, CodingKey {
        case offset, timeout
        case allowedUpdates = "allowed_updates"
    }
}

private struct SendMessage: Encodable {
    let chatID: Int64
    let text: String
    let replyMarkup: ReplyMarkup?

    enum CodingKeys: String, CodingKey {
        case text
        case chatID = "chat_id"
        case replyMarkup = "reply_markup"
    }
}

private struct EditMessage: Encodable {
    let chatID: Int64
    let messageID: Int64
    let text: String?
    let replyMarkup: InlineKeyboard?

    enum CodingKeys: String, CodingKey {
        case text
        case chatID = "chat_id"
        case messageID = "message_id"
        case replyMarkup = "reply_markup"
    }
}

private struct AnswerCallbackQuery: Encodable {
    let id: String
    let text: String?

    enum CodingKeys: String, CodingKey {
        case text
        case id = "callback_query_id"
    }
}

private struct SendChatAction: Encodable {
    let chatID: Int64
    let action: String

    enum CodingKeys: String, CodingKey {
        case action
        case chatID = "chat_id"
    }
}
