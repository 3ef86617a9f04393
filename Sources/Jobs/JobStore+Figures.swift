package import Core
import SQL

/// How many jobs of one kind are in one state.
package struct JobFigure: Sendable, Hashable {
    package let kind: String
    package let state: Job.State
    package let count: Int
    /// Of those that wait: when the first is, or was, due.
    package let firstDue: Timestamp
}

extension JobStore {
    /// Of all that hasn't ended well, by kind.
    /// - Throws: `SQLError`.
    package func figures() throws -> [JobFigure] {
        try transaction.query(
            """
            SELECT kind, state, count(*) AS jobs, min(run_at) AS first_due FROM jobs
            WHERE state IN ('queued', 'running', 'failed') GROUP BY kind, state ORDER BY kind, state
            """, []
        ).map {
            JobFigure(
                kind: try $0.text("kind"), state: try state($0.text("state")), count: Int(try $0.integer("jobs")),
                firstDue: Timestamp(milliseconds: try $0.integer("first_due")))
        }
    }

    private func state(_ text: String) throws -> Job.State {
        guard let state = Job.State(rawValue: text) else { throw SQLError.unexpectedValue("state") }
        return state
    }
}
