import Core
import FoundationEssentials
import Jobs
import Store
import Telegram

/// Tell Telegram that a press was noticed, and take the buttons away below which it was.
struct EndButtons: JobArguments {
    static let kind = "onboarding.end-buttons"
    static let priority = JobPriority.urgent
    static let attempts = 5
    let chatID: Int64
    let messageID: Int64?
    /// What was pressed; `nil` if the buttons are over without that.
    var queryID: String?
    /// Shown briefly to the person who pressed the button.
    var note: String?
    /// Nobody's: a press is answered while the guide thinks.
    var customerID: Customer.ID? { nil }
    var uniqueKey: String? { nil }
}

/// Take a bot's token out of the chat in which it was pasted.
struct DeleteOnTelegram: JobArguments {
    static let kind = "onboarding.delete-on-telegram"
    static let priority = JobPriority.urgent
    let chatID: Int64
    let messageID: Int64
    var customerID: Customer.ID? { nil }
    var uniqueKey: String? { "\(chatID)/\(messageID)" }
}

/// Give somebody on Telegram a link with which the conversation goes on in a browser.
struct SendPageLink: JobArguments {
    static let kind = "onboarding.send-page-link"
    static let priority = JobPriority.urgent
    static let lifetime = Duration.seconds(900)
    let chatID: Int64
    let customerID: Customer.ID?
    var uniqueKey: String? { customerID?.rawValue }

    /// Whether somebody asks for it.
    static func isWanted(_ text: String) -> Bool {
        let utterance = Utterance(text)
        return [utterance.phrase, utterance.core].contains(where: wishes.contains)
    }

    private static let wishes: Set<String> = [
        "web", "continue on the web", "continue on the website", "continue on the page",
        "continue in the browser", "go on on the web", "go on on the website", "go on on the page", "switch to the web",
        "continuar na web", "continuar no site", "continuar na pagina", "continuar no navegador", "ir para o site",
        "ir para a pagina",
    ]
}

extension OnboardingService {
    func endButtons(_ job: EndButtons, attempt: Int) async throws {
        try await onTelegram(attempt: attempt) {
            if let id = job.queryID {
                do {
                    try await manager.answerCallbackQuery(id: id, text: job.note)
                } catch TelegramError.refused(400, _) {
                    // It waited too long, or was answered before.
                }
            }
            if let messageID = job.messageID { try await removeButtons(chatID: job.chatID, messageID: messageID) }
        }
    }

    func delete(_ job: DeleteOnTelegram, attempt: Int) async throws {
        try await onTelegram(attempt: attempt) {
            try await manager.deleteMessage(chatID: job.chatID, messageID: job.messageID)
        }
    }

    /// Only the link's hash is stored, so a second attempt sends another link. Customers who have an agent sign in by mail.
    func sendPageLink(_ job: SendPageLink, attempt: Int) async throws {
        guard let customerID = job.customerID else { return }
        let token = AccessToken.random()
        let found = try await queue.write { work -> Language? in
            let customers = CustomerStore(work.transaction)
            guard let customer = try customers.find(customerID), customer.emailProvedAt == nil,
                try ConversationStore(work.transaction).find(customerID: customerID)?.telegramUserID == job.chatID,
                try BoxStore(work.transaction).current(customerID: customerID)?.desired ?? .draft == .draft
            else { return nil }
            try customers.insertMagicLink(
                tokenHash: token.hash, customerID: customerID, sentBy: .telegram, now: work.now,
                expiresAt: work.now + SendPageLink.lifetime)
            return customer.language
        }
        guard let language = found else { return }
        let text = TelegramTexts(language: language, publicURL: publicURL)
            .continueOnPage(minutes: SendPageLink.lifetime.components.seconds / 60)
        let post = TelegramPost(text, link: "\(publicURL)/login/\(token.secret.reveal())", TelegramTexts.openPage[language])
        try await onTelegram(attempt: attempt) {
            do {
                try await manager.sendMessage(chatID: job.chatID, text: post.texts[0], replyMarkup: post.markup)
            } catch TelegramError.refused(400, _) {
                try await manager.sendMessage(chatID: job.chatID, text: post.plain[0])
            }
        }
    }
}
