import Core

/// A run of a job that has ended, for figures.
package struct JobRun: Sendable {
    package let kind: String
    /// `complete`, `retry`, `snooze` or `failed`.
    package let end: String
    package let duration: Duration
}

/// How one run of a job ended.
enum JobEnd: Sendable, Hashable {
    case complete
    /// - Parameter counts: whether this run was an attempt.
    case again(after: Duration, reason: String?, counts: Bool)
    case failed(reason: String)

    /// - Parameters:
    ///   - error: what the handler threw.
    ///   - attempt: which attempt this was, from 1.
    ///   - jitter: spreads jobs that failed together; the backoff is multiplied with it.
    init(_ error: any Error, attempt: Int, limit: Int, jitter: Double = .random(in: 0.8...1.2)) {
        switch error {
        case JobOutcome.snooze(let delay):
            self = .again(after: delay, reason: nil, counts: false)
        case JobOutcome.cancel(let reason):
            self = .failed(reason: reason.asReason)
        case JobOutcome.retry(let delay, let reason) where attempt < limit:
            self = .again(after: delay, reason: reason.asReason, counts: true)
        case JobOutcome.retry(_, let reason):
            self = .failed(reason: reason.asReason)
        case _ where attempt < limit:
            let reason = String(describing: error).asReason
            self = .again(after: Self.backoff.pause(failures: attempt) * jitter, reason: reason, counts: true)
        default:
            self = .failed(reason: String(describing: error).asReason)
        }
    }

    static let backoff = Backoff(from: .seconds(1), to: .seconds(300))

    /// The end of a run that the worker interrupted because it stops.
    static let interrupted = JobEnd.again(after: .zero, reason: "the worker was asked to stop", counts: false)

    /// For figures.
    var name: String {
        switch self {
        case .complete: "complete"
        case .again(_, _, counts: true): "retry"
        case .again: "snooze"
        case .failed: "failed"
        }
    }

    var reason: String? {
        switch self {
        case .complete: nil
        case .again(_, let reason, _): reason
        case .failed(let reason): reason
        }
    }
}

extension String {
    /// At most 500 characters, and none that a database refuses.
    fileprivate var asReason: String { String(prefix(500).filter { $0 != "\0" }) }
}
