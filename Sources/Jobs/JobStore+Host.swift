package import Core
import FoundationEssentials
import SQL

/// A job as the host sees it, without its arguments but for the ids in them: the rest may be an address.
package struct JobEntry: Sendable, Hashable {
    package let id: Job.ID
    package let kind: String
    package let customerID: Customer.ID?
    package let state: Job.State
    /// How many times it was started and came to an end; with the run that goes on, if one does.
    package let attempt: Int64
    /// Before which it isn't started.
    package let runAt: Timestamp
    /// Why it failed, or is to be tried again.
    package let reason: String?
    package let createdAt: Timestamp
    package let finishedAt: Timestamp?
    /// The ids in its arguments, by their names.
    package let subjects: [String: String]

    package init(
        id: Job.ID, kind: String, customerID: Customer.ID?, state: Job.State, attempt: Int64, runAt: Timestamp,
        reason: String?, createdAt: Timestamp, finishedAt: Timestamp?, subjects: [String: String]
    ) {
        self.id = id
        self.kind = kind
        self.customerID = customerID
        self.state = state
        self.attempt = attempt
        self.runAt = runAt
        self.reason = reason
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.subjects = subjects
    }
}

/// A change of a job's state.
package struct JobTransition: Sendable, Hashable {
    package let at: Timestamp
    package let state: Job.State
    package let attempt: Int64
    package let reason: String?
}

/// The jobs as the host goes through them.
extension JobStore {
    /// The youngest first.
    /// - Parameter filter: `state` is a job's, `kind` is a job's or the part of it before the dot, `search` is a part of the reason.
    /// - Throws: `SQLError`.
    package func list(_ filter: HostFilter = HostFilter()) throws -> HostList<JobEntry> {
        var conditions: [String] = []
        var values: [SQLValue] = []
        func add(_ value: String?, _ condition: (String) -> String) {
            guard let value else { return }
            values.append(.text(value))
            conditions.append("(\(condition("?\(values.count)")))")
        }
        add(filter.after) { "id < \($0)" }
        add(filter.customerID?.rawValue) { "customer_id = \($0)" }
        add(filter.state) { "state = \($0)" }
        add(filter.kind) { "kind = \($0) OR substr(kind, 1, length(\($0)) + 1) = \($0) || '.'" }
        if let search = filter.search, !search.isEmpty {
            add("%\(search.lowercased())%") { "lower(coalesce(reason, '')) LIKE \($0)" }
        }
        let clause = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let rows = try transaction.query(
            "SELECT * FROM jobs \(clause) ORDER BY id DESC LIMIT \(max(1, filter.limit) + 1)", values)
        return HostList(try rows.map(JobEntry.init(row:)), limit: filter.limit) { $0.id.rawValue }
    }

    /// - Throws: `SQLError`.
    package func find(_ id: Job.ID) throws -> JobEntry? {
        try transaction.first("SELECT * FROM jobs WHERE id = ?1", [.text(id.rawValue)]).map(JobEntry.init(row:))
    }

    /// The job's story, the oldest change first.
    /// - Throws: `SQLError`.
    package func transitions(of id: Job.ID) throws -> [JobTransition] {
        try transaction.query("SELECT * FROM job_transitions WHERE job_id = ?1 ORDER BY position", [.text(id.rawValue)]).map
        {
            JobTransition(
                at: Timestamp(milliseconds: try $0.integer("at")), state: try $0.state, attempt: try $0.integer("attempt"),
                reason: try $0.optionalText("reason"))
        }
    }

    /// How long the job that has been due for longest has waited; `nil` if none is due.
    /// - Throws: `SQLError`.
    package func oldestWait(now: Timestamp) throws -> Duration? {
        try transaction.first(
            "SELECT run_at FROM jobs WHERE state = 'queued' AND run_at <= ?1 ORDER BY run_at LIMIT 1",
            [.integer(now.milliseconds)]
        ).map { now - Timestamp(milliseconds: try $0.integer("run_at")) }
    }

    /// How many have failed since.
    /// - Throws: `SQLError`.
    package func failures(since time: Timestamp) throws -> Int64 {
        try transaction.first(
            "SELECT count(*) AS n FROM jobs WHERE state = 'failed' AND finished_at >= ?1", [.integer(time.milliseconds)]
        )?.integer("n") ?? 0
    }

    /// Has a job done again that has failed, or one that waits done now.
    /// - Parameter newID: of the job that is added for one that has failed.
    /// - Returns: the job that will run: the new one, or an equal one that waits already.
    /// - Throws: `DomainError` with the code `job_not_found` or `job_not_replayable`; `SQLError`.
    func replay(_ id: Job.ID, as newID: Job.ID, now: Timestamp) throws -> Job.ID {
        guard let entry = try find(id) else {
            throw DomainError(.notFound, code: "job_not_found", "There is no job \(id); jobs are kept for a while only.")
        }
        switch entry.state {
        case .queued:
            try transaction.execute(
                "UPDATE jobs SET run_at = ?2 WHERE id = ?1 AND state = 'queued' AND run_at > ?2",
                [.text(id.rawValue), .integer(now.milliseconds)])
            return id
        case .failed:
            return try copy(id, as: newID, now: now)
        case .running, .complete:
            throw DomainError(
                .conflict, code: "job_not_replayable",
                "The job \(id) is \(entry.state.rawValue): only one that has failed or waits can be run again.")
        }
    }

    private func copy(_ id: Job.ID, as newID: Job.ID, now: Timestamp) throws -> Job.ID {
        let row = try transaction.first(
            """
            INSERT INTO jobs (id, kind, arguments, customer_id, unique_key, state, attempt, run_at, priority, transitions, created_at)
            SELECT ?2, kind, arguments, customer_id, unique_key, 'queued', 0, CAST(?3 AS bigint), priority, 1, CAST(?3 AS bigint)
            FROM jobs WHERE id = ?1
            ON CONFLICT (kind, unique_key) WHERE state = 'queued' AND unique_key IS NOT NULL
                DO UPDATE SET run_at = CASE WHEN jobs.run_at > excluded.run_at THEN excluded.run_at ELSE jobs.run_at END
            RETURNING id
            """, [.text(id.rawValue), .text(newID.rawValue), .integer(now.milliseconds)])
        guard let text = try row?.text("id"), let added = Job.ID(text) else { return id }
        if added == newID {
            try record(newID.rawValue, position: 1, .queued, attempt: 0, reason: "again, for \(id)", now: now)
        }
        return added
    }
}

extension UnitOfWork {
    /// Has a job done again that has failed, or one that waits done now.
    /// - Returns: the job that will run.
    /// - Throws: `DomainError` with the code `job_not_found` or `job_not_replayable`; `SQLError`.
    package func replay(_ id: Job.ID) throws -> Job.ID {
        let job = try JobStore(transaction).replay(id, as: ids.next(), now: now)
        wakeWorkers()
        return job
    }
}

extension Row {
    fileprivate var state: Job.State {
        get throws {
            guard let state = Job.State(rawValue: try text("state")) else { throw SQLError.unexpectedValue("state") }
            return state
        }
    }
}

extension JobEntry {
    fileprivate init(row: Row) throws {
        guard let id = Job.ID(try row.text("id")) else { throw SQLError.unexpectedValue("id") }
        let arguments = try JSONDecoder().decode([String: IDOrNothing].self, from: Data(try row.text("arguments").utf8))
        self.init(
            id: id, kind: try row.text("kind"), customerID: try row.optionalText("customer_id").flatMap { Identifier($0) },
            state: try row.state, attempt: try row.integer("attempt"),
            runAt: Timestamp(milliseconds: try row.integer("run_at")), reason: try row.optionalText("reason"),
            createdAt: Timestamp(milliseconds: try row.integer("created_at")),
            finishedAt: try row.optionalInteger("finished_at").map(Timestamp.init(milliseconds:)),
            subjects: arguments.compactMapValues(\.id))
    }

    /// An argument, if it is an id of ours or of Stripe's.
    private struct IDOrNothing: Decodable {
        let id: String?

        init(from decoder: any Decoder) throws {
            let text = try? decoder.singleValueContainer().decode(String.self)
            id = text.flatMap { $0.wholeMatch(of: /[a-z]{2,4}_[A-Za-z0-9]{1,64}/) == nil ? nil : $0 }
        }
    }
}
