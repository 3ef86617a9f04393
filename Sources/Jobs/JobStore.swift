package import Core
import FoundationEssentials
package import SQL

/// A job's row.
package struct Job: Sendable, Hashable, Identified {
    package static let idPrefix = "job"
    package typealias ID = Identifier<Job>

    package enum State: String, Sendable, Hashable, Codable {
        case queued, running, complete, failed
    }

    package let id: ID
    package let kind: String
    /// JSON.
    package let arguments: String
    /// How many times it was started.
    package let attempt: Int
}

/// The jobs' rows; every change of a job's state is also written to its audit trail, `job_transitions`.
package struct JobStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Returns: whether it was added; not if one with the same kind and unique key is waiting.
    /// - Throws: `SQLError`; an `EncodingError`.
    @discardableResult
    package func insert<Arguments: JobArguments>(
        id: Job.ID, arguments: Arguments, runAt: Timestamp, now: Timestamp
    ) throws -> Bool {
        let json = String(decoding: try JSONEncoder().encode(arguments), as: UTF8.self)
        let added = try transaction.execute(
            """
            INSERT INTO jobs (id, kind, arguments, customer_id, unique_key, state, attempt, run_at, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, 'queued', 0, ?6, ?7)
            ON CONFLICT (kind, unique_key) WHERE state = 'queued' AND unique_key IS NOT NULL DO NOTHING
            """,
            [
                .text(id.rawValue), .text(Arguments.kind), .text(json), SQLValue(arguments.customerID?.rawValue),
                SQLValue(arguments.uniqueKey), .integer(runAt.milliseconds), .integer(now.milliseconds),
            ]) == 1
        if added { try record(id, .queued, attempt: 0, reason: nil, now: now) }
        return added
    }

    func record(_ id: Job.ID, _ state: Job.State, attempt: Int, reason: String?, now: Timestamp) throws {
        try transaction.execute(
            """
            INSERT INTO job_transitions (job_id, position, state, attempt, reason, at)
            SELECT ?1, coalesce(max(position), 0) + 1, ?2, CAST(?3 AS bigint), ?4, CAST(?5 AS bigint)
            FROM job_transitions WHERE job_id = ?1
            """,
            [
                .text(id.rawValue), .text(state.rawValue), .integer(Int64(attempt)), SQLValue(reason),
                .integer(now.milliseconds),
            ])
    }
}
