import Core
import Jobs
import SQL
import Store
import Telegram

extension OnboardingService {
    /// Gives the bot the agent's name, so that the chat's head says it, too.
    func name(_ job: NameBot, attempt: Int) async throws {
        guard let customerID = job.customerID else { return }
        let found = try await queue.database.read { try BoxStore($0).find(job.boxID, customerID: customerID) }
        guard let box = found, let bot = box.bot, box.desired != .deleted else { return }
        let client = makeBotClient(try vault.open(bot.sealedToken, context: box.botTokenContext))
        do {
            try await client.setMyName(box.agentName)
        } catch TelegramError.unauthorized {
            throw JobOutcome.cancel(reason: "Telegram doesn't know the bot's token any more")
        } catch let error as TelegramError {
            guard let seconds = error.retryAfter else { throw error }
            throw JobOutcome.outlasting(error, attempt: attempt, pause: .seconds(Int64(seconds)))
        }
    }
}
