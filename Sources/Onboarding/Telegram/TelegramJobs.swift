import Core
import Jobs
import Logging
import SQL
import Store
import Telegram

/// Say something as the manager bot. A crash between Telegram's acceptance and ours says it twice, never not at all.
struct SendOnTelegram: JobArguments {
    static let kind = "onboarding.send-on-telegram"
    let chatID: Int64
    let text: String
    let replyMarkup: ReplyMarkup?
    let customerID: Customer.ID?
    var uniqueKey: String? { nil }
}

/// Fetch the token of a bot that someone created for their agent, and give the bot to the box.
struct ConnectManagedBot: JobArguments {
    static let kind = "onboarding.connect-managed-bot"
    let botID: Int64
    let ownerUserID: Int64
    let customerID: Customer.ID?
    var uniqueKey: String? { "\(botID)" }
}

extension OnboardingService {
    func send(_ job: SendOnTelegram, attempt: Int) async throws {
        try await onTelegram(attempt: attempt) {
            _ = try await manager.sendMessage(chatID: job.chatID, text: job.text, replyMarkup: job.replyMarkup)
        }
    }

    func connect(_ job: ConnectManagedBot, attempt: Int) async throws {
        guard let customerID = job.customerID else { return }
        let (token, bot) = try await onTelegram(attempt: attempt) {
            let token = Secret(try await manager.getManagedBotToken(botID: job.botID))
            return (token, try await makeBotClient(token).getMe())
        }
        guard let username = bot.username else { throw JobOutcome.cancel(reason: "the bot has no user name") }
        try await queue.write { work in
            guard let conversation = try ConversationStore(work.transaction).find(customerID: customerID),
                conversation.telegramUserID == job.ownerUserID,
                let box = try BoxStore(work.transaction).current(customerID: customerID)
            else { return }
            let texts = TelegramTexts(language: box.language, publicURL: publicURL)
            guard try give(bot: bot.id, username, token, to: box, of: job.ownerUserID, work) else { return }
            try work.enqueue(NameBot(box))
            if box.desired == .draft {
                try work.enqueue(GreetEarly(customerID: customerID, since: work.now), after: .seconds(2))
            }
            // Customers who chat with the guide there get this from the guide.
            if conversation.onTelegram == nil {
                try work.enqueue(
                    SendOnTelegram(
                        chatID: job.ownerUserID, text: texts.connected(agentName: box.agentName, botUsername: username),
                        replyMarkup: .removeKeyboard, customerID: customerID))
            }
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: customerID))
            work.changed(customerID)
        }
    }

    /// - Returns: whether the box has a bot now that it didn't have before.
    private func give(
        bot id: Int64, _ username: String, _ token: Secret, to box: Box, of owner: Int64, _ work: UnitOfWork
    ) throws -> Bool {
        guard try !BoxStore(work.transaction).isTaken(botID: id, except: box.id) else { return false }
        let isSame = box.bot?.id == id
        // An agent that runs keeps its bot: its owner knows it by that name.
        if let current = box.bot, !isSame, box.desired != .draft {
            logger.notice(
                "a second bot was created for an agent and is left alone", metadata: ["bot": "@\(current.username)"])
            return false
        }
        if isSame, let sealed = box.bot?.sealedToken, box.bot?.username == username,
            // A token that can't be read any more is replaced.
            (try? vault.open(sealed, context: box.botTokenContext)) == token
        {
            return false
        }
        var changed = box
        changed.bot = Box.Bot(
            id: id, username: username, sealedToken: try vault.seal(token, context: box.botTokenContext), ownerUserID: owner)
        try work.want(changed)
        return !isSame
    }

    /// What can't ever work is cancelled; Telegram's own wish for a pause is obeyed.
    func onTelegram<Result: Sendable>(
        attempt: Int, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as TelegramError {
            if let seconds = error.retryAfter {
                let pause = Duration.seconds(Int64(seconds))
                throw JobOutcome.outlasting(
                    JobOutcome.retry(after: pause, reason: error.description), attempt: attempt, pause: pause)
            }
            // A refused token of the manager is the host's to repair: the job waits for that.
            guard error.isTransient || error == .unauthorized else { throw JobOutcome.cancel(reason: error.description) }
            throw JobOutcome.outlasting(error, attempt: attempt)
        }
    }
}
