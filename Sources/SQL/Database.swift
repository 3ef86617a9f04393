/// A database of either engine.
///
/// The bodies are synchronous and run off Swift's cooperative threads: no network call can happen inside a transaction.
/// A body may run more than once (PostgreSQL resolves conflicts by trying again), so it must have no effect but its statements.
/// Once a statement has failed, its transaction can't be committed any more, even if the body goes on: the call throws that
/// statement's error.
///
/// A task that is cancelled while it waits for a connection gets a `CancellationError`, and nothing has happened; a
/// transaction that has begun runs to its end.
package protocol Database: Sendable {
    var dialect: Dialect { get }

    /// Runs `body` on one consistent snapshot.
    /// - Throws: ``SQLError``, and whatever `body` throws.
    func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result

    /// Runs `body` as one serializable transaction; it is committed and durable when this returns.
    /// - Throws: ``SQLError``, and whatever `body` throws, after rolling back.
    func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result

    /// Closes all connections; calls after it throw ``SQLError/unavailable(_:)``.
    func close() async
}

/// Statements inside one transaction. Placeholders are `?1`, `?2`, … on both engines.
package protocol Transaction {
    var dialect: Dialect { get }

    /// - Returns: the rows of a SELECT, or of a RETURNING clause.
    /// - Throws: ``SQLError``.
    func query(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> [Row]

    /// - Returns: the number of rows changed.
    /// - Throws: ``SQLError``.
    @discardableResult
    func execute(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> Int
}

extension Transaction {
    /// - Returns: the first row, if there is one.
    /// - Throws: ``SQLError``.
    package func first(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> Row? {
        try query(sql, parameters).first
    }
}
