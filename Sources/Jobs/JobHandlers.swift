package import Core
package import FoundationEssentials

/// What a job's handler says about what should come next. Any other error is retried with backoff.
package enum JobOutcome: Error, Sendable, Hashable {
    /// Not now: try again after this time. Counts as an attempt.
    case retry(after: Duration, reason: String)
    /// Nothing is wrong, it just isn't time yet: comes back after this time without counting as an attempt.
    case snooze(Duration)
    /// It can never work.
    case cancel(reason: String)

    /// What to throw when only the host or a vendor can end the trouble: the job is tried with backoff at first, and then every
    /// few minutes for as long as it takes.
    /// - Parameters:
    ///   - attempt: which attempt this was, from 1.
    ///   - pause: the least time to wait for.
    package static func outlasting(_ error: any Error, attempt: Int, pause: Duration = .zero) -> any Error {
        attempt < 10 ? error : JobOutcome.snooze(max(pause, .seconds(300)))
    }
}

/// What a handler is told besides the arguments.
package struct JobContext: Sendable {
    /// Stable across attempts: the root of idempotency keys.
    package let id: Job.ID
    /// From 1.
    package let attempt: Int
    /// When the job was started for the first time: since when it is being tried.
    package let since: Timestamp?

    package init(id: Job.ID, attempt: Int, since: Timestamp? = nil) {
        self.id = id
        self.attempt = attempt
        self.since = since
    }
}

/// Who does which kind of job.
package struct JobHandlers: Sendable {
    package typealias Handler = @Sendable (_ arguments: Data, _ context: JobContext) async throws -> Void

    package private(set) var handlers: [String: Handler] = [:]
    /// How long one run of a kind may take.
    private(set) var deadlines: [String: Duration] = [:]
    /// How many attempts of a kind fail before the job has.
    private(set) var attempts: [String: Int] = [:]

    package init() {}

    /// - Parameter perform: may run more than once for one job, and again after a crash: it looks at the state of the world first.
    package mutating func register<Arguments: JobArguments>(
        _: Arguments.Type, _ perform: @escaping @Sendable (Arguments, JobContext) async throws -> Void
    ) {
        deadlines[Arguments.kind] = Arguments.deadline
        attempts[Arguments.kind] = Arguments.attempts
        handlers[Arguments.kind] = { data, context in
            let arguments: Arguments
            do {
                arguments = try JSONDecoder().decode(Arguments.self, from: data)
            } catch {
                throw JobOutcome.cancel(reason: "the arguments can't be read: \(error)")
            }
            try await perform(arguments, context)
        }
    }

    package mutating func merge(_ other: JobHandlers) {
        handlers.merge(other.handlers) { _, new in new }
        deadlines.merge(other.deadlines) { _, new in new }
        attempts.merge(other.attempts) { _, new in new }
    }
}
