/// What a database refuses or can't do; the same words for both engines.
package enum SQLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A unique index or primary key already has the row. Carries the engine's text.
    case uniqueViolation(String)
    /// A foreign key points nowhere.
    case foreignKeyViolation(String)
    /// Another transaction got in the way more often than a transaction is retried.
    case contention(String)
    /// The database can't be reached or went away.
    case unavailable(String)
    /// The statement itself is wrong, or anything else that the engine reports.
    case failed(String)
    case missingColumn(String)
    case unexpectedValue(String)

    package var description: String {
        switch self {
        case .uniqueViolation(let text): "unique violation: \(text)"
        case .foreignKeyViolation(let text): "foreign key violation: \(text)"
        case .contention(let text): "too much contention: \(text)"
        case .unavailable(let text): "database unavailable: \(text)"
        case .failed(let text): "database error: \(text)"
        case .missingColumn(let column): "the result has no column '\(column)'"
        case .unexpectedValue(let column): "column '\(column)' holds a value of another type"
        }
    }
}
