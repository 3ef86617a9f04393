import AsyncHTTPClient
import Core
import ModelAPI
import NIOCore
import NIOHTTP1

/// Sends calls on with the platform's key.
struct Upstream: Sendable {
    let client: HTTPClient
    let configuration: TokenProxyConfiguration

    /// The client's headers that go on; everything else stays here, above all its credential and hop-by-hop headers.
    private static let forwarded = ["accept", "anthropic-beta", "anthropic-version", "user-agent"]

    static func client(_ timeouts: TokenProxyConfiguration.Timeouts) -> HTTPClient {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(timeouts.connect), read: TimeAmount(timeouts.answerSilence)),
            decompression: .disabled)
        settings.httpVersion = .http1Only
        // Each stream holds a connection; how many there may be is decided by the limits of the plans.
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// - Returns: the answer's head, its body still to come.
    /// - Throws: whatever keeps the upstream from answering in time.
    func send(
        _ dialect: ModelDialect, body: ByteBuffer, clientHeaders: HTTPHeaders, requestID: String
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url(dialect))
        request.method = .POST
        for name in Self.forwarded {
            if let value = clientHeaders.first(name: name) { request.headers.add(name: name, value: value) }
        }
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "authorization", value: "Bearer \(configuration.upstreamKey.reveal())")
        if dialect == .anthropic { request.headers.add(name: "x-api-key", value: configuration.upstreamKey.reveal()) }
        request.headers.add(name: "x-request-id", value: requestID)
        request.body = .bytes(body)
        return try await client.execute(request, timeout: TimeAmount(configuration.timeouts.answerSilence))
    }

    private func url(_ dialect: ModelDialect) -> String {
        switch dialect {
        case .openAI: configuration.openAIBaseURL + "/chat/completions"
        case .anthropic: configuration.anthropicBaseURL + "/v1/messages"
        }
    }
}
