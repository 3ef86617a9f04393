package import Core
import Jobs
import Logging
import SQL
package import Store
package import Telegram

/// How notices get into the agent's own chat.
package struct BotMessenger: Sendable {
    let vault: Vault
    let makeBotClient: @Sendable (Secret) -> TelegramClient

    /// - Parameter makeBotClient: gives the client of the bot that has this token.
    package init(vault: Vault, makeBotClient: @escaping @Sendable (Secret) -> TelegramClient) {
        self.vault = vault
        self.makeBotClient = makeBotClient
    }

    /// Writes to the agent's owner.
    /// - Returns: whether it arrived; `false` where it never can.
    /// - Throws: what may be otherwise later.
    func send(_ text: String, from box: Box) async throws -> Bool {
        guard let bot = box.bot else { return false }
        do {
            let token = try vault.open(bot.sealedToken, context: box.botTokenContext)
            try await makeBotClient(token).sendMessage(chatID: bot.ownerUserID, text: text)
            return true
        } catch TelegramError.refused(let code, _) where code < 500 {
            return false
        }
    }
}

extension NotificationService {
    /// Tells the customer by mail and by the agent's own bot: two jobs in effect, so that trouble with one repeats only that.
    func tellCustomer(_ job: TellCustomer, _ context: JobContext) async throws {
        let now = queue.clock.now
        let read = try await queue.database.read { [plans, publicURL] transaction in
            try NoticeContext.load(job, transaction, plans: plans, publicURL: publicURL, now: now).map {
                ($0, try NoticeSwitchStore(transaction).off(customerID: $0.customer.id))
            }
        }
        guard let (found, off) = read, let text = job.notice.text(found) else { return }
        func isOff(_ channel: NoticeSwitch.Channel) -> Bool {
            job.notice.switchKind.map { off.contains(NoticeSwitch($0, channel)) } ?? false
        }
        if let messenger, job.notice.isForChat, !isOff(.chat), context.attempt == 1 {
            // Once: a chat that says the same thing twice is worse than a mail alone.
            do {
                _ = try await messenger.send(text.message(found.language), from: found.box)
            } catch {
                logger.warning("a notice didn't get into the chat", metadata: ["job": "\(context.id)", "error": "\(error)"])
            }
        }
        guard let address = found.customer.email, !isOff(.mail) else { return }
        let url = job.notice.switchKind.map { kind in
            "\(publicURL)/unsubscribe/\(UnsubscribeToken(customerID: found.customer.id, kind: kind).text(vault))"
        }
        try await send(
            text.mail(found.language, unsubscribeURL: url), to: address, identity: context.id.rawValue)
    }
}

extension Notice {
    /// Whether the agent's chat says it, too: what can't wait until somebody reads their mails.
    var isForChat: Bool {
        switch self {
        case .usage, .paymentFailed, .suspended, .recovered, .trialEnding, .ended, .deletionNear: true
        case .receipt, .planChanged, .trialRefused, .cancelled, .deleted: false
        }
    }
}
