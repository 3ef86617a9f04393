import SQL
import Telegram

extension PhoneAPI {
    struct Press: Decodable {
        let messageID: Int64
        let data: String

        enum CodingKeys: String, CodingKey {
            case data
            case messageID = "message_id"
        }
    }

    /// Tells the bot that a button below one of its messages was pressed.
    func press(_ press: Press, at username: String, by person: StoredPerson) async throws -> PressedQuery {
        guard let bot = try await state.database.read({ try BotStore($0).find(username: username) }) else {
            throw PhoneError.noSuchBot
        }
        let id = await state.queries.begin(botID: bot.id, personID: person.id)
        try await state.database.write { transaction in
            let message = try MessageStore(transaction).find(id: press.messageID, personID: person.id, botID: bot.id)
            guard let message, message.buttons?.rows.joined().contains(where: { $0.callbackData == press.data }) == true
            else {
                throw PhoneError(code: "BUTTON_INVALID", message: "This button is gone.")
            }
            try UpdateStore(transaction).append(
                TelegramUpdate.CallbackQuery(
                    id: id, from: person.wire, message: message.wire(bot: bot, person: person), data: press.data),
                for: bot)
        }
        await state.pollers.wake(botID: bot.id)
        return PressedQuery(id: id)
    }

    struct PressedQuery: Encodable {
        let id: String
    }
}
