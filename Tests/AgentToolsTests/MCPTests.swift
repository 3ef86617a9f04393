import Core
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import NIOCore
import Store
import TestSupport
import Testing

@testable import AgentTools

struct MCPTests {
    @Test(arguments: [
        ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2025-11-25"), ("2030-01-01", "2025-11-25"),
    ])
    func agreesOnAVersion(_ asked: String, _ spoken: String) async throws {
        try await ToolLab.run { lab in
            let answer = try await lab.ask(
                "initialize", ["protocolVersion": .string(asked), "capabilities": [:], "clientInfo": ["name": "x"]],
                of: try await lab.agent())
            let result = try #require(answer["result"])
            #expect(result["protocolVersion"] == .string(spoken) && result["capabilities"] == ["tools": [:]])
            #expect(result["serverInfo"]?["name"] == "openclaw-cloud")
        }
    }

    @Test func answersPingsAndTakesNotifications() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            #expect(try await lab.ask("ping", of: agent)["result"] == [:])
            for message in [
                #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
                #"{"jsonrpc":"2.0","method":"notifications/of-tomorrow","params":{}}"#,
                #"{"jsonrpc":"2.0","id":7,"result":{}}"#,
            ] {
                let answer = try await lab.post(message, token: agent.token)
                #expect(answer.status == .accepted && answer.body.readableBytes == 0, "\(message)")
            }
        }
    }

    @Test(arguments: [
        ("{", -32700), ("", -32700), (#"{"jsonrpc":"2.0","id":1"#, -32700),
        (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600), ("[]", -32600), ("7", -32600), ("null", -32600),
        (#"{"id":1,"method":"ping"}"#, -32600), (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
        (#"{"jsonrpc":"2.0","id":1}"#, -32600), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
    ])
    func saysWhatIsMalformed(_ body: String, _ code: Int64) async throws {
        try await ToolLab.run { lab in
            let answer = try await lab.post(body, token: try await lab.agent().token)
            #expect(answer.status == .badRequest)
            let value = try JSONDecoder().decode(JSONValue.self, from: Data(answer.body.readableBytesView))
            #expect(value["error"]?["code"] == .integer(code) && value["id"] == .null)
        }
    }

    @Test func knowsNoOtherMethodsAndTools() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            for method in ["resources/list", "tools", "Initialize", ""] {
                #expect(try await lab.ask(method, of: agent)["error"]?["code"] == -32601, "\(method)")
            }
            for parameters: JSONValue in [["name": "rm_rf"], [:], ["name": 7], []] {
                #expect(try await lab.ask("tools/call", parameters, of: agent)["error"]?["code"] == -32602)
            }
        }
    }

    @Test func isForAgentsAlone() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
            for token in [nil, "", "ocp_wrong", String(repeating: "a", count: 4000), agent.token + "x"] {
                let answer = try await lab.post(ping, token: token)
                #expect(answer.status == .unauthorized && answer.headers[.wwwAuthenticate] == "Bearer")
                #expect(answer.headers[.contentType] == Problem.contentType)
            }
            #expect(try await lab.post(ping, token: agent.token).status == .ok)
            #expect(try await lab.post(ping, token: agent.token, [.origin: "https://evil.example"]).status == .forbidden)
            #expect(try await lab.post(ping, token: agent.token, [.origin: "null"]).status == .forbidden)
            let box = agent.box
            try await lab.platform.want(box) { $0.desired = .suspended }
            #expect(try await lab.post(ping, token: agent.token).status == .unauthorized, "a paused box has no tools")
        }
    }

    @Test func keepsToTheTransport() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            let ping = #"{"jsonrpc":"2.0","id":"a","method":"ping"}"#
            for method: HTTPRequest.Method in [.get, .delete, .put] {
                let answer = try await lab.client.executeRequest(uri: "/mcp", method: method, headers: [:], body: nil)
                #expect(answer.status == .methodNotAllowed && answer.headers[.allow] == "POST")
            }
            let version = HTTPField.Name.mcpProtocolVersion
            #expect(try await lab.post(ping, token: agent.token, [version: "2025-06-18"]).status == .ok)
            #expect(try await lab.post(ping, token: agent.token, [version: "1999-01-01"]).status == .badRequest)
            #expect(
                try await lab.post(ping, token: agent.token, [.contentType: "text/plain"]).status == .unsupportedMediaType)
            let long = ping + String(repeating: " ", count: 64 * 1024)
            #expect(try await lab.post(long, token: agent.token).status == .contentTooLarge)
            let deep = String(repeating: "[", count: 60_000)
            #expect(try await lab.post(deep, token: agent.token).status == .badRequest)
        }
    }

    @Test func anAgentThatAsksTooOftenIsToldToWaitAndKeepsNoOther() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            for _ in 0..<60 { _ = try await lab.call("usage_left", by: agent) }
            let answer = try await lab.call("usage_left", by: agent)
            #expect(answer == "ERROR: Too many calls. Wait 1 s before the next one.")
            let ping = try await lab.post(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, token: agent.token)
            #expect(ping.status == .tooManyRequests && ping.headers[.retryAfter] == "1")
            let other = try await lab.agent(botID: 7_000_000_900)
            #expect(try await lab.call("usage_left", by: other).hasPrefix("1000000 of"))
            lab.platform.clock.advance(by: .seconds(1))
            #expect(try await lab.call("usage_left", by: agent).hasPrefix("1000000 of"))
        }
    }

    @Test func theToolsAreDescribedBrieflyAndExactly() async throws {
        try await ToolLab.run { lab in
            let answer = try await lab.ask("tools/list", of: try await lab.agent())
            guard case .array(let tools) = answer["result"]?["tools"] else { throw NoTools() }
            #expect(
                tools.compactMap { $0["name"]?.string } == [
                    "reminders_set", "reminders_list", "reminders_cancel", "usage_left", "time_zone_set",
                ])
            for tool in tools {
                #expect(tool["inputSchema"]?["type"] == "object" && tool["inputSchema"]?["additionalProperties"] == false)
            }
            // Each of the agent's calls carries them: about four characters a token.
            let size = JSONValue.array(tools).text().count
            #expect(size <= 4 * 500, "\(size) bytes")
        }
    }
}

private struct NoTools: Error {}
