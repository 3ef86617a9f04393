import CLibPQ
import Logging
import SQL

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A libpq connection from its opening to its end. Belongs to one ``Connection``; every call blocks.
final class Session {
    private let connection: OpaquePointer
    private let notices: NoticeLog
    /// The names of the prepared statements, by their text.
    private var prepared: [String: String] = [:]
    /// Whether a pooler stands between us and the server. It may give each transaction another one of the server's sessions, so
    /// that nothing of a session lasts: no prepared statement, no setting, no lock.
    private(set) var isPooled = false

    /// More different texts than the program has: beyond this they are made up as it runs, and the oldest must go.
    private static let preparedLimit = 1000

    /// - Throws: ``StatementFailure/lost(_:)``, with libpq's words and no password.
    init(_ settings: ConnectionSettings, logger: Logger) throws(StatementFailure) {
        connection = try Self.connect(settings)
        notices = NoticeLog(logger)
        PQsetNoticeProcessor(
            connection,
            { log, message in
                guard let log, let message else { return }
                Unmanaged<NoticeLog>.fromOpaque(log).takeUnretainedValue().write(String(cString: message))
            }, Unmanaged.passUnretained(notices).toOpaque())
        isPooled = try servingProcess() != Int64(PQbackendPID(connection))
    }

    /// The server's process that answers. A pooler can't give its clients that number when they connect, and makes one up.
    private func servingProcess() throws(StatementFailure) -> Int64 {
        let result = try checked(PQexec(connection, "SELECT pg_backend_pid() AS pid"))
        do throws(SQLError) {
            return try result.rows().first?.integer("pid") ?? 0
        } catch {
            throw .refused(error)
        }
    }

    private static func connect(_ settings: ConnectionSettings) throws(StatementFailure) -> OpaquePointer {
        let options = settings.keywordsAndValues
        let opened = withCStrings(options.map(\.keyword)) { keywords in
            withCStrings(options.map(\.value)) { values in
                PQconnectdbParams(keywords, values, 1)
            }
        }
        guard let opened else { throw .lost(.unavailable("out of memory")) }
        guard PQstatus(opened) == CONNECTION_OK else {
            let text = settings.redacted(String(cString: PQerrorMessage(opened)))
            PQfinish(opened)
            throw .lost(.unavailable(text.trimmed))
        }
        return opened
    }

    deinit {
        PQfinish(connection)
    }

    var isLost: Bool { PQstatus(connection) != CONNECTION_OK }
    var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Runs statements of ours that return nothing.
    func command(_ sql: String) throws(StatementFailure) {
        _ = try checked(PQexec(connection, sql))
    }

    /// - Throws: ``StatementFailure/refused(_:)`` even if the connection breaks: nobody knows then whether the commit happened.
    func commit() throws(StatementFailure) {
        do {
            try command("COMMIT")
        } catch {
            guard case .lost(let reason) = error else { throw error }
            throw .refused(
                .unavailable("the connection broke during a commit, which may or may not have happened: \(reason.text)"))
        }
    }

    /// - Returns: the rows. Integers of any width, booleans (as 0 and 1) and whole `numeric`s (what `sum` makes of
    ///   `bigint`) become integers, everything else text.
    func query(_ sql: String, _ parameters: [SQLValue]) throws(StatementFailure) -> [Row] {
        let result = try run(sql, parameters)
        do throws(SQLError) {
            return try result.rows()
        } catch {
            throw .refused(error)
        }
    }

    /// - Returns: the number of rows changed.
    func execute(_ sql: String, _ parameters: [SQLValue]) throws(StatementFailure) -> Int {
        try run(sql, parameters).changes
    }

    /// What was notified of, waiting for it at most so long.
    func notifications(within patience: Duration) throws(StatementFailure) -> [String] {
        // Some may have come along with the answer to a command.
        let payloads = takeNotifications()
        if !payloads.isEmpty { return payloads }
        var waiting = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
        _ = poll(&waiting, 1, Int32(patience / .milliseconds(1)))
        guard PQconsumeInput(connection) == 1 else {
            throw .lost(.unavailable(String(cString: PQerrorMessage(connection)).trimmed))
        }
        return takeNotifications()
    }

    private func takeNotifications() -> [String] {
        var payloads: [String] = []
        while let notification = PQnotifies(connection) {
            payloads.append(String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
        return payloads
    }

    private func run(_ sql: String, _ parameters: [SQLValue]) throws(StatementFailure) -> StatementResult {
        do throws(SQLError) {
            try parameters.checkSendable()
        } catch {
            throw .refused(error)
        }
        // Statements without parameters are rare (the schema, resyncs) and not worth keeping.
        let name = isPooled || parameters.isEmpty ? nil : try prepare(sql)
        return try checked(
            withCStrings(parameters.map(\.literal)) { values in
                let count = Int32(parameters.count)
                guard let name else {
                    let text = parameters.isEmpty ? sql : sql.withPostgresPlaceholders
                    return PQexecParams(connection, text, count, nil, values, nil, nil, 0)
                }
                return PQexecPrepared(connection, name, count, values, nil, nil, 0)
            })
    }

    private func prepare(_ sql: String) throws(StatementFailure) -> String {
        if let name = prepared[sql] { return name }
        if prepared.count == Self.preparedLimit {
            prepared = [:]
            try command("DEALLOCATE ALL")
        }
        let name = "s\(prepared.count)"
        _ = try checked(PQprepare(connection, name, sql.withPostgresPlaceholders, 0, nil))
        prepared[sql] = name
        return name
    }

    private func checked(_ pointer: OpaquePointer?) throws(StatementFailure) -> StatementResult {
        guard let pointer else { throw .lost(.unavailable(String(cString: PQerrorMessage(connection)).trimmed)) }
        let result = StatementResult(pointer)
        if let failure = result.failure(connectionIsLost: isLost) { throw failure }
        return result
    }
}

/// Where the server's notices go.
private final class NoticeLog {
    private let logger: Logger

    init(_ logger: Logger) {
        self.logger = logger
    }

    func write(_ message: String) {
        logger.debug("postgres says", metadata: ["notice": "\(message.trimmed)"])
    }
}
