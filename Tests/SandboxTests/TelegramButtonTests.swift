import Telegram
import Testing

@testable import Sandbox

/// Buttons below messages: what Telegram refuses, and what a press does.
struct TelegramButtonTests {
    private static let bot = TelegramLab.manager.username

    private func person(_ lab: TelegramLab, _ phone: TestPhone) async throws -> Int64 {
        try await phone.say("/start", to: Self.bot)
        return try #require(try await lab.manager.getUpdates().first?.message?.chat.id)
    }

    @Test func aPressReachesTheBotAndItsAnswerEndsIt() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            let person = try await person(lab, phone)
            let sent = try await lab.manager.sendMessage(
                chatID: person, text: "Which?",
                replyMarkup: .inline(InlineKeyboard([[InlineButton(text: "This", callbackData: "a:1")]])))
            let path = "/phone/chats/\(Self.bot)/presses"
            #expect(try await phone.post(path, #"{"message_id": \#(sent.messageID), "data": "b"}"#).status == 400)
            #expect(try await phone.post(path, #"{"message_id": \#(sent.messageID), "data": "a:1"}"#).status == 201)
            let query = try #require(try await lab.manager.getUpdates().last?.callbackQuery)
            #expect(query.data == "a:1" && query.from.id == person && query.message?.messageID == sent.messageID)
            try await lab.manager.answerCallbackQuery(id: query.id, text: "Noted")
            await #expect(throws: TelegramError.self) { try await lab.manager.answerCallbackQuery(id: query.id) }
            await #expect(throws: TelegramError.self) { try await lab.manager.answerCallbackQuery(id: "17") }

            try await lab.manager.removeButtons(chatID: person, messageID: sent.messageID)
            let error = await #expect(throws: TelegramError.self) {
                try await lab.manager.removeButtons(chatID: person, messageID: sent.messageID)
            }
            #expect(error?.description.contains("message is not modified") == true)
            #expect(try await phone.post(path, #"{"message_id": \#(sent.messageID), "data": "a:1"}"#).status == 400)
            try await lab.manager.editMessageText(chatID: person, messageID: sent.messageID, text: "This, then")
            #expect(try await phone.messages(Self.bot).last?.text == "This, then")
        }
    }

    @Test func refusesTheButtonsThatTelegramRefuses() async throws {
        try await TelegramLab.run { lab async throws in
            let person = try await person(lab, lab.phone())
            for button in [
                InlineButton(text: "x", callbackData: String(repeating: "é", count: 33)),
                InlineButton(text: "x", callbackData: ""),
                InlineButton(text: "x", url: "javascript:alert(1)"), InlineButton(text: "x"),
                InlineButton(text: "", callbackData: "a"),
                InlineButton(text: "x", url: "https://example.com", callbackData: "a"),
            ] {
                let error = await #expect(throws: TelegramError.self) {
                    try await lab.manager.sendMessage(
                        chatID: person, text: "x", replyMarkup: .inline(InlineKeyboard([[button]])))
                }
                #expect(error?.code == 400, "\(button)")
            }
            for url in ["https://example.com", "http://127.0.0.1:8080/pay", "tg://resolve?domain=x"] {
                try await lab.manager.sendMessage(
                    chatID: person, text: "x", replyMarkup: .inline(InlineKeyboard([[InlineButton(text: "x", url: url)]])))
            }
            try await lab.manager.sendMessage(
                chatID: person, text: "x",
                replyMarkup: .inline(
                    InlineKeyboard([[InlineButton(text: "x", callbackData: String(repeating: "a", count: 64))]])))
        }
    }
}
