import Core
import Jobs
import Logging
import SQL
import Store
import Telegram

/// Show in the chat with the manager bot what is new in the conversation. As with ``SendOnTelegram``, a crash between
/// Telegram's acceptance and ours shows one message twice, never not at all.
struct ShowOnTelegram: JobArguments {
    static let kind = "onboarding.show-on-telegram"
    static let priority = JobPriority.urgent
    let conversationID: Conversation.ID
    let customerID: Customer.ID?
    var uniqueKey: String? { conversationID.rawValue }

    init(_ conversation: Conversation) {
        conversationID = conversation.id
        customerID = conversation.customerID
    }
}

extension OnboardingService {
    /// Sends one message after the other, and notes after each how far it has come.
    func show(_ job: ShowOnTelegram, attempt: Int) async throws {
        guard let customerID = job.customerID else { return }
        while let next = try await nextPost(customerID) {
            let outcome = try await onTelegram(attempt: attempt) { try await put(next) }
            if outcome == .refused {
                logger.notice("a visitor can't be written to on Telegram any more", metadata: ["customer": "\(customerID)"])
            }
            try await queue.write { work in
                let store = ConversationStore(work.transaction)
                guard let conversation = try store.find(customerID: customerID), let shown = conversation.onTelegram,
                    shown.position == next.shown.position
                else { return }
                switch outcome {
                case .done(let id):
                    let isToGo = next.post.buttons != nil && !next.isLasting || next.isProgress
                    try store.setShown(
                        ShownOnTelegram(position: next.message.position, messageID: isToGo ? id : nil), of: conversation)
                case .refused: try store.setShown(nil, of: conversation)
                }
            }
        }
    }

    private struct NextPost: Sendable {
        let chatID: Int64
        let shown: ShownOnTelegram
        let message: ChatMessage
        let post: TelegramPost
        /// Whether it takes the place of the message before it.
        let isUpdate: Bool

        var isProgress: Bool { if case .progress = message.card { true } else { false } }
        /// The way to the agent stays.
        var isLasting: Bool { if case .agent = message.card { true } else { false } }
    }

    private enum Put: Sendable, Hashable {
        case done(Int64)
        /// The person has blocked the bot, or there is no such person any more.
        case refused
    }

    /// - Returns: `nil` if everything is shown, or the visitor speaks on the page.
    private func nextPost(_ customerID: Customer.ID) async throws -> NextPost? {
        try await queue.database.read { transaction in
            let store = ConversationStore(transaction)
            guard let conversation = try store.find(customerID: customerID), let shown = conversation.onTelegram,
                let person = conversation.telegramUserID
            else { return nil }
            let messages = try store.messages(of: conversation, after: shown.position - 1)
            guard let next = messages.first(where: { $0.position > shown.position && $0.role == .agent }) else { return nil }
            let post = TelegramPost(next, in: try scene(conversation, next, transaction))
            return NextPost(
                chatID: person, shown: shown, message: next, post: post,
                isUpdate: Self.isUpdate(next, of: messages.first { $0.position == next.position - 1 }))
        }
    }

    private func scene(
        _ conversation: Conversation, _ message: ChatMessage, _ transaction: any Transaction
    ) throws -> TelegramPost.Scene {
        let customerID = conversation.customerID
        var checkout: Checkout?
        if case .checkout(let id) = message.card {
            checkout = try BillingStore(transaction).checkout(id, customerID: customerID)
        }
        return TelegramPost.Scene(
            conversation: conversation, language: try CustomerStore(transaction).find(customerID)?.language ?? .english,
            plans: plans, box: try BoxStore(transaction).current(customerID: customerID),
            checkoutURL: checkout?.completedAt == nil ? checkout?.url : nil, telegramLinkBase: telegramLinkBase)
    }

    /// What is said of the setting up is said in one message, until somebody says something else.
    private static func isUpdate(_ message: ChatMessage, of former: ChatMessage?) -> Bool {
        guard case .progress = former?.card else { return false }
        return switch message.card {
        case .progress, .agent: true
        default: false
        }
    }

    /// - Throws: `TelegramError`, unless Telegram has refused for good.
    private func put(_ next: NextPost) async throws -> Put {
        do {
            if let former = next.shown.messageID {
                if next.isUpdate, next.post.texts.count == 1, try await edit(former, next) { return .done(former) }
                if !next.isUpdate { try await removeButtons(chatID: next.chatID, messageID: former) }
            }
            do {
                return .done(try await send(next.post.texts, next.post.markup, to: next.chatID))
            } catch TelegramError.refused(400, let reason) {
                logger.error("Telegram refuses a message's buttons", metadata: ["reason": "\(reason)"])
                return .done(try await send(next.post.plain, nil, to: next.chatID))
            }
        } catch let error as TelegramError {
            guard case .refused(let code, _) = error, code == 403 || code == 400 else { throw error }
            return .refused
        }
    }

    private func send(_ texts: [String], _ markup: ReplyMarkup?, to chatID: Int64) async throws -> Int64 {
        for text in texts.dropLast() { try await manager.sendMessage(chatID: chatID, text: text) }
        return try await manager.sendMessage(chatID: chatID, text: texts.last ?? "", replyMarkup: markup).messageID
    }

    /// - Returns: whether the message says it now; `false` if it is gone.
    private func edit(_ messageID: Int64, _ next: NextPost) async throws -> Bool {
        do {
            try await manager.editMessageText(
                chatID: next.chatID, messageID: messageID, text: next.post.texts[0], replyMarkup: next.post.buttons)
            return true
        } catch TelegramError.refused(400, let reason) {
            return reason.contains("message is not modified")
        }
    }

    /// Buttons that are gone already are fine.
    func removeButtons(chatID: Int64, messageID: Int64) async throws {
        do {
            try await manager.removeButtons(chatID: chatID, messageID: messageID)
        } catch TelegramError.refused(400, _) {}
    }

    /// Shows that the guide is writing, until the task is cancelled. Whether it is seen doesn't matter.
    func showTyping(in conversation: Conversation) async {
        guard let person = conversation.telegramUserID, conversation.onTelegram != nil else { return }
        while !Task.isCancelled {
            try? await manager.sendChatAction(chatID: person)
            // Telegram shows it for five seconds.
            try? await Task.sleep(for: .seconds(4))
        }
    }
}
