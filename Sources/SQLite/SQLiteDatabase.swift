import Dispatch
import FoundationEssentials
import GRDB
package import Logging
package import SQL

package import protocol SQL.Database

/// A database in a file of this machine: one writer at a time, readers beside it on a snapshot (WAL).
///
/// A task that is cancelled before its transaction begins gets a `CancellationError`; a transaction that has begun runs to
/// its end, so that what the caller is told is what happened.
package final class SQLiteDatabase: Database {
    private let pool: DatabasePool

    package var dialect: Dialect { .sqlite }

    /// Opens the file; creates it, and the folder it lies in, if need be.
    /// - Parameter path: of the file; beside it lie `-wal` and `-shm`.
    /// - Throws: ``SQLError``; a `CocoaError` if the folder can't be made.
    package init(path: String, logger: Logger) throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 4
        configuration.label = "sqlite"
        // Else a statement of many rows writes a file, in case that it has to be undone.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA temp_store = MEMORY") }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // A commit is on the disk when it returns. GRDB prefers NORMAL, which can lose the last ones with the power.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch let error as DatabaseError {
            throw SQLError(error)
        }
        logger.debug("database opened", metadata: ["path": "\(path)"])
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { access in
                continuation.resume(
                    with: Swift.Result {
                        try mappingErrors {
                            let transaction = SQLiteTransaction(try access.get())
                            let result = try body(transaction)
                            try transaction.checkIntact()
                            return result
                        }
                    })
            }
        }
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncWriteWithoutTransaction { connection in
                continuation.resume(
                    with: Swift.Result {
                        try mappingErrors {
                            var result: Result?
                            try connection.inTransaction(.immediate) {
                                let transaction = SQLiteTransaction(connection)
                                result = try body(transaction)
                                try transaction.checkIntact()
                                return .commit
                            }
                            // Set by the closure above, or its error was thrown.
                            return result!
                        }
                    })
            }
        }
    }

    package func close() async {
        await withCheckedContinuation { continuation in
            // It waits for transactions under way.
            DispatchQueue.global().async { [pool] in
                try? pool.close()
                continuation.resume()
            }
        }
    }
}

private func mappingErrors<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw SQLError(error)
    }
}
