import SQL
import Telegram

extension BotAPI {
    private static let longestText = 4096
    private static let actions: Set<String> = [
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    ]

    func sendMessage(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> TelegramMessage {
        let personID = try parameters.requiredInteger("chat_id")
        let text = try messageText(parameters)
        let markup = try parameters.decoded(ReplyMarkup.self, "reply_markup")
        if case .keyboard(let keyboard) = markup, bot.id != state.managerID,
            keyboard.keyboard.joined().contains(where: { $0.requestManagedBot != nil })
        {
            // Telegram doesn't document its words for this.
            throw BotAPIError.badRequest("the bot can't manage other bots")
        }
        let now = state.now()
        if let seconds = await state.sendLimit.take(botID: bot.id, now: now) {
            throw BotAPIError.tooManyRequests(retryAfter: seconds)
        }
        let message = try await state.database.write { transaction in
            let person = try openChat(transaction, bot: bot, personID: personID)
            var buttons: InlineKeyboard?
            switch markup {
            case .inline(let keyboard):
                try keyboard.check()
                buttons = keyboard
            case .keyboard(let keyboard):
                try ChatStore(transaction).setKeyboard(keyboard, personID: personID, botID: bot.id)
            case .removeKeyboard: try ChatStore(transaction).setKeyboard(nil, personID: personID, botID: bot.id)
            case nil: break
            }
            return try MessageStore(transaction).append(
                text, from: .bot, personID: personID, botID: bot.id, at: now, buttons: buttons
            ).wire(bot: bot, person: person)
        }
        await state.phones.send(.changed(bot: bot.username), to: personID)
        return message
    }

    func sendChatAction(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let personID = try parameters.requiredInteger("chat_id")
        guard let action = parameters.text("action"), Self.actions.contains(action) else {
            throw BotAPIError.badRequest("wrong parameter action in request")
        }
        _ = try await state.database.read { try openChat($0, bot: bot, personID: personID) }
        await state.phones.send(.typing(bot: bot.username), to: personID)
        return true
    }

    func editMessageText(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> TelegramMessage {
        try await edit(bot, parameters, text: try messageText(parameters))
    }

    /// - Parameter text: `nil` leaves it as it is.
    func edit(_ bot: StoredBot, _ parameters: BotAPIParameters, text: String?) async throws -> TelegramMessage {
        let personID = try parameters.requiredInteger("chat_id")
        let id = try parameters.requiredInteger("message_id")
        let buttons = try parameters.decoded(InlineKeyboard.self, "reply_markup")
        try buttons?.check()
        let now = state.now()
        let message = try await state.database.write { transaction in
            let person = try openChat(transaction, bot: bot, personID: personID)
            let messages = MessageStore(transaction)
            guard let message = try messages.find(id: id, personID: personID, botID: bot.id) else {
                throw BotAPIError.badRequest("message to edit not found")
            }
            guard message.sender == .bot else { throw BotAPIError.badRequest("message can't be edited") }
            let text = text ?? message.text
            guard message.text != text || message.buttons != buttons else {
                throw BotAPIError.badRequest(
                    "message is not modified: specified new message content and reply markup are exactly the same "
                        + "as a current content and reply markup of the message")
            }
            try messages.edit(id: id, text: text, buttons: buttons, at: now)
            return try messages.find(id: id, personID: personID, botID: bot.id)?.wire(bot: bot, person: person)
        }
        guard let message else { throw BotAPIError.badRequest("message to edit not found") }
        await state.phones.send(.changed(bot: bot.username), to: personID)
        return message
    }

    /// In a private chat a bot may delete either side's messages.
    func deleteMessage(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let personID = try parameters.requiredInteger("chat_id")
        let id = try parameters.requiredInteger("message_id")
        let now = state.now()
        try await state.database.write { transaction in
            _ = try openChat(transaction, bot: bot, personID: personID)
            let messages = MessageStore(transaction)
            guard try messages.find(id: id, personID: personID, botID: bot.id) != nil else {
                throw BotAPIError.badRequest("message to delete not found")
            }
            try messages.delete(id: id, at: now)
        }
        await state.phones.send(.changed(bot: bot.username), to: personID)
        return true
    }

    /// The phone shows no reactions; the message must exist nevertheless.
    func setMessageReaction(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let personID = try parameters.requiredInteger("chat_id")
        let id = try parameters.requiredInteger("message_id")
        return try await state.database.read { transaction in
            _ = try openChat(transaction, bot: bot, personID: personID)
            guard try MessageStore(transaction).find(id: id, personID: personID, botID: bot.id) != nil else {
                throw BotAPIError.badRequest("message to react not found")
            }
            return true
        }
    }

    private func messageText(_ parameters: BotAPIParameters) throws -> String {
        var text = parameters.text("text") ?? ""
        if parameters.text("parse_mode")?.lowercased() == "html" { text = PlainText.of(html: text) }
        guard text.contains(where: { !$0.isWhitespace }) else { throw BotAPIError.badRequest("message text is empty") }
        guard text.unicodeScalars.count <= Self.longestText else { throw BotAPIError.badRequest("message is too long") }
        return text
    }
}

/// - Returns: the person behind a chat that the bot may write to.
/// - Throws: ``BotAPIError`` 400 if there is no such person, 403 if the person hasn't written first; `SQLError`.
private func openChat(_ transaction: any Transaction, bot: StoredBot, personID: Int64) throws -> StoredPerson {
    guard let person = try PersonStore(transaction).find(id: personID) else {
        throw BotAPIError.badRequest("chat not found")
    }
    guard try ChatStore(transaction).find(personID: personID, botID: bot.id)?.startedAt != nil else {
        throw BotAPIError(code: 403, description: "Forbidden: bot can't initiate conversation with a user")
    }
    return person
}
