import SQL

/// Statements inside the transaction that a session has begun.
final class PostgresTransaction: Transaction {
    private let session: Session
    /// Of the first statement that failed; the server executes nothing after it.
    private(set) var failure: StatementFailure?

    init(_ session: Session) {
        self.session = session
    }

    var dialect: Dialect { .postgres }

    func query(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> [Row] {
        try run(sql, parameters, Session.query)
    }

    func execute(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> Int {
        try run(sql, parameters, Session.execute)
    }

    private func run<Result>(
        _ sql: String, _ parameters: [SQLValue],
        _ statement: (Session) -> (String, [SQLValue]) throws(StatementFailure) -> Result
    ) throws(SQLError) -> Result {
        if let failure { throw failure.error }
        do {
            return try statement(session)(sql, parameters)
        } catch {
            failure = error
            throw error.error
        }
    }
}
