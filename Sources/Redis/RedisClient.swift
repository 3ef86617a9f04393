package import Logging
import NIOCore
import NIOPosix
package import NIOSSL
import Synchronization

/// A Redis server, over one connection that carries commands and subscriptions (RESP3). It is connected to again whenever it is
/// lost; until then every command fails at once, so that whoever asks can do without.
package final class RedisClient: Sendable {
    package enum Event: Sendable, Hashable {
        case connected, disconnected
        case message(channel: String, String)
    }

    private let address: RedisAddress
    private let tls: NIOSSLContext
    private let channels: [String]
    private let patience: TimeAmount
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var connection: (any Channel)?
        var listeners: [UInt64: AsyncStream<Event>.Continuation] = [:]
        var next: UInt64 = 0
    }

    /// From one sign of life to the next.
    private static let heartbeat = Duration.seconds(3)

    /// - Parameters:
    ///   - url: `redis://user:password@host:6379/0`, or `rediss://` over TLS.
    ///   - channels: are subscribed to.
    ///   - trustRoots: who may vouch for the server.
    ///   - patience: how long the server may take to accept the connection, and for each answer.
    /// - Throws: ``RedisError/invalidURL(_:)``.
    package init(
        url: String, channels: [String] = [], trustRoots: NIOSSLTrustRoots = .default,
        patience: Duration = .milliseconds(500), logger: Logger
    ) throws(RedisError) {
        address = try RedisAddress(url: url)
        self.channels = channels
        self.patience = TimeAmount(patience)
        self.logger = logger
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = trustRoots
        do {
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .invalidURL("TLS can't be set up: \(error)")
        }
    }

    package var isConnected: Bool { state.withLock { $0.connection != nil } }

    /// What happens from now on; begins with ``Event/connected`` if it is.
    package func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(10_000))
        let id = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            if state.connection != nil { continuation.yield(.connected) }
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[id] = nil } }
        return stream
    }

    /// - Throws: ``RedisError``.
    @discardableResult
    package func send(_ command: [String]) async throws -> RedisValue {
        guard let connection = state.withLock({ $0.connection }) else { throw RedisError.unavailable("not connected") }
        return try await send(command, over: connection)
    }

    private func send(_ command: [String], over connection: any Channel) async throws -> RedisValue {
        let answer = connection.eventLoop.makePromise(of: RedisValue.self)
        let deadline = connection.eventLoop.scheduleTask(in: patience) {
            answer.fail(RedisError.unavailable("no answer in time"))
            // The answers that follow would be taken for others'.
            connection.close(promise: nil)
        }
        connection.writeAndFlush(RedisRequest(command: command, answer: answer), promise: nil)
        defer { deadline.cancel() }
        let value = try await answer.futureResult.get()
        if case .error(let text) = value { throw RedisError.refused(text) }
        return value
    }

    /// Stays connected until the task is cancelled.
    package func run() async {
        var pause = Duration.milliseconds(50)
        var hasComplained = false
        while !Task.isCancelled {
            do {
                let connection = try await connect()
                defer { connection.close(promise: nil) }
                try await greet(connection)
                (pause, hasComplained) = (.milliseconds(50), false)
                enter(connection)
                defer { leave() }
                try await keepAlive(connection)
            } catch is CancellationError {
                return
            } catch {
                if Task.isCancelled { return }
                let level: Logger.Level = hasComplained ? .debug : .warning
                logger.log(level: level, "Redis can't be reached for now", metadata: ["error": "\(error)"])
                hasComplained = true
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause = min(pause * 2, .seconds(2))
        }
    }

    /// Ends with the connection, or when no sign of life comes.
    private func keepAlive(_ connection: any Channel) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ends, end) = AsyncStream.makeStream(of: Void.self)
            connection.closeFuture.whenComplete { _ in end.finish() }
            group.addTask { for await _ in ends {} }
            group.addTask {
                while true {
                    try await self.send(["PING"], over: connection)
                    try await Task.sleep(for: Self.heartbeat)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
        throw RedisError.unavailable("the connection was closed")
    }

    private func connect() async throws -> any Channel {
        let (address, tls) = (address, tls)
        let hear: @Sendable ([RedisValue]) -> Void = { [weak self] in self?.hear($0) }
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(patience)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if address.isEncrypted {
                        // Server name indication takes names only.
                        let isName = (try? SocketAddress(ipAddress: address.host, port: address.port)) == nil
                        try channel.pipeline.syncOperations.addHandler(
                            try NIOSSLClientHandler(context: tls, serverHostname: isName ? address.host : nil))
                    }
                    try channel.pipeline.syncOperations.addHandler(RedisHandler(onPush: hear))
                }
            }
            .connect(host: address.host, port: address.port).get()
    }

    private func greet(_ connection: any Channel) async throws {
        for command in address.greeting { try await send(command, over: connection) }
        if channels.isEmpty { return }
        // Answered by a push for each channel, and executed before what follows.
        connection.writeAndFlush(RedisRequest(command: ["SUBSCRIBE"] + channels, answer: nil), promise: nil)
        try await send(["PING"], over: connection)
    }

    private func hear(_ push: [RedisValue]) {
        guard push.first?.text == "message", push.count == 3, let channel = push[1].text, let text = push[2].text else {
            return
        }
        tell(.message(channel: channel, text))
    }

    private func enter(_ connection: any Channel) {
        state.withLock { $0.connection = connection }
        tell(.connected)
    }

    private func leave() {
        state.withLock { $0.connection = nil }
        tell(.disconnected)
    }

    private func tell(_ event: Event) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
    }
}
