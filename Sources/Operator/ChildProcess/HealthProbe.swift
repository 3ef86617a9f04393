import AsyncHTTPClient
import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Asks a gateway on this machine how it is (https://docs.openclaw.ai/gateway/health).
struct HealthProbe {
    let port: Int
    /// The gateway's own token, which lets one change what runs in it.
    let token: String
    /// How long an answer may take.
    let patience: Duration

    enum Readiness: Equatable {
        case starting
        case ready
        /// It runs, and keeps Telegram off: three unclean ends within five minutes do that
        /// (https://docs.openclaw.ai/gateway/restart-recovery).
        case channelSuppressed
    }

    /// Never shut down: it lives as long as the program, and keeps no connection that matters.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // A refused connection is an answer.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func readiness() async -> Readiness {
        guard await ask("startupz")?.status == .ok else { return .starting }
        return await isSuppressed() ? .channelSuppressed : .ready
    }

    /// Whether Telegram is kept off. The status says nothing of it.
    func isSuppressed() async -> Bool {
        await ask("readyz")?.body.suppressed?.contains("telegram") ?? false
    }

    /// Whether it lives.
    func isHealthy() async -> Bool {
        await ask("healthz")?.status == .ok
    }

    /// Switches Telegram on again.
    func startChannel() async {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/admin/rpc")
        request.method = .POST
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"method":"channels.start","params":{"channel":"telegram"}}"#))
        // Whether it helped shows with the next look.
        _ = try? await Self.client.execute(request, timeout: .milliseconds(patience.milliseconds))
    }

    /// - Returns: `nil` if there is no answer, or none of a probe: unknown paths lead to the user interface.
    private func ask(_ path: String) async -> (status: HTTPResponseStatus, body: Body)? {
        do {
            let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)")
            let response = try await Self.client.execute(request, timeout: .milliseconds(patience.milliseconds))
            let body = try await response.body.collect(upTo: 1 << 20)
            return (response.status, try JSONDecoder().decode(Body.self, from: Data(body.readableBytesView)))
        } catch {
            return nil
        }
    }

    private struct Body: Decodable {
        /// Channels that are kept off.
        let suppressed: [String]?
    }
}
