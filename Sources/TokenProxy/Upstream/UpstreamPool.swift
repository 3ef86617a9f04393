import NIOCore
import NIOPosix
import NIOSSL

/// The connections of one event loop to the upstreams. A call's upstream connection is always on the loop of its client, so
/// that no byte changes threads.
final class UpstreamPool {
    let eventLoop: any EventLoop
    private let connectTimeout: TimeAmount
    private var idle: [ObjectIdentifier: [UpstreamConnection]] = [:]
    /// Shorter than servers usually wait, so that they rarely close a connection that is just being used.
    private static let idleTime = TimeAmount.seconds(30)
    private static let mostIdle = 1024
    private var draining: [ObjectIdentifier: UpstreamConnection] = [:]
    private static let drainTime = TimeAmount.seconds(5)

    init(eventLoop: any EventLoop, connectTimeout: Duration) {
        self.eventLoop = eventLoop
        self.connectTimeout = TimeAmount(connectTimeout)
    }

    /// - Returns: a connection that nobody uses, the one that was used last.
    func take(_ endpoint: UpstreamTarget.Endpoint) -> UpstreamConnection? {
        while let connection = idle[ObjectIdentifier(endpoint)]?.popLast() {
            if connection.isUsable { return connection }
        }
        return nil
    }

    func connect(_ endpoint: UpstreamTarget.Endpoint) -> EventLoopFuture<UpstreamConnection> {
        let connection = NIOLoopBound(UpstreamConnection(pool: self, endpoint: endpoint), eventLoop: eventLoop)
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { [tls = endpoint.tls, host = endpoint.host] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        // An address has no name to verify (RFC 6066, 3).
                        let name = (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
                        try channel.pipeline.syncOperations.addHandler(SocketWatch(connection.value))
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    try channel.pipeline.syncOperations.addHandler(connection.value)
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
            .map { _ in connection.value }
    }

    func put(_ connection: UpstreamConnection) {
        if idle[connection.poolKey, default: []].count >= Self.mostIdle {
            connection.close()
        } else {
            idle[connection.poolKey, default: []].append(connection)
        }
    }

    func remove(_ connection: UpstreamConnection) {
        guard let index = idle[connection.poolKey]?.lastIndex(where: { $0 === connection }) else { return }
        idle[connection.poolKey]?.remove(at: index)
    }

    /// The connection's call is over and its answer isn't: servers exist that take long to end what is complete.
    func drain(_ connection: UpstreamConnection) {
        draining[ObjectIdentifier(connection)] = connection
    }

    /// Closes what wasn't used for a while.
    func closeIdle(now: NIODeadline) {
        for (id, connection) in draining {
            // It may have ended meanwhile, and serve another call.
            guard let since = connection.drainsSince else {
                draining[id] = nil
                continue
            }
            guard now - since > Self.drainTime else { continue }
            draining[id] = nil
            connection.close()
        }
        for (key, connections) in idle {
            // The oldest stand first.
            let old = connections.prefix { now - $0.idleSince > Self.idleTime }
            idle[key]?.removeFirst(old.count)
            for connection in old { connection.close() }
        }
    }

    func closeAll() {
        let all = idle.values.flatMap { $0 } + draining.values
        idle = [:]
        draining = [:]
        for connection in all { connection.close() }
    }
}
