import AsyncHTTPClient
package import Core
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// The proxy between the agents and the upstream: holds the only key, counts every token, and keeps every limit.
package struct TokenProxy: Service {
    private let configuration: TokenProxyConfiguration
    private let storage: any ProxyStorage
    private let clock: WallClock
    private let ids: IdentifierSource
    private let holder: String
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) -> Void

    /// - Parameters:
    ///   - holder: names this process in its reservations; another name after each start.
    ///   - onListening: told the port once connections are accepted.
    package init(
        configuration: TokenProxyConfiguration, storage: any ProxyStorage, clock: WallClock, ids: IdentifierSource,
        holder: String, logger: Logger, onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.storage = storage
        self.clock = clock
        self.ids = ids
        self.holder = holder
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until a graceful shutdown, which lets calls under way end until the deadline, or until it is cancelled.
    /// - Throws: `IOError` if the port is taken.
    package func run() async throws {
        let client = Upstream.client(configuration.timeouts)
        let settlements = Settlements(storage: storage, logger: logger)
        let connections = OpenConnections()
        let handler = requestHandler(upstream: Upstream(client: client, configuration: configuration), settlements)
        let server: any Channel
        do {
            server = try await bind(handler, connections)
        } catch {
            try await client.shutdown()
            throw error
        }
        logger.info("token proxy listening", metadata: ["address": "\(server.localAddress?.description ?? "")"])
        onListening(server.localAddress?.port ?? configuration.port)
        await withTaskGroup { group in
            group.addTask { await settlements.keepSettling() }
            let isGraceful = (try? await gracefulShutdown()) != nil
            try? await server.close()
            let patience = isGraceful ? configuration.timeouts.drain : .zero
            await connections.drain(until: .now() + TimeAmount(patience), on: server.eventLoop)
            group.cancelAll()
        }
        await settlements.settleOverdue()
        try await client.shutdown()
        logger.info("token proxy stopped")
    }

    private func requestHandler(upstream: Upstream, _ settlements: Settlements) -> RequestHandler {
        let metrics = ProxyMetrics()
        let credentials = Credentials(storage: storage, lifetime: configuration.timeouts.credential)
        let calls = CallHandler(
            configuration: configuration, storage: storage, credentials: credentials, admission: Admission(),
            settlements: settlements,
            forwarder: CallForwarder(upstream: upstream, settlements: settlements, metrics: metrics, logger: logger),
            metrics: metrics, clock: clock, holder: holder)
        return RequestHandler(
            configuration: configuration, calls: calls, credentials: credentials, storage: storage,
            settlements: settlements, metrics: metrics, ids: ids, logger: logger)
    }

    private func bind(_ handler: RequestHandler, _ connections: OpenConnections) async throws -> any Channel {
        let timeouts = configuration.timeouts
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    var limits = NIOHTTPDecoderLimitConfiguration()
                    limits.maxHeaderFieldSize = 16 << 10
                    limits.maxHeaderListSize = 64 << 10
                    limits.maxHeaderFieldCount = 100
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(
                        withErrorHandling: false, withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
                    let ended = channel.eventLoop.makePromise(of: Void.self)
                    connections.add(channel, ended: ended.futureResult)
                    try pipeline.addHandler(
                        ConnectionHandler(timeouts: timeouts, ended: ended) { await handler.respond(to: $0) })
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
    }
}
