package import Core
import SQL

/// A job that is added again and again, once per interval however many workers there are.
package struct PeriodicJob: Sendable {
    let kind: String
    let interval: Duration
    let enqueue: @Sendable (UnitOfWork) throws -> Void

    /// - Parameters:
    ///   - interval: from one job to the next; the first is added at once. Intervals that nobody worked through are skipped.
    ///   - arguments: of every job. There can be one periodic job of a kind.
    package init<Arguments: JobArguments>(every interval: Duration, _ arguments: Arguments) {
        kind = Arguments.kind
        self.interval = interval
        enqueue = { try $0.enqueue(arguments) }
    }
}

extension JobStore {
    /// When each periodic job is to be added next, by its kind.
    func periodicSchedule() throws -> [String: Timestamp] {
        let rows = try transaction.query("SELECT kind, next_run_at FROM periodic_jobs", [])
        return Dictionary(
            try rows.map { (try $0.text("kind"), Timestamp(milliseconds: try $0.integer("next_run_at"))) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Writes when a periodic job comes next.
    func schedule(kind: String, at time: Timestamp) throws {
        try transaction.execute(
            """
            INSERT INTO periodic_jobs (kind, next_run_at) VALUES (?1, ?2)
            ON CONFLICT (kind) DO UPDATE SET next_run_at = excluded.next_run_at
            """, [.text(kind), .integer(time.milliseconds)])
    }
}

extension [PeriodicJob] {
    /// Adds the jobs that are due and schedules their successors.
    func enqueueDue(in work: UnitOfWork) throws {
        let jobs = JobStore(work.transaction)
        let schedule = try jobs.periodicSchedule()
        for job in self {
            // An interval that was shortened counts from now.
            let due = Swift.min(schedule[job.kind] ?? work.now, work.now + job.interval)
            if due <= work.now {
                try job.enqueue(work)
                let missed = (work.now - due).milliseconds / job.interval.milliseconds
                try jobs.schedule(kind: job.kind, at: due + job.interval * Int(missed + 1))
            } else if due != schedule[job.kind] {
                try jobs.schedule(kind: job.kind, at: due)
            }
        }
    }
}
