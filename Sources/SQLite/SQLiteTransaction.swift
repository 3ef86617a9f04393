import GRDB
import SQL

import struct SQL.Row

/// Statements on the connection that a transaction holds.
final class SQLiteTransaction: Transaction {
    private let connection: GRDB.Database
    private var failure: SQLError?

    init(_ connection: GRDB.Database) {
        self.connection = connection
    }

    var dialect: Dialect { .sqlite }

    func query(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> [Row] {
        try run(sql, parameters) { statement in
            let names = statement.columnNames
            let columns = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
            let cursor = try GRDB.Row.fetchCursor(statement)
            var rows: [Row] = []
            while let row = try cursor.next() {
                rows.append(
                    Row(columns: columns, values: try names.indices.map { try SQLValue(row[$0], column: names[$0]) }))
            }
            return rows
        }
    }

    func execute(_ sql: String, _ parameters: [SQLValue]) throws(SQLError) -> Int {
        try run(sql, parameters) { statement in
            let before = connection.totalChangesCount
            try statement.execute()
            // SQLite keeps the count of the last statement that changed rows; this one may have been of another kind.
            return connection.totalChangesCount == before ? 0 : connection.changesCount
        }
    }

    /// - Throws: the error of the statement that failed, though the body went on: PostgreSQL wouldn't commit that either.
    func checkIntact() throws(SQLError) {
        if let failure { throw failure }
    }

    private func run<Result>(
        _ sql: String, _ parameters: [SQLValue], _ body: (Statement) throws -> Result
    ) throws(SQLError) -> Result {
        try checkIntact()
        do {
            try parameters.checkSendable()
            let statement = try connection.cachedStatement(sql: sql)
            try statement.setArguments(StatementArguments(parameters.lazy.map { $0.bindable }))
            return try body(statement)
        } catch let error as SQLError {
            failure = error
            throw error
        } catch let error as DatabaseError {
            let error = SQLError(error)
            failure = error
            throw error
        } catch {
            let error = SQLError.failed("\(error)")
            failure = error
            throw error
        }
    }
}

extension SQLValue {
    fileprivate var bindable: (any DatabaseValueConvertible)? {
        switch self {
        case .null: nil
        case .integer(let integer): integer
        case .text(let text): text
        }
    }

    fileprivate init(_ value: DatabaseValue, column: String) throws(SQLError) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .string(let text): self = .text(text)
        case .double, .blob: throw .unexpectedValue(column)
        }
    }
}

extension SQLError {
    /// Carries SQLite's words without the statement's arguments.
    init(_ error: DatabaseError) {
        let text = error.message ?? "\(error.extendedResultCode)"
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY: self = .uniqueViolation(text)
        case .SQLITE_CONSTRAINT_FOREIGNKEY: self = .foreignKeyViolation(text)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .contention(text)
        case .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_NOTADB, .SQLITE_CORRUPT: self = .unavailable(text)
        // What GRDB reports once the database is closed.
        case .SQLITE_MISUSE: self = .unavailable(text)
        default: self = .failed(text)
        }
    }
}
