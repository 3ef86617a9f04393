import Core
package import Logging
import SQL
import ServiceLifecycle
import Synchronization

/// The right to do what only one process may do at a time: a row in the database that its holder keeps renewing.
///
/// A holder that dies is replaced within ``Timing/lease``; one that ends in order gives the right back at once. Processes' clocks
/// must agree much better than that.
package struct LeaderLease: Sendable {
    package struct Timing: Sendable {
        /// How long the right is kept without a sign of life.
        package var lease = Duration.seconds(8)
        /// From one sign of life to the next, and from one look at another's lease to the next.
        package var heartbeat = Duration.seconds(1)

        package init() {}
    }

    /// Another process may be the leader already.
    package struct Lost: Error, Sendable {}

    private let queue: WorkQueue
    private let name: String
    private let holder: String
    private let timing: Timing
    private let logger: Logger

    /// - Parameters:
    ///   - name: of what is done, the same in all processes.
    ///   - holder: of this process alone.
    package init(queue: WorkQueue, name: String, holder: String, timing: Timing = Timing(), logger: Logger) {
        self.queue = queue
        self.name = name
        self.holder = holder
        self.timing = timing
        self.logger = logger
    }

    /// Waits for its turn, runs `body`, and gives the right back.
    /// - Throws: ``Lost`` after cancelling `body` if the right wasn't renewed in time; `CancellationError`; what `body` throws.
    package func hold(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let renewal = Renewal(at: try await cancelWhenGracefulShutdown { try await waitForTurn() })
        logger.notice("this process does it now", metadata: ["lease": "\(name)"])
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body() }
                group.addTask { try await keep(renewal) }
                group.addTask { try await watch(renewal) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await giveBack()
            throw error
        }
        await giveBack()
    }

    /// - Returns: a moment before the right was written down.
    private func waitForTurn() async throws -> ContinuousClock.Instant {
        while true {
            let start = ContinuousClock.now
            do {
                if try await take() { return start }
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning("a lease can't be asked for", metadata: ["lease": "\(name)", "error": "\(error)"])
            }
            try await Task.sleep(for: timing.heartbeat)
        }
    }

    /// Reads before it writes, because most attempts find another leader.
    private func take() async throws -> Bool {
        let isTaken = try await queue.database.read { [name, holder] transaction in
            let row = try transaction.first("SELECT holder, expires_at FROM leader_leases WHERE name = ?1", [.text(name)])
            guard let row else { return false }
            return try row.text("holder") != holder && Timestamp(milliseconds: row.integer("expires_at")) > queue.clock.now
        }
        if isTaken { return false }
        return try await write()
    }

    /// - Returns: whether the right is this holder's.
    private func write() async throws -> Bool {
        try await queue.write { [name, holder, lease = timing.lease] work in
            try work.transaction.execute(
                """
                INSERT INTO leader_leases (name, holder, expires_at) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
                    WHERE leader_leases.holder = excluded.holder OR leader_leases.expires_at <= ?4
                """,
                [
                    .text(name), .text(holder), .integer((work.now + lease).milliseconds), .integer(work.now.milliseconds),
                ]) == 1
        }
    }

    /// When the right was renewed last: from before the sign of life, on a clock that nobody sets.
    private final class Renewal: Sendable {
        let at: Mutex<ContinuousClock.Instant>

        init(at: ContinuousClock.Instant) {
            self.at = Mutex(at)
        }
    }

    private func keep(_ renewal: Renewal) async throws {
        while true {
            try await Task.sleep(for: timing.heartbeat)
            let start = ContinuousClock.now
            do {
                guard try await write() else {
                    logger.warning("a lease was taken by another process", metadata: ["lease": "\(name)"])
                    throw Lost()
                }
                renewal.at.withLock { $0 = start }
            } catch let error where error is Lost || error is CancellationError {
                throw error
            } catch {
                logger.warning("a lease can't be renewed", metadata: ["lease": "\(name)", "error": "\(error)"])
            }
        }
    }

    /// Ends when the right will soon be another's. Beside ``keep(_:)``, as a database may not answer at all.
    private func watch(_ renewal: Renewal) async throws {
        while true {
            let end = renewal.at.withLock(\.self) + timing.lease - timing.heartbeat * 2
            if .now >= end {
                logger.warning("a lease wasn't renewed in time", metadata: ["lease": "\(name)"])
                throw Lost()
            }
            try await Task.sleep(until: end, clock: .continuous)
        }
    }

    private func giveBack() async {
        // A task of its own, because this one may be cancelled.
        await Task {
            _ = try? await queue.database.write { [name, holder] in
                try $0.execute("DELETE FROM leader_leases WHERE name = ?1 AND holder = ?2", [.text(name), .text(holder)])
            }
        }.value
    }
}
