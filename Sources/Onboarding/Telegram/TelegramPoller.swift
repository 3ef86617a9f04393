import Core
import Jobs
import Logging
import SQL
import ServiceLifecycle
import Store
import Telegram

/// Reads the manager bot's updates: visitors who follow the deep link, what they write and press, and the bots they create.
///
/// An update is handled in one transaction with the offset that confirms it, so that none is lost and none handled twice,
/// whenever the process ends. Only one process may poll.
package struct TelegramPoller: Service {
    /// How long Telegram may keep a request open, in seconds.
    private static let pollTimeout = 25
    private static let kinds = ["message", "managed_bot", "callback_query"]

    private let onboarding: OnboardingService
    private var logger: Logger { onboarding.logger }

    package init(onboarding: OnboardingService) {
        self.onboarding = onboarding
    }

    /// Polls until shutdown; trouble with Telegram or the database is logged and waited out.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await poll() }
        } catch is CancellationError {
            logger.debug("no longer polling Telegram")
        }
    }

    private func poll() async throws {
        var backoff = Backoff(from: .milliseconds(500), to: .seconds(30))
        while true {
            do {
                let bot = try await onboarding.managerBot.identity()
                if bot.canManageBots != true {
                    logger.warning("the manager bot may not create bots: switch bot management on for it in @BotFather")
                }
                try await follow(botID: bot.id) { backoff.reset() }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                try Task.checkCancellation()
                complain(error)
                // Telegram may ask for more.
                let least = Duration.seconds((error as? TelegramError)?.retryAfter ?? 0)
                try await Task.sleep(for: max(backoff.next(), least))
            }
        }
    }

    /// - Parameter didWork: called after each answer of Telegram's.
    private func follow(botID: Int64, didWork: () -> Void) async throws {
        var offset = try await onboarding.nextUpdateID(botID: botID)
        while true {
            let updates = try await onboarding.manager.getUpdates(
                offset: offset, timeout: Self.pollTimeout, allowedUpdates: Self.kinds)
            didWork()
            for update in updates {
                if update.isUnreadable {
                    logger.error(
                        "an update of Telegram's can't be read and is passed over",
                        metadata: ["update": "\(update.updateID)"])
                }
                offset = try await onboarding.handle(update, botID: botID, offset: offset)
            }
        }
    }

    private func complain(_ error: any Error) {
        switch error as? TelegramError {
        case .unauthorized:
            logger.error("Telegram refuses the manager bot's token: check TELEGRAM_BOT_TOKEN")
        case .conflict(let text):
            logger.error(
                "somebody else reads the manager bot's updates: only one process may run the onboarding agent, and no webhook may be set",
                metadata: ["telegram": "\(text)"])
        default:
            logger.warning("the manager bot's updates can't be read for the moment", metadata: ["error": "\(error)"])
        }
    }
}

extension OnboardingService {
    /// - Throws: `SQLError`.
    func nextUpdateID(botID: Int64) async throws -> Int64? {
        try await queue.database.read { try TelegramStore($0).nextUpdateID(botID: botID) }
    }

    /// Handles an update once.
    /// - Parameter offset: the offset with which it was asked for.
    /// - Returns: the offset to go on with.
    /// - Throws: `SQLError`.
    func handle(_ update: TelegramUpdate, botID: Int64, offset: Int64?) async throws -> Int64? {
        let canCreateBots = await managerSoon().map { $0.canManageBots == true } ?? true
        let isOurs = try await queue.write { work in
            guard try TelegramStore(work.transaction).advance(botID: botID, from: offset, past: update.updateID) else {
                return false
            }
            try UpdateReception(service: self, work: work, canCreateBots: canCreateBots).receive(update)
            return true
        }
        return isOurs ? update.updateID + 1 : try await nextUpdateID(botID: botID)
    }
}
