import Core
import Jobs
import SQL
import Store
import Telegram
import TestSupport

@testable import Onboarding

extension OnboardingSite {
    /// Writes to the manager bot and has it answered.
    func write(_ texts: String...) async throws {
        for text in texts {
            try await phone.send(text)
            try await poll()
            try await work()
        }
    }

    /// The conversation that is tied to a Telegram account.
    func theirs() async throws -> Conversation? {
        try await platform.database.read { transaction in
            let row = try transaction.first(
                "SELECT telegram_user_id FROM conversations WHERE telegram_user_id IS NOT NULL ORDER BY telegram_at DESC", []
            )
            return try row.flatMap {
                try ConversationStore(transaction).all(telegramUserID: $0.integer("telegram_user_id")).first
            }
        }
    }

    func messages(of conversation: Conversation) async throws -> [ChatMessage] {
        try await platform.database.read { try ConversationStore($0).messages(of: conversation) }
    }

    func theirBox() async throws -> Box? {
        guard let conversation = try await theirs() else { return nil }
        return try await platform.database.read { try BoxStore($0).current(customerID: conversation.customerID) }
    }

    /// What Telegram sends for a message; `nil` is a voice note.
    func receive(_ text: String?, from user: TelegramUser, chat: String = "private", messageID: Int64 = 1) async throws {
        let offset = try await service.nextUpdateID(botID: 1)
        let message = TelegramMessage(
            messageID: messageID, from: user, chat: TelegramChat(id: user.id, type: chat), date: 0, text: text)
        _ = try await service.handle(
            TelegramUpdate(updateID: offset ?? 1, message: message), botID: 1, offset: offset)
    }

    func press(_ data: String, by user: TelegramUser) async throws {
        let offset = try await service.nextUpdateID(botID: 1)
        let query = TelegramUpdate.CallbackQuery(id: "q", from: user, data: data)
        _ = try await service.handle(
            TelegramUpdate(updateID: offset ?? 1, callbackQuery: query), botID: 1, offset: offset)
    }

    /// From the first word to the payment page, without leaving Telegram.
    func reachPaymentOnTelegram() async throws {
        try await write("/start")
        try await phone.press("Planning my week")
        try await poll()
        try await work()
        try await phone.press("Nova")
        try await poll()
        try await work()
        try await write("every day, for work")
        try await phone.press("★ Pro")
        try await poll()
        try await work()
        _ = try await phone.createManagedBot()
        try await poll()
        try await work()
        guard let conversation = try await theirs() else { return }
        try await platform.queue.write { work in
            let billing = BillingStore(work.transaction)
            guard var checkout = try billing.latestCheckout(customerID: conversation.customerID) else { return }
            checkout.url = "https://pay.example/1"
            try billing.update(checkout)
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: conversation.customerID))
        }
        try await work()
    }

    /// What the payment and the operator make of the box, and the news of it.
    func become(_ desired: DesiredState, status: BoxStatus) async throws {
        guard let conversation = try await theirs(), let draft = try await theirBox() else { return }
        try await platform.queue.write { work in
            var wanted = draft
            wanted.desired = desired
            let box = try BoxStore(work.transaction).want(wanted)
            try BoxStore(work.transaction).observe(
                box, generation: box.generation, status: status, message: nil,
                readyAt: status == .running ? work.now : nil)
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: conversation.customerID))
        }
        try await work()
    }
}
