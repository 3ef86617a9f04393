import SQL
import Synchronization

/// Lends each connection to one transaction at a time. Who comes first is served first.
final class ConnectionPool: Sendable {
    private let connections: [Connection]
    private let state: Mutex<State>

    private struct State {
        var idle: [Connection]
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Connection, any Error>)] = []
        var nextWaiter: UInt64 = 0
        var isClosed = false
    }

    init(_ connections: [Connection]) {
        self.connections = connections
        state = Mutex(State(idle: connections))
    }

    /// - Throws: `CancellationError` if the task is cancelled before there is a connection; ``SQLError/unavailable(_:)``
    ///   if the pool is closed; what `body` throws.
    func withConnection<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        let connection = try await borrow()
        defer { giveBack(connection) }
        return try await body(connection)
    }

    /// Waits for transactions under way and closes all connections.
    func close() async {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isClosed = true
            return state.waiters
        }
        for waiter in waiters {
            waiter.continuation.resume(throwing: SQLError.closed)
        }
        for connection in connections {
            await connection.close()
        }
    }

    private func borrow() async throws -> Connection {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let now: Result<Connection, any Error>? = state.withLock { state in
                    if state.isClosed { return .failure(SQLError.closed) }
                    // The handler below takes the same lock after the task counts as cancelled: one of the two sees the other.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let connection = state.idle.popLast() { return .success(connection) }
                    state.waiters.append((id, continuation))
                    return nil
                }
                if let now { continuation.resume(with: now) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).continuation }
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    private func giveBack(_ connection: Connection) {
        let continuation = state.withLock { state -> CheckedContinuation<Connection, any Error>? in
            if state.waiters.isEmpty {
                state.idle.append(connection)
                return nil
            }
            return state.waiters.removeFirst().continuation
        }
        continuation?.resume(returning: connection)
    }
}

extension SQLError {
    static let closed = SQLError.unavailable("the database is closed")
}
