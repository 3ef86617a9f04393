import Core
package import Hummingbird
package import Logging
package import NIOCore
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An HTTP server that runs until it is told to stop, and then finishes what it has begun.
package struct HTTPService: Service {
    private let application: Application<MethodResponder<RouterResponder<AppRequestContext>>>
    private let name: String
    private let host: String
    private let port: Int

    /// - Parameters:
    ///   - name: of the service, such as `web`.
    ///   - router: with all its routes; what they don't serve is answered with 404, and with 405 where only the method is wrong.
    ///   - port: 0 takes a free one.
    ///   - patience: for a client to send a head, a body, or the next request on the same connection, to go on reading an
    ///     answer, and for all that goes on when the server is told to stop.
    ///   - connections: how many it takes.
    ///   - onListening: is told the port as soon as connections are accepted.
    package init(
        name: String, router: Router<AppRequestContext>, host: String, port: Int, patience: TimeAmount = .seconds(30),
        connections: ConnectionBounds = ConnectionBounds(), logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.name = name
        self.host = host
        self.port = port
        let routes = router.routes.map { (path: $0.path.description, method: $0.method) }
        router.refuseOtherMethods()
        var logger = logger
        logger[metadataKey: "service"] = "\(name)"
        application = Application(
            responder: MethodResponder(router.buildResponder(), routes: routes),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        ConnectionBoundHandler(bounds: connections), ConnectionDeadlines(patience: patience),
                    ], idleTimeout: patience)),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "openclaw-cloud"),
            onServerRunning: { channel in
                await onListening(channel.localAddress?.port ?? port)
            },
            logger: logger)
    }

    /// - Throws: `DomainError` with the code `port_taken` or `cannot_listen`.
    package func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw Self.explanation(of: error, name: name, host: host, port: port)
        }
    }

    private static func explanation(of error: IOError, name: String, host: String, port: Int) -> DomainError {
        if error.errnoCode == EADDRINUSE {
            return DomainError(
                .unavailable, code: "port_taken",
                "The \(name) service can't listen on \(host):\(port): another program does already. Stop that one, or choose another port."
            )
        }
        return DomainError(
            .unavailable, code: "cannot_listen", "The \(name) service can't listen on \(host):\(port): \(error).")
    }
}
