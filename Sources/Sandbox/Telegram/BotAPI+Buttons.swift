import SQL
import Telegram

extension BotAPI {
    private static let longestNote = 200

    func editMessageReplyMarkup(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> TelegramMessage {
        try await edit(bot, parameters, text: nil)
    }

    func answerCallbackQuery(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let note = parameters.text("text") ?? ""
        guard note.unicodeScalars.count <= Self.longestNote else { throw BotAPIError.badRequest("MESSAGE_TOO_LONG") }
        guard let id = parameters.text("callback_query_id"), let personID = await state.queries.end(id, botID: bot.id) else {
            throw BotAPIError.badRequest("query is too old and response timeout expired or query ID is invalid")
        }
        await state.phones.send(.answered(bot: bot.username, text: note), to: personID)
        return true
    }
}

extension InlineKeyboard {
    private static let longestData = 64

    /// Refuses what Telegram refuses.
    ///
    /// Telegram also refuses links to `localhost`; here they pass, as the whole platform is there.
    /// - Throws: ``BotAPIError`` 400.
    func check() throws {
        for button in rows.joined() {
            guard !button.text.isEmpty else {
                throw BotAPIError.badRequest("text buttons are unallowed in the inline keyboard")
            }
            switch (button.url, button.callbackData) {
            case (let url?, nil):
                guard ["http://", "https://", "tg://"].contains(where: url.lowercased().hasPrefix) else {
                    throw BotAPIError.badRequest(
                        "inline keyboard button URL '\(url)' is invalid: unsupported URL protocol")
                }
            case (nil, let data?):
                guard (1...Self.longestData).contains(data.utf8.count) else {
                    throw BotAPIError.badRequest("BUTTON_DATA_INVALID")
                }
            default: throw BotAPIError.badRequest("text buttons are unallowed in the inline keyboard")
            }
        }
    }
}

/// The presses of buttons that no bot has answered yet. They don't outlive the sandbox, as they don't live long at Telegram.
actor CallbackQueries {
    private struct Open {
        let botID: Int64
        let personID: Int64
    }

    private var open: [String: Open] = [:]

    /// - Returns: the new query's id.
    func begin(botID: Int64, personID: Int64) -> String {
        let id = String(UInt64.random(in: 1...UInt64.max))
        open[id] = Open(botID: botID, personID: personID)
        return id
    }

    /// - Returns: who has pressed; `nil` if the bot has no such query.
    func end(_ id: String, botID: Int64) -> Int64? {
        guard let query = open[id], query.botID == botID else { return nil }
        open[id] = nil
        return query.personID
    }
}
