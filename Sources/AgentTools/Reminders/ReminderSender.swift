package import Core
import FoundationEssentials
package import HTTPSupport
package import Jobs
package import Logging
import SQL
package import Store
package import Telegram

/// Sends the reminders when they are due, with the agents' own bots; the agents needn't run.
package struct ReminderSender: Sendable {
    /// How many are on their way at once, at most.
    private static let window = 250
    /// After so long from its taking a reminder isn't begun any more: its turn at Telegram must end before others take it.
    private static let beginning = Duration.seconds(20)

    private let queue: WorkQueue
    private let vault: Vault
    private let makeBotClient: @Sendable (Secret) -> TelegramClient
    private let books: ReminderBooks
    private let logger: Logger

    /// - Parameter makeBotClient: gives the client of the bot that has this token.
    package init(
        queue: WorkQueue, vault: Vault, metrics: MetricsRegistry,
        makeBotClient: @escaping @Sendable (Secret) -> TelegramClient, logger: Logger
    ) {
        self.queue = queue
        self.vault = vault
        self.makeBotClient = makeBotClient
        books = ReminderBooks(queue: queue, metrics: metrics, logger: logger)
        self.logger = logger
    }

    package func register(in handlers: inout JobHandlers) {
        handlers.register(SendReminders.self) { _, _ in try await sendDue() }
    }

    /// Sends everything that is due.
    /// - Throws: `SQLError`, after what was begun has ended.
    package func sendDue() async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            var running = 0
            while true {
                let asked = Self.window - running
                let due: [DueReminder]
                do {
                    due = try await claim(limit: asked)
                } catch {
                    // Those under way must not be cancelled: nobody would know whether they have arrived.
                    while try await group.next() != nil {}
                    throw error
                }
                for reminders in Dictionary(grouping: due, by: \.reminder.boxID).values {
                    running += reminders.count
                    group.addTask {
                        await send(reminders)
                        return reminders.count
                    }
                }
                let isAll = due.count < asked
                while running > (isAll ? 0 : Self.window / 2), let ended = try await group.next() { running -= ended }
                if isAll { return }
            }
        }
    }

    /// Takes reminders and sees to it that somebody looks again when the next ones are due. What is taken here is due again
    /// after a while, so that nothing is lost if this process dies.
    private func claim(limit: Int) async throws -> [DueReminder] {
        try await queue.write { work in
            let store = ReminderStore(work.transaction)
            let due = try store.claim(limit: limit, now: work.now)
            if let next = try store.nextTry() { try work.enqueueReminders(at: max(next, work.now + .seconds(1))) }
            return due
        }
    }

    /// Sends one box's reminders one after the other: Telegram limits what a chat is sent.
    private func send(_ reminders: [DueReminder]) async {
        var pause: Timestamp?
        for due in reminders {
            let outcome: ReminderOutcome
            if let pause {
                outcome = .later(pause)
            } else {
                outcome = await send(due)
                if case .later(let time) = outcome { pause = time }
            }
            await books.write(due, outcome)
        }
    }

    private func send(_ due: DueReminder) async -> ReminderOutcome {
        guard due.box.desired == .running else {
            return due.box.desired == .suspended ? .skipped(.suspended) : .ended(.suspended)
        }
        guard let bot = due.box.bot else { return .ended(.refused) }
        let now = queue.clock.now
        guard now - due.begunAt < Self.beginning else { return .later(now) }
        do {
            let token = try vault.open(bot.sealedToken, context: due.box.botTokenContext)
            try await makeBotClient(token).sendMessage(
                chatID: bot.ownerUserID, text: ReminderText.text(of: due, now: now))
            return .arrived
        } catch {
            logger.warning(
                "a reminder wasn't sent", metadata: ["reminder": "\(due.reminder.id)", "error": "\(error)"])
            return ReminderOutcome(error, occursAt: due.reminder.occursAt, now: queue.clock.now)
        }
    }
}

extension ReminderOutcome {
    /// For so long it is tried again.
    private static let longestDelay = Duration.days(1)

    /// - Parameter error: what sending it has thrown.
    init(_ error: any Error, occursAt: Timestamp, now: Timestamp) {
        let late = now - occursAt
        // 5 s at first, then half as long again as it has taken already.
        let again = now + min(max(late / 2, .seconds(5)), .seconds(300))
        switch error {
        case TelegramError.tooManyRequests(let seconds) where late < Self.longestDelay:
            self = .later(now + .seconds(Int64(seconds)))
        case TelegramError.refused(let code, _) where code < 500:
            self = .ended(.refused)
        case _ where late >= Self.longestDelay:
            self = .skipped(.undelivered)
        case TelegramError.unreachable, is CancellationError:
            self = .unknown(tryAgain: again)
        default:
            // A server's fault, a token that was replaced a moment ago, a key that the host has yet to put right.
            self = .later(again)
        }
    }
}
