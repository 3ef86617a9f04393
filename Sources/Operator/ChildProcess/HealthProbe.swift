import AsyncHTTPClient
import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Asks a gateway on this machine how it is (https://docs.openclaw.ai/gateway/health).
struct HealthProbe {
    let port: Int
    /// How long an answer may take.
    let patience: Duration

    /// Never shut down: it lives as long as the program, and keeps no connection that matters.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // A refused connection is an answer.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Whether it has started. Images before 2026.8.1 know no `/startupz` and show their user interface there.
    func isReady() async -> Bool {
        switch await ask("startupz") {
        case .well: true
        case .unwell: false
        case .somethingElse: await ask("healthz") == .well
        }
    }

    /// Whether it lives.
    func isHealthy() async -> Bool {
        await ask("healthz") == .well
    }

    private enum Answer {
        case well, unwell
        /// Not a probe's answer: unknown paths lead to the user interface.
        case somethingElse
    }

    private func ask(_ path: String) async -> Answer {
        do {
            let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)")
            let response = try await Self.client.execute(request, timeout: .milliseconds(patience.milliseconds))
            let body = try await response.body.collect(upTo: 1 << 20)
            guard response.status != .notFound else { return .somethingElse }
            guard response.status == .ok else { return .unwell }
            let isJSON = (try? JSONDecoder().decode(AnyJSON.self, from: Data(body.readableBytesView))) != nil
            return isJSON ? .well : .somethingElse
        } catch {
            return .unwell
        }
    }

    /// Decodes from any well-formed JSON.
    private struct AnyJSON: Decodable {}
}
