package import Core
import FoundationEssentials
import SQL
import Telemetry

/// The right to run a job, until the lease ends or is renewed.
struct Lease: Sendable, Hashable {
    let job: Job
    /// Never used twice for one job, so that a worker that lost the lease can't overwrite its successor's work.
    let holder: String
}

extension JobStore {
    /// When the first waiting job of these kinds is due. It may have to wait for another one of its customer's.
    func nextDue(kinds: [String]) throws -> Timestamp? {
        try transaction.first(
            """
            SELECT min((SELECT min(run_at) FROM jobs WHERE state = 'queued' AND kind = k.value)) AS run_at
            FROM \(transaction.dialect.rows("?1")) k
            """, [.texts(kinds)]
        )?.optionalInteger("run_at").map { Timestamp(milliseconds: $0) }
    }

    /// Starts due jobs, by priority and then the oldest first, at most one of each customer.
    /// - Throws: `SQLError`; `.uniqueViolation` if another worker starts a job of the same customer at this moment.
    func claim(kinds: [String], limit: Int, holder: String, now: Timestamp, until: Timestamp) throws -> [Lease] {
        let due = try transaction.query(
            """
            SELECT j.id FROM jobs j WHERE \(claimable("?1", now: "?2")) ORDER BY j.priority, j.run_at, j.id LIMIT ?3
            \(transaction.dialect.skipLocked)
            """, [.texts(kinds), .integer(now.milliseconds), .integer(Int64(limit))])
        return try due.compactMap { row in
            let id = try row.text("id")
            let started = try transaction.first(
                """
                UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_holder = ?2, lease_until = ?3,
                    transitions = transitions + 1
                WHERE id = ?1 AND state = 'queued' RETURNING kind, arguments, attempt, transitions, trace_parent
                """, [.text(id), .text(holder), .integer(until.milliseconds)])
            guard let started, let jobID = Job.ID(id) else { return nil }
            let attempt = try started.integer("attempt")
            try record(
                id, position: try started.integer("transitions"), .running, attempt: attempt, reason: nil, now: now)
            let job = Job(
                id: jobID, kind: try started.text("kind"), arguments: try started.text("arguments"), attempt: Int(attempt),
                startedAt: try firstStart(of: id) ?? now,
                trace: try started.optionalText("trace_parent").flatMap(TraceParent.init))
            return Lease(job: job, holder: holder)
        }
    }

    /// A job is queued first, and then started.
    private func firstStart(of id: String) throws -> Timestamp? {
        try transaction.first("SELECT at FROM job_transitions WHERE job_id = ?1 AND position = 2", [.text(id)])
            .map { Timestamp(milliseconds: try $0.integer("at")) }
    }

    /// Extends leases.
    /// - Returns: those that had been lost before. A job put back and started again by the same worker has a new lease, so
    ///   the job alone doesn't tell.
    func renew(_ leases: [Lease], until: Timestamp) throws -> [Lease] {
        let rows = try transaction.query(
            """
            UPDATE jobs SET lease_until = ?2
            WHERE state = 'running' AND \(transaction.dialect.isOneOf("lease_holder", "?1")) RETURNING id, lease_holder
            """, [.texts(Set(leases.map(\.holder)).sorted()), .integer(until.milliseconds)])
        let held = Set(try rows.map { [try $0.text("id"), try $0.text("lease_holder")] })
        return leases.filter { !held.contains([$0.job.id.rawValue, $0.holder]) }
    }

    /// Writes how a run ended.
    /// - Returns: whether the lease was still held; if not, nothing is written.
    func finish(_ lease: Lease, _ end: JobEnd, now: Timestamp) throws -> Bool {
        let id = lease.job.id.rawValue
        switch end {
        case .complete:
            return try settle(id, holder: lease.holder, .complete, reason: nil, now: now)
        case .failed(let reason):
            return try settle(id, holder: lease.holder, .failed, reason: reason, now: now)
        case .again(let delay, let reason, let counts):
            return try putBack(id, holder: lease.holder, runAt: now + delay, reason: reason, counts: counts, now: now)
        }
    }

    func hasExpiredLeases(now: Timestamp) throws -> Bool {
        try transaction.first(
            "SELECT id FROM jobs WHERE state = 'running' AND lease_until < ?1 LIMIT 1", [.integer(now.milliseconds)]) != nil
    }

    /// Puts back the jobs whose lease ran out: their worker is dead, or cut off.
    /// - Returns: how many there were.
    func rescue(leasesEndingBefore time: Timestamp, now: Timestamp) throws -> Int {
        try putBackRunning(leasesEndingBefore: time, now: now)
    }

    /// Puts back every running job at once. Only for a program that is the database's only worker, before it starts
    /// working: what is running then was left behind by a crash.
    /// - Returns: how many there were.
    /// - Throws: `SQLError`.
    @discardableResult
    package func releaseAbandoned(now: Timestamp) throws -> Int {
        try putBackRunning(leasesEndingBefore: Timestamp(milliseconds: .max), now: now)
    }

    /// A job that takes its worker down with it every time must not do so for ever.
    private static let interruptionLimit = 100
    private static let interrupted = "the worker stopped before the job ended"

    private func putBackRunning(leasesEndingBefore time: Timestamp, now: Timestamp) throws -> Int {
        let rows = try transaction.query(
            "SELECT id, lease_holder FROM jobs WHERE state = 'running' AND lease_until < ?1 ORDER BY id "
                + transaction.dialect.skipLocked, [.integer(time.milliseconds)])
        for row in rows {
            let id = try row.text("id")
            let holder = try row.text("lease_holder")
            let interruptions = try transaction.first(
                "SELECT count(*) AS times FROM job_transitions WHERE job_id = ?1 AND state = 'queued' AND reason = ?2",
                [.text(id), .text(Self.interrupted)])
            if try (interruptions?.integer("times") ?? 0) < Self.interruptionLimit {
                _ = try putBack(id, holder: holder, runAt: now, reason: Self.interrupted, counts: false, now: now)
            } else {
                _ = try settle(id, holder: holder, .failed, reason: "\(Self.interrupted), too often", now: now)
            }
        }
        return rows.count
    }

    private func putBack(
        _ id: String, holder: String, runAt: Timestamp, reason: String?, counts: Bool, now: Timestamp
    ) throws -> Bool {
        let twin = try transaction.first(
            """
            SELECT w.id FROM jobs j JOIN jobs w ON w.kind = j.kind AND w.unique_key = j.unique_key
            WHERE j.id = ?1 AND w.state = 'queued'
            """, [.text(id)])
        if twin != nil {
            return try settle(id, holder: holder, .complete, reason: "left to an equal job that waits already", now: now)
        }
        let row = try transaction.first(
            """
            UPDATE jobs SET state = 'queued', run_at = ?3, reason = ?4, attempt = attempt - ?5, lease_holder = NULL,
                lease_until = NULL, transitions = transitions + 1
            WHERE id = ?1 AND lease_holder = ?2 AND state = 'running' RETURNING attempt, transitions
            """,
            [
                .text(id), .text(holder), .integer(runAt.milliseconds), SQLValue(reason), .integer(counts ? 0 : 1),
            ])
        guard let row else { return false }
        try record(
            id, position: try row.integer("transitions"), .queued, attempt: try row.integer("attempt"), reason: reason,
            now: now)
        return true
    }

    private func settle(
        _ id: String, holder: String, _ state: Job.State, reason: String?, now: Timestamp
    ) throws -> Bool {
        let row = try transaction.first(
            """
            UPDATE jobs SET state = ?3, reason = ?4, finished_at = ?5, lease_holder = NULL, lease_until = NULL,
                transitions = transitions + 1
            WHERE id = ?1 AND lease_holder = ?2 AND state = 'running' RETURNING attempt, transitions
            """,
            [.text(id), .text(holder), .text(state.rawValue), SQLValue(reason), .integer(now.milliseconds)])
        guard let row else { return false }
        try record(
            id, position: try row.integer("transitions"), state, attempt: try row.integer("attempt"), reason: reason,
            now: now)
        return true
    }

    /// What the row `j` must be: due, of a kind that is handled here, and its customer's next one.
    private func claimable(_ kinds: String, now: String) -> String {
        """
        j.state = 'queued' AND j.run_at <= \(now) AND \(transaction.dialect.isOneOf("j.kind", kinds)) AND (j.customer_id IS NULL OR (
            NOT EXISTS (SELECT 1 FROM jobs r WHERE r.customer_id = j.customer_id AND r.state = 'running')
            AND NOT EXISTS (SELECT 1 FROM jobs e WHERE e.customer_id = j.customer_id AND e.state = 'queued'
                AND e.run_at <= \(now) AND (e.priority, e.run_at, e.id) < (j.priority, j.run_at, j.id) AND \(transaction.dialect.isOneOf("e.kind", kinds)))))
        """
    }
}
