package import Core
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The proxy between the agents and the upstream: holds the only key, counts every token, and keeps every limit.
package struct TokenProxy: Service {
    private let configuration: TokenProxyConfiguration
    private let upstreams: UpstreamDirectory
    private let storage: any ProxyStorage
    private let clock: WallClock
    private let holder: String
    private let logger: Logger
    private let figures: ProxyFigures
    private let onListening: @Sendable (_ port: Int) -> Void

    /// - Parameters:
    ///   - holder: names this process in its leases; another name after each start.
    ///   - figures: where the host reads them.
    ///   - onListening: told the port once connections are accepted.
    package init(
        configuration: TokenProxyConfiguration, upstreams: UpstreamDirectory, storage: any ProxyStorage, clock: WallClock,
        holder: String, logger: Logger, figures: ProxyFigures = ProxyFigures(),
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.upstreams = upstreams
        self.storage = storage
        self.clock = clock
        self.holder = holder
        self.logger = logger
        self.figures = figures
        self.onListening = onListening
    }

    /// Serves until a graceful shutdown, which lets calls under way end until the deadline, or until it is cancelled.
    /// - Throws: `IOError` if the port is taken; ``DomainError`` with the code `journal_unavailable`.
    package func run() async throws {
        let recovery = JournalRecovery(root: configuration.journalFolder, storage: storage, clock: clock, logger: logger)
        await recovery.run()
        let services = ProxyServices(
            configuration: configuration, storage: storage, upstreams: upstreams, journal: try journal(), holder: holder,
            clock: clock, logger: logger)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        do {
            try await serve(services, on: group, recovery)
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
        logger.info("token proxy stopped")
    }

    private func journal() throws(DomainError) -> Journal {
        do {
            return try Journal(root: configuration.journalFolder, holder: holder, logger: logger)
        } catch {
            throw DomainError(
                .unavailable, code: "journal_unavailable",
                "The token proxy can't keep its journal: \(error). It needs a folder with some room on a disk.")
        }
    }

    private func serve(
        _ services: ProxyServices, on group: MultiThreadedEventLoopGroup, _ recovery: JournalRecovery
    ) async throws {
        let server = try await bind(services, on: group)
        figures.show(services)
        logger.info("token proxy listening", metadata: ["address": "\(server.localAddress?.description ?? "")"])
        onListening(server.localAddress?.port ?? configuration.port)
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await services.journal.maintain() }
            tasks.addTask { await services.bookkeeper.keepBooking() }
            tasks.addTask { await services.accounts.keep() }
            tasks.addTask { await services.callers.keepVerifying() }
            tasks.addTask { await services.keepSharing(holder: holder) }
            tasks.addTask {
                // Others that share the folder may die, too.
                while (try? await Task.sleep(for: .seconds(5))) != nil { await recovery.run() }
            }
            let isGraceful = (try? await gracefulShutdown()) != nil
            try? await server.close()
            let limit = isGraceful ? configuration.timeouts.drain : .zero
            await services.loops.drain(until: .now() + TimeAmount(limit))
            tasks.cancelAll()
        }
        await settle(services)
    }

    /// Leaves nothing open, if the storage lets it; otherwise the journal keeps it for the next start.
    private func settle(_ services: ProxyServices) async {
        // A task of its own: a shutdown may have cancelled this one.
        await Task {
            await services.accounts.close()
            guard await services.bookkeeper.book() else { return }
            do {
                try await storage.endLeases(holder: holder, isAllKnown: true)
                services.journal.remove()
            } catch {
                logger.error("the leases can't be ended", metadata: ["error": "\(error)"])
            }
        }.value
    }

    private func bind(_ services: ProxyServices, on group: MultiThreadedEventLoopGroup) async throws -> any Channel {
        var loops: [ObjectIdentifier: NIOLoopBound<ProxyLoop>] = [:]
        for eventLoop in group.makeIterator() {
            let loop = try await eventLoop.submit {
                let loop = ProxyLoop(services, eventLoop: eventLoop)
                loop.start()
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }.get()
            loops[ObjectIdentifier(eventLoop)] = loop
            services.loops.add(loop)
        }
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [loops] channel in
                channel.eventLoop.makeCompletedFuture {
                    // Connections only live on the group's loops.
                    let loop = loops[ObjectIdentifier(channel.eventLoop)]!.value
                    try channel.pipeline.syncOperations.addHandler(ClientConnection(loop))
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
    }
}
