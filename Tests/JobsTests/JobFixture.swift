import Core
import FoundationEssentials
import Jobs
import Logging
import SQL
import ServiceLifecycle
import Synchronization
import TestSupport

/// A job for tests, told apart by its name.
struct Chore: JobArguments {
    static let kind = "test.chore"
    static let attempts = 2
    var name = ""
    var customerID: Customer.ID?
    var uniqueKey: String?
}

/// What handlers did, in order.
final class Diary: Sendable {
    private let lines = Mutex<[String]>([])

    var entries: [String] { lines.withLock(\.self) }

    func write(_ line: String) {
        lines.withLock { $0.append(line) }
    }
}

extension Database {
    /// A queue on the real clock.
    func queue(notifier: any Notifier = InProcessNotifier(), clock: WallClock = .system) -> WorkQueue {
        WorkQueue(database: self, clock: clock, ids: .random(clock: clock), notifier: notifier)
    }

    /// The states of the chores' audit trails, each with its attempt and reason.
    /// - Parameter name: of the chore, if not all are meant.
    func trail(of name: String? = nil) async throws -> [String] {
        let pattern = name.map { "%\"name\":\"\($0)\"%" } ?? "%"
        return try await read { transaction in
            try transaction.query(
                """
                SELECT t.state, t.attempt, t.reason FROM job_transitions t JOIN jobs j ON j.id = t.job_id
                WHERE j.kind = ?1 AND j.arguments LIKE ?2 ORDER BY j.id, t.position
                """, [.text(Chore.kind), .text(pattern)]
            ).map {
                let reason = try $0.optionalText("reason").map { " (\($0))" } ?? ""
                return "\(try $0.text("state")) \(try $0.integer("attempt"))\(reason)"
            }
        }
    }
}

extension WorkQueue {
    func add(_ chore: Chore, after delay: Duration = .zero) async throws {
        try await write { try $0.enqueue(chore, after: delay) }
    }

    func count(_ state: Job.State) async throws -> Int {
        try await database.read { try JobStore($0).counts()[state] ?? -1 }
    }

    /// Waits until so many jobs are in a state; fails the test if that takes 30 s.
    func wait(for state: Job.State, _ count: Int = 1) async throws {
        try await eventually("\(count) jobs that are \(state)") { try await self.count(state) == count }
    }
}

extension JobWorkerTiming {
    /// Short enough for tests.
    static var quick: JobWorkerTiming {
        var timing = JobWorkerTiming()
        // Longer than any test: on a busy machine a heartbeat may be late.
        timing.lease = .seconds(600)
        timing.heartbeat = .milliseconds(200)
        timing.poll = .milliseconds(50)
        timing.drain = .seconds(10)
        return timing
    }
}

/// Runs `body` beside workers, which are cancelled afterwards.
func withWorkers(
    _ queues: [WorkQueue], periodic: [PeriodicJob] = [], concurrency: Int = 4, timing: JobWorkerTiming = .quick,
    perform: @escaping @Sendable (Chore, JobContext) async throws -> Void, _ body: () async throws -> Void
) async throws {
    var handlers = JobHandlers()
    handlers.register(Chore.self, perform)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for queue in queues {
            let worker = JobWorker(
                queue: queue, handlers: handlers, periodic: periodic, notifier: InProcessNotifier(),
                concurrency: concurrency,
                timing: timing, logger: quiet)
            group.addTask { await worker.run() }
        }
        defer { group.cancelAll() }
        try await body()
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
