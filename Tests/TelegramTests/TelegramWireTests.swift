import FoundationEssentials
import Testing

@testable import Telegram

struct TelegramWireTests {
    @Test func readsAnUpdateOfAManagedBot() throws {
        let json = """
            {"update_id": 7, "managed_bot": {
                "user": {"id": 42, "is_bot": false, "first_name": "Ana", "language_code": "pt-BR"},
                "bot": {"id": 99, "is_bot": true, "first_name": "Ana's agent", "username": "ana_agent_bot"}}}
            """
        let update = try JSONDecoder().decode(TelegramUpdate.self, from: Data(json.utf8))
        #expect(update.updateID == 7)
        #expect(update.message == nil)
        #expect(update.managedBot?.user.id == 42)
        #expect(update.managedBot?.user.languageCode == "pt-BR")
        #expect(update.managedBot?.bot.username == "ana_agent_bot")
    }

    @Test func readsAMessageWithFieldsThatItDoesNotKnow() throws {
        let json = """
            {"update_id": 8, "message": {"message_id": 3, "date": 1700000000, "text": "hi", "entities": [{"type": "bold"}],
                "from": {"id": 42, "is_bot": false, "first_name": "Ana"}, "chat": {"id": 42, "type": "private"},
                "managed_bot_created": {"bot": {"id": 99, "is_bot": true, "first_name": "A"}}}}
            """
        let message = try #require(try JSONDecoder().decode(TelegramUpdate.self, from: Data(json.utf8)).message)
        #expect(message.text == "hi")
        #expect(message.chat.id == 42)
        #expect(message.managedBotCreated?.bot.id == 99)
    }

    @Test func anUpdateOfAnUnknownShapeIsKnownByItsIDOnly() throws {
        let json = """
            [{"update_id": 8, "message": {"message_id": "three", "text": "hi"}},
                {"update_id": 9, "message": {"message_id": 4, "date": 0, "text": "after it", "chat": {"id": 1, "type": "private"}}}]
            """
        let updates = try JSONDecoder().decode([ReceivedUpdate].self, from: Data(json.utf8)).map(\.update)
        #expect(updates.map(\.updateID) == [8, 9])
        #expect(updates.map(\.isUnreadable) == [true, false])
        #expect(updates.map(\.message?.text) == [nil, "after it"])
    }

    @Test func writesTheNamesOfTheWire() throws {
        let button = KeyboardButton(
            text: "Create",
            requestManagedBot: RequestManagedBot(requestID: 1, suggestedName: "A", suggestedUsername: "a_bot"))
        #expect(
            try json(ReplyMarkup.keyboard(ReplyKeyboard([[button]])))
                == #"{"keyboard":[[{"request_managed_bot":{"request_id":1,"suggested_name":"A","suggested_username":"a_bot"},"#
                + #""text":"Create"}]],"one_time_keyboard":true,"resize_keyboard":true}"#)
        #expect(
            try json(ReplyMarkup.inline(InlineKeyboard([[InlineButton(text: "Go", url: "https://example.com")]])))
                == #"{"inline_keyboard":[[{"text":"Go","url":"https://example.com"}]]}"#)
        #expect(
            try json(InlineKeyboard([[InlineButton(text: "Go", callbackData: "a")]]))
                == #"{"inline_keyboard":[[{"callback_data":"a","text":"Go"}]]}"#)
        #expect(try json(ReplyMarkup.removeKeyboard) == #"{"remove_keyboard":true}"#)
    }

    @Test(arguments: [
        ReplyMarkup.removeKeyboard, .inline(InlineKeyboard([[InlineButton(text: "x")]])),
        .keyboard(ReplyKeyboard([[KeyboardButton(text: "y")]])),
    ])
    func readsBackWhatItWrites(_ markup: ReplyMarkup) throws {
        #expect(try JSONDecoder().decode(ReplyMarkup.self, from: JSONEncoder().encode(markup)) == markup)
    }

    @Test func onlySomeFaultsPass() {
        #expect(TelegramError.tooManyRequests(retryAfter: 3).isTransient)
        #expect(TelegramError.tooManyRequests(retryAfter: 3).retryAfter == 3)
        #expect(TelegramError.refused(code: 502, description: "Bad Gateway").isTransient)
        #expect(!TelegramError.refused(code: 403, description: "Forbidden").isTransient)
        #expect(!TelegramError.unauthorized.isTransient)
    }

    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
