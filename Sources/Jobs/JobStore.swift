package import Core
import FoundationEssentials
package import SQL
package import Telemetry

/// A job's row.
package struct Job: Sendable, Hashable, Identified {
    package static let idPrefix = "job"
    package typealias ID = Identifier<Job>

    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case queued, running, complete, failed
    }

    package let id: ID
    package let kind: String
    /// JSON.
    package let arguments: String
    /// How many times it was started and came to an end, this time included; from 1.
    package let attempt: Int
    /// For the first time.
    package let startedAt: Timestamp
    /// Where it was added.
    package let trace: TraceParent?
}

/// The jobs' rows; every change of a job's state is also written to its audit trail, `job_transitions`.
package struct JobStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Adds a job, unless one with the same kind and unique key is waiting. That one then runs no later than this
    /// would have, and at no lower priority.
    /// - Returns: whether it was added.
    /// - Throws: `SQLError`; an `EncodingError`.
    @discardableResult
    package func insert<Arguments: JobArguments>(
        id: Job.ID, arguments: Arguments, runAt: Timestamp, priority: JobPriority = Arguments.priority,
        trace: TraceParent? = nil, now: Timestamp
    ) throws -> Bool {
        let json = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        let row = try transaction.first(
            """
            INSERT INTO jobs (id, kind, arguments, customer_id, unique_key, state, attempt, run_at, priority, transitions,
                created_at, trace_parent)
            VALUES (?1, ?2, ?3, ?4, ?5, 'queued', 0, ?6, ?8, 1, ?7, ?9)
            ON CONFLICT (kind, unique_key) WHERE state = 'queued' AND unique_key IS NOT NULL
                DO UPDATE SET
                    run_at = CASE WHEN jobs.run_at > excluded.run_at THEN excluded.run_at ELSE jobs.run_at END,
                    priority = CASE WHEN jobs.priority > excluded.priority THEN excluded.priority ELSE jobs.priority END
                WHERE jobs.run_at > excluded.run_at OR jobs.priority > excluded.priority
            RETURNING id
            """,
            [
                .text(id.rawValue), .text(Arguments.kind), .text(json), SQLValue(arguments.customerID?.rawValue),
                SQLValue(arguments.uniqueKey), .integer(runAt.milliseconds), .integer(now.milliseconds),
                .integer(priority.rawValue), SQLValue(trace?.description),
            ])
        guard try row?.text("id") == id.rawValue else { return false }
        try record(id.rawValue, position: 1, .queued, attempt: 0, reason: nil, now: now)
        return true
    }

    /// How many jobs there are in each state.
    /// - Throws: `SQLError`.
    package func counts() throws -> [Job.State: Int] {
        var counts = Dictionary(uniqueKeysWithValues: Job.State.allCases.map { ($0, 0) })
        for row in try transaction.query("SELECT state, count(*) AS jobs FROM jobs GROUP BY state", []) {
            guard let state = Job.State(rawValue: try row.text("state")) else { throw SQLError.unexpectedValue("state") }
            counts[state] = Int(try row.integer("jobs"))
        }
        return counts
    }

    /// Deletes jobs that ended like this before this time, and their audit trails.
    /// - Parameter limit: at most so many, to keep the transaction short.
    /// - Returns: how many were deleted.
    /// - Throws: `SQLError`.
    func delete(_ state: Job.State, before time: Timestamp, limit: Int) throws -> Int {
        try transaction.execute(
            """
            DELETE FROM jobs WHERE id IN
                (SELECT id FROM jobs WHERE state = ?3 AND finished_at < ?1 ORDER BY finished_at LIMIT ?2)
            """, [.integer(time.milliseconds), .integer(Int64(limit)), .text(state.rawValue)])
    }

    /// Adds a line to a job's audit trail.
    /// - Parameter position: the job's `transitions`, counted up in the same statement that changed its state.
    func record(
        _ id: String, position: Int64, _ state: Job.State, attempt: Int64, reason: String?, now: Timestamp
    ) throws {
        try transaction.execute(
            "INSERT INTO job_transitions (job_id, position, state, attempt, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            [
                .text(id), .integer(position), .text(state.rawValue), .integer(attempt), SQLValue(reason),
                .integer(now.milliseconds),
            ])
    }
}
