import SQL

/// Why a statement failed, by what can be done about it.
enum StatementFailure: Error {
    /// Another transaction got in the way: run the transaction again.
    case conflict(SQLError)
    /// There is no connection (any more), or it is of no use: connect and run the transaction again.
    case lost(SQLError)
    /// Running it again would not help.
    case refused(SQLError)

    var error: SQLError {
        switch self {
        case .conflict(let error), .lost(let error), .refused(let error): error
        }
    }

    /// - Parameters:
    ///   - state: the SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html); `nil` if the server said none.
    ///   - text: the server's message, without its detail, which repeats values.
    init(state: String?, text: String) {
        switch state ?? "" {
        case "40001", "40P01": self = .conflict(.contention(text))
        // A prepared statement that a schema change or a pooler between us and the server has made void.
        case "0A000" where text.contains("cached plan"), "26000": self = .lost(.unavailable(text))
        case "55P03": self = .refused(.contention(text))
        case "23505": self = .refused(.uniqueViolation(text))
        case "23503": self = .refused(.foreignKeyViolation(text))
        case "57P01", "57P02", "57P03", "53300", "": self = .lost(.unavailable(text))
        // The server was a primary when we connected, and is a standby now; or it never was one, and refuses to begin.
        case "0A000" where text.contains("hot standby"): self = .lost(.unavailable(text))
        case "25006": self = .lost(.unavailable(text))
        // The time-out: the same statement would take as long again.
        case "57014": self = .refused(.unavailable(text))
        case let state where state.hasPrefix("08"): self = .lost(.unavailable(text))
        default: self = .refused(.failed(text))
        }
    }
}

extension SQLError {
    /// What the engine said, without the kind before it.
    var text: String {
        switch self {
        case .uniqueViolation(let text), .foreignKeyViolation(let text), .contention(let text), .unavailable(let text),
            .failed(let text), .missingColumn(let text), .unexpectedValue(let text):
            text
        }
    }
}
