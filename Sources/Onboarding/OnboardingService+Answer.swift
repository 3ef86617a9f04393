import Core
import Jobs
import Logging
import SQL
import Store
import Telegram

extension OnboardingService {
    /// Attempts at checking a pasted token before the visitor is told that it didn't work out.
    private static let tokenAttempts = 3

    /// Answers what is new: messages, a pasted token, and whatever has happened on Telegram, at Stripe or to the box.
    ///
    /// Telegram is asked before the transaction. The transaction looks at everything again, so that a message which came
    /// in between is answered too, and a crash at any point answers neither twice nor not at all.
    func answer(_ job: AnswerVisitor, attempt: Int) async throws {
        guard let customerID = job.customerID else { return }
        let checked = try await checkPastedToken(of: customerID, attempt: attempt)
        let manager = await managerSoon()
        let led = try await lead(customerID, checked: checked, manager: manager)
        try await queue.write { work in
            guard let customer = try CustomerStore(work.transaction).find(customerID),
                let conversation = try ConversationStore(work.transaction).find(customerID: customerID)
            else { return }
            try AnswerTransaction(
                service: self, work: work, customer: customer, conversation: conversation, checked: checked,
                manager: manager, led: led
            ).run()
        }
    }

    /// Where somebody who hasn't said a word yet can begin the conversation in Telegram.
    /// - Returns: `nil` while Telegram doesn't answer.
    @Sendable package func telegramLink() async -> String? {
        // The name doesn't change with what the bot may do, so it is asked for only once.
        let bot = if let known = await managerBot.known { known } else { await managerSoon() }
        return bot?.username.map { "\(telegramLinkBase)/\($0)" }
    }

    /// - Returns: `nil` while Telegram doesn't answer; the conversation goes on without.
    func managerSoon() async -> TelegramUser? {
        do {
            return try await managerBot.identitySoon()
        } catch {
            logger.error("Telegram doesn't say who the manager bot is", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// - Returns: `nil` if no pasted token waits for being checked.
    private func checkPastedToken(of customerID: Customer.ID, attempt: Int) async throws -> CheckedToken? {
        let found = try await queue.database.read { try ConversationStore($0).find(customerID: customerID) }
        guard let conversation = found, let pasted = try InterviewState(json: conversation.state).pasted
        else { return nil }
        guard let token = try? vault.open(pasted.sealed, context: PastedToken.context(of: conversation.id)) else {
            logger.error("a pasted token can't be read with the keys at hand; its owner is asked for it again")
            return CheckedToken(sealed: pasted.sealed, verdict: .refused)
        }
        guard pasted.bot == nil else { return nil }
        return CheckedToken(sealed: pasted.sealed, verdict: try await verdict(on: token, attempt: attempt))
    }

    private func verdict(on token: Secret, attempt: Int) async throws -> Interview.TokenVerdict {
        guard TelegramToken.isPlausible(token.reveal()) else { return .refused }
        do {
            let bot = try await makeBotClient(token).getMe()
            // Our own bot's updates are read here; an agent that polls it would take them away.
            guard bot.isBot, let username = bot.username, bot.id != (try? await managerBot.identitySoon().id) else {
                return .refused
            }
            return .works(BotIdentity(id: bot.id, username: username))
        } catch let error as TelegramError {
            guard error.isTransient else { return .refused }
            if attempt < Self.tokenAttempts { throw JobOutcome.retry(after: .seconds(2), reason: error.description) }
            return .unreachable
        }
    }
}

/// What Telegram said about the token that was sealed like this.
struct CheckedToken: Sendable {
    let sealed: String
    let verdict: Interview.TokenVerdict
}
