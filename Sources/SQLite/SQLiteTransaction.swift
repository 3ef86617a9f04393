import GRDB
import GRDBSQLite
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
            try statement.bind(parameters)
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

extension Statement {
    /// Tells SQLite to copy a text that it is given.
    private static var copies: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    /// Binds without GRDB's arguments, which cost a metered call's row more than SQLite's own work.
    fileprivate func bind(_ parameters: [SQLValue]) throws(SQLError) {
        guard Int(sqlite3_bind_parameter_count(sqliteStatement)) == parameters.count else {
            throw .failed("a statement has another number of parameters than it is given")
        }
        // Takes the last run's values away, and has GRDB take what is bound for bound.
        setUncheckedArguments(StatementArguments())
        for (index, value) in zip(CInt(1)..., parameters) {
            let code =
                switch value {
                case .null: sqlite3_bind_null(sqliteStatement, index)
                case .integer(let integer): sqlite3_bind_int64(sqliteStatement, index, integer)
                // It may have no address, and without one SQLite would bind NULL.
                case .text(""): sqlite3_bind_text(sqliteStatement, index, "", 0, Self.copies)
                case .text(var text):
                    text.withUTF8 { utf8 in
                        utf8.withMemoryRebound(to: CChar.self) { characters in
                            sqlite3_bind_text(
                                sqliteStatement, index, characters.baseAddress, CInt(characters.count), Self.copies)
                        }
                    }
                }
            guard code == SQLITE_OK else { throw SQLError(DatabaseError(resultCode: ResultCode(rawValue: code))) }
        }
    }
}

extension SQLValue {
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
