package import Core
package import Jobs
package import SQL
import Synchronization

/// What features stand on, for one test: a database of its own with the newest schema, a clock that moves when told to,
/// and a notifier that keeps what it was told.
package struct TestPlatform: Sendable {
    package let database: any Database
    package let clock: ManualClock
    package let notifier: RecordingNotifier
    package let queue: WorkQueue

    /// Runs `body` on a new database, and removes that afterwards.
    package static func run<Result: Sendable>(
        on engine: Engine = .sqlite, _ body: (TestPlatform) async throws -> Result
    ) async throws -> Result {
        try await engine.withDatabase { database in
            let clock = ManualClock()
            let notifier = RecordingNotifier()
            let queue = WorkQueue(
                database: database, clock: clock.wallClock, ids: .random(clock: clock.wallClock), notifier: notifier)
            return try await body(TestPlatform(database: database, clock: clock, notifier: notifier, queue: queue))
        }
    }

    /// The waiting jobs of a kind, as the JSON of their arguments, the oldest first.
    package func queuedJobs(_ kind: String) async throws -> [String] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT arguments FROM jobs WHERE kind = ?1 AND state = 'queued' ORDER BY id", [.text(kind)]
            ).map { try $0.text("arguments") }
        }
    }
}

/// A clock that stands still until it is told otherwise; it begins on 2026-01-01T00:00:00Z.
package final class ManualClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_767_225_600))

    package init() {}

    package var now: Timestamp { time.withLock { $0 } }

    package var wallClock: WallClock { WallClock { self.now } }

    package func advance(by duration: Duration) {
        time.withLock { $0 = $0 + duration }
    }
}

/// Keeps the topics it was told of.
package final class RecordingNotifier: Notifier {
    private let told = Mutex<[Topic]>([])

    package init() {}

    package var topics: [Topic] { told.withLock { $0 } }

    package func notify(_ topic: Topic) async {
        told.withLock { $0.append(topic) }
    }

    package func notifications(of topic: Topic) -> AsyncStream<Void> {
        AsyncStream { $0.finish() }
    }
}
