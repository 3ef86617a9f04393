import AsyncHTTPClient
package import Core
package import HTTPSupport
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends messages to addresses that customers have given, and nowhere else than there: to public addresses alone, looked up
/// and checked for each message, and connected to as they were checked. Redirects aren't followed, answers aren't read.
package struct WebhookSender: Sendable {
    /// - Returns: an IP address that the name leads to.
    /// - Throws: where there is none.
    package typealias Resolver = @Sendable (_ host: String, _ port: Int) async throws -> String

    private let blocked: [AddressRange]
    private let timeout: Duration
    private let resolve: Resolver

    /// - Parameters:
    ///   - blockedRanges: what is forbidden beside ``PrivateRange``, such as the cluster's own ranges.
    ///   - timeout: from the connection to the answer's status.
    package init(
        blockedRanges: [String] = [], timeout: Duration = .seconds(10), resolve: @escaping Resolver = Self.lookUp
    ) {
        // The last two lead to this machine and to many: no network rule needs them, but a connection from here does.
        blocked = (PrivateRange.v4 + PrivateRange.v6 + blockedRanges + ["::/128", "ff00::/8"]).compactMap {
            AddressRange($0)
        }
        self.timeout = timeout
        self.resolve = resolve
    }

    /// - Parameter body: JSON.
    package func send(
        _ body: String, to address: WebhookAddress, headers: [(name: String, value: String)]
    ) async -> WebhookDelivery.Result {
        guard let ip = try? await resolve(address.host, address.port) else { return .fault(.unknownName) }
        guard mayReach(ip, for: address) else { return .fault(.forbiddenAddress) }
        var settings = HTTPClient.Configuration()
        // The certificate is still held against the name.
        settings.dnsOverride = [address.host: ip]
        settings.redirectConfiguration = .disallow
        settings.httpVersion = .http1Only
        settings.connectionPool.retryConnectionEstablishment = false
        let limit = TimeAmount.milliseconds(timeout.milliseconds)
        settings.timeout = .init(connect: limit, read: limit)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        var request = HTTPClientRequest(url: address.url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "user-agent", value: "OpenClaw-Cloud-Webhooks")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(string: body))
        let result: WebhookDelivery.Result
        do {
            result = .answered(Int(try await client.execute(request, timeout: limit).status.code))
        } catch let error as HTTPClientError where Self.timeouts.contains(error) {
            result = .fault(.timeout)
        } catch {
            result = .fault(.unreachable)
        }
        try? await client.shutdown()
        return result
    }

    private static let timeouts: [HTTPClientError] = [
        .connectTimeout, .readTimeout, .deadlineExceeded, .tlsHandshakeTimeout,
    ]

    private func mayReach(_ ip: String, for address: WebhookAddress) -> Bool {
        guard let parsed = IPAddress(ip) else { return false }
        if address.isThisMachine { return Self.loopback.contains { $0.contains(parsed) } }
        return !blocked.contains { $0.contains(parsed) }
    }

    private static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }

    /// Asks the system's name service, which may take half a minute to say that there is no answer.
    package static let lookUp: Resolver = { host, port in
        try await lookUps.runIfActive {
            try SocketAddress.makeAddressResolvingHost(host, port: port).ipAddress ?? ""
        }
    }

    /// Threads of their own: a customer's slow name server takes none from the token proxy's journal.
    private static let lookUps: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 8)
        pool.start()
        return pool
    }()
}
