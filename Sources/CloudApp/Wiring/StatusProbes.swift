import Core
import Jobs
import Logging
import SQL
import Store

/// Asks the parts of the service whether they work, and writes down what they say. No probe spends anything.
struct StatusProbes: Sendable {
    /// Whether the part works; what it throws counts as no.
    typealias Probe = @Sendable () async throws -> Bool

    /// How long a part may take to answer.
    private let timeout: Duration
    /// A part that fails is asked once more before that counts: whatever restarts is back by then.
    static let secondLook = Duration.seconds(20)

    let queue: WorkQueue
    let probes: [StatusPart: Probe]
    let logger: Logger

    init(
        queue: WorkQueue, probes: [StatusPart: Probe], timeout: Duration = .seconds(10), logger: Logger
    ) {
        self.queue = queue
        self.probes = probes
        self.timeout = timeout
        self.logger = logger
    }

    func register(in handlers: inout JobHandlers) {
        handlers.register(ProbeParts.self) { job, _ in try await run(job) }
    }

    func run(_ job: ProbeParts) async throws {
        let asked = probes.filter { job.again?.contains($0.key) ?? true }
        let results = await withTaskGroup(of: (StatusPart, Bool).self) { group in
            for (part, probe) in asked { group.addTask { (part, await isUp(part, probe)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        try await queue.write { work in
            let store = StatusStore(work.transaction)
            let failed = results.filter { !$0.value }.keys.sorted { $0.rawValue < $1.rawValue }
            let isLast = job.again != nil
            for (part, isUp) in results where isUp || isLast { try store.note(part, isUp: isUp, now: work.now) }
            if !isLast, !failed.isEmpty { try work.enqueue(ProbeParts(again: failed), after: Self.secondLook) }
        }
    }

    private func isUp(_ part: StatusPart, _ probe: @escaping Probe) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    return try await probe()
                } catch {
                    logger.info("a probe failed", metadata: ["part": "\(part.rawValue)", "error": "\(error)"])
                    return false
                }
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
