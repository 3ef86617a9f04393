import AsyncHTTPClient
import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// An agent's gateway on this machine: its probes (https://docs.openclaw.ai/gateway/health), and what its operator may ask of it
/// (https://docs.openclaw.ai/plugins/admin-http-rpc).
struct Gateway {
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

    // MARK: Probes

    func readiness() async -> Readiness {
        guard await probe("startupz")?.status == .ok else { return .starting }
        return await isSuppressed() ? .channelSuppressed : .ready
    }

    /// Whether Telegram is kept off. The status says nothing of it.
    func isSuppressed() async -> Bool {
        await probe("readyz")?.body.suppressed?.contains("telegram") ?? false
    }

    /// Whether it lives.
    func isHealthy() async -> Bool {
        await probe("healthz")?.status == .ok
    }

    // MARK: What its operator may ask

    /// Switches Telegram on again.
    func startChannel() async -> Bool {
        let answer: Started? = await call("channels.start", #"{"channel":"telegram"}"#)
        return answer?.started ?? false
    }

    /// - Returns: `nil` if it doesn't say.
    func traffic() async -> Traffic? {
        let answer: ChannelStatus? = await call("channels.status", "{}")
        guard let account = answer?.channelAccounts["telegram"]?.first else { return nil }
        return Traffic(
            inbound: account.lastInboundAt.map { Timestamp(milliseconds: $0) },
            outbound: account.lastOutboundAt.map { Timestamp(milliseconds: $0) })
    }

    /// When a message came or went last, since the gateway's start.
    struct Traffic: Equatable {
        let inbound: Timestamp?
        let outbound: Timestamp?

        var latest: Timestamp? { [inbound, outbound].compactMap(\.self).max() }
    }

    enum Suspension: String, Decodable {
        /// Nothing is under way, and nothing new begins.
        case ready
        /// Nothing new begins; what is under way goes on.
        case draining
        /// Something is under way, and all is as before.
        case busy
    }

    /// Closes it to new work for two minutes (https://docs.openclaw.ai/gateway/external-apps, cooperative host suspension). What it
    /// has fetched from Telegram by then it keeps for its next start.
    /// - Parameters:
    ///   - id: of the attempt, which may ask again.
    ///   - drains: whether it is closed, too, if something is under way.
    /// - Returns: `nil` if it doesn't say.
    func suspend(_ id: String, drains: Bool) async -> Suspension? {
        let answer: SuspensionAnswer? = await call("gateway.suspend.prepare", #"{"requestId":"\#(id)","drain":\#(drains)}"#)
        return answer?.status
    }

    // MARK: HTTP

    /// Never shut down: it lives as long as the program. Each agent that sleeps keeps one connection to Telegram.
    static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        // A refused connection is an answer.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 10_000
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// - Returns: `nil` if there is no answer, or none of a probe: unknown paths lead to the user interface.
    private func probe(_ path: String) async -> (status: HTTPResponseStatus, body: Probe)? {
        await answer(to: HTTPClientRequest(url: "http://127.0.0.1:\(port)/\(path)"))
    }

    /// - Parameter parameters: JSON.
    /// - Returns: `nil` if it is refused, or there is no answer.
    private func call<Payload: Decodable>(_ method: String, _ parameters: String) async -> Payload? {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/api/v1/admin/rpc")
        request.method = .POST
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"method":"\#(method)","params":\#(parameters)}"#))
        let answer: (status: HTTPResponseStatus, body: Reply<Payload>)? = await answer(to: request)
        return answer?.body.payload
    }

    private func answer<Body: Decodable>(to request: HTTPClientRequest) async -> (status: HTTPResponseStatus, body: Body)? {
        do {
            let response = try await Self.client.execute(request, timeout: .milliseconds(patience.milliseconds))
            let body = try await response.body.collect(upTo: 1 << 20)
            return (response.status, try JSONDecoder().decode(Body.self, from: Data(body.readableBytesView)))
        } catch {
            return nil
        }
    }

    private struct Probe: Decodable {
        /// Channels that are kept off.
        let suppressed: [String]?
    }

    private struct Reply<Payload: Decodable>: Decodable {
        let payload: Payload?
    }

    private struct Started: Decodable {
        let started: Bool
    }

    private struct SuspensionAnswer: Decodable {
        let status: Suspension
    }

    private struct ChannelStatus: Decodable {
        let channelAccounts: [String: [Account]]

        struct Account: Decodable {
            let lastInboundAt: Int64?
            let lastOutboundAt: Int64?
        }
    }
}
