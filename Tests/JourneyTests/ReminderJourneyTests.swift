import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import TestSupport
import Testing

@testable import CloudApp

/// What an agent sets with the platform's tools comes into its owner's chat, though the agent is down by then.
struct ReminderJourneyTests {
    @Test func aReminderArrivesInTheChatWhileTheAgentIsDown() async throws {
        let server = ServerProcess()
        defer { server.tearDown() }
        try await server.start()
        let journey = Journey(site: server.site, sandbox: server.sandbox)
        let bot = try await journey.walk().bot
        let agent = try #require(Self.agent(of: server), "the agent's process and its token")

        let zone = try await call("time_zone_set", ["zone": "Asia/Tokyo"], token: agent.token, server)
        #expect(zone.contains("The time zone is Asia/Tokyo"), "\(zone)")
        let tokyo = try #require(TimeZone.named("Asia/Tokyo"))
        let when = LocalTime(WallClock.system.now + .seconds(65), in: tokyo)
        let set = try await call(
            "reminders_set", ["text": "Pay the rent", "when": "\(when)"], token: agent.token, server)
        #expect(set.contains("Reminder 1 is set for"), "\(set)")
        let page = try await journey.browser.get(server.site + "/dashboard").body
        #expect(page.contains("Pay the rent") && page.contains("Asia/Tokyo"))

        kill(agent.process, SIGSTOP)
        defer { kill(agent.process, SIGCONT) }
        let messages = "\(server.sandbox)/phone/chats/\(bot)/messages?after=0"
        try await eventually("the reminder arrives", within: .seconds(80)) {
            try await journey.browser.get(messages).body.contains("⏰ Pay the rent")
        }
        let lateness = WallClock.system.now - when.moment(in: tokyo)
        #expect(lateness >= .zero && lateness < .seconds(5), "\(lateness)")
        try await eventually("the dashboard has forgotten it") {
            try await !journey.browser.get(server.site + "/dashboard").body.contains("Pay the rent")
        }
    }

    /// The agent's process, and its own token, which nobody else has.
    private static func agent(of server: ServerProcess) -> (process: Int32, token: String)? {
        let folder = server.dataDirectory.lastPathComponent
        for process in (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap(Int32.init) ?? [] {
            guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { continue }
            let variables = String(decoding: data, as: UTF8.self).split(separator: "\0")
            guard variables.contains(where: { $0.hasPrefix("HOME=") && $0.contains(folder) }),
                let token = variables.first(where: { $0.hasPrefix("OPENCLAW_PROXY_TOKEN=") })
            else { continue }
            return (process, String(token.dropFirst("OPENCLAW_PROXY_TOKEN=".count)))
        }
        return nil
    }

    private func call(
        _ tool: String, _ arguments: [String: String], token: String, _ server: ServerProcess
    ) async throws -> String {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(server.ports.agentTools)/mcp")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        let message: [String: Any] = [
            "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": ["name": tool, "arguments": arguments],
        ]
        request.body = .bytes(try JSONSerialization.data(withJSONObject: message))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        return String(buffer: try await response.body.collect(upTo: 1 << 20))
    }
}
