import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// The way to a cluster's API server: one pool of connections, and credentials that are renewed in time.
final class ClusterConnection: Sendable {
    private let configuration: ClusterConfiguration
    private let credentials: CredentialStore
    private let httpClient: HTTPClient
    /// What all paths stand behind.
    private let base: String
    /// Certificates are parsed once.
    private let encryption = Mutex<(certificate: ClientCertificate?, tls: TLSConfiguration)?>(nil)

    /// How long nothing may come from the server; a watch gets a bookmark about every minute.
    private static let silenceLimit = TimeAmount.seconds(90)
    /// Watches hold one each, where the server has only HTTP/1.1.
    private static let connectionLimit = 256

    init(_ configuration: ClusterConfiguration) {
        self.configuration = configuration
        credentials = CredentialStore(configuration.credentials)
        var settings = HTTPClient.Configuration()
        settings.timeout = .init(connect: .seconds(5), read: Self.silenceLimit)
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionLimit
        settings.redirectConfiguration = .disallow
        if let name = configuration.serverName, let host = URL(string: configuration.server)?.host() {
            // The HTTP client checks certificates against the name in the URL, so that is the one the certificate bears.
            settings.dnsOverride = [name: host]
            base = configuration.server.replacing(host, with: name, maxReplacements: 1)
        } else {
            base = configuration.server
        }
        httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    func close() async {
        try? await httpClient.shutdown()
    }

    /// - Parameter path: with its query.
    /// - Throws: what the HTTP client throws; ``CredentialError``; ``ConfigurationError``.
    func execute(
        _ path: String, limit: TimeAmount, _ prepare: (inout HTTPClientRequest) -> Void
    ) async throws -> HTTPClientResponse {
        let credentials = try await credentials.current()
        var request = HTTPClientRequest(url: base + path)
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "openclaw-cloud")
        if let authorization = credentials.authorization {
            request.headers.add(name: "Authorization", value: authorization)
        }
        request.tlsConfiguration = try tls(for: credentials)
        prepare(&request)
        let response = try await httpClient.execute(request, deadline: .now() + limit)
        if response.status == .unauthorized { await self.credentials.invalidate(credentials) }
        return response
    }

    private func tls(for credentials: Credentials) throws(ConfigurationError) -> TLSConfiguration {
        try encryption.withLock { held throws(ConfigurationError) in
            if let held, held.certificate == credentials.clientCertificate { return held.tls }
            let tls = try configuration.tlsConfiguration(for: credentials)
            held = (credentials.clientCertificate, tls)
            return tls
        }
    }
}
