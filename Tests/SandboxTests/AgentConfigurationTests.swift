import AsyncHTTPClient
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import Sandbox

struct AgentConfigurationTests {
    private static let valid = AgentLab.configuration(root: "http://127.0.0.1:1", ownerID: 42)

    @Test func readsJSON5AndTheEnvironment() throws {
        let configuration = try read(
            Self.valid,
            ["OPENCLAW_PROXY_TOKEN": "a\"b", "TELEGRAM_BOT_TOKEN": "1:x", "WORKSPACE": "~/w", "HOME": "/home/node"])
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 18789)
        #expect(configuration.model.id == "k2p5")
        #expect(configuration.model.apiKey == "a\"b")
        #expect(configuration.telegram?.token == "1:x")
        #expect(configuration.telegram?.allowFrom == [42])
        #expect(configuration.workspace == "/home/node/w")
    }

    @Test func thePortOfTheEnvironmentGoesFirst() throws {
        #expect(try read(Self.valid, ["OPENCLAW_GATEWAY_PORT": "4000"]).port == 4000)
    }

    @Test(arguments: [
        ("mode: \"local\"", "mode: \"remote\"", "gateway.mode"),
        ("bind: \"loopback\"", "bind: \"0.0.0.0\"", "gateway.bind"),
        ("dmPolicy: \"allowlist\"", "dmPolicy: \"open\"", "dmPolicy"),
        ("[\"42\"]", "[]", "allowFrom"),
        ("[\"42\"]", "[\"@ana\"]", "allowFrom"),
        ("enabled: true", "enabled: false", "channels.telegram"),
        ("channels:", "canals:", "Unrecognized key: \"canals\""),
        ("platform/k2p5", "platform/k9", "k9"),
        ("platform/k2p5", "elsewhere/k2p5", "elsewhere"),
        ("openai-completions", "anthropic-messages", "api must be"),
        ("port: 18789", "port: \"high\"", "gateway.port"),
        ("{ //", "[ //", "can't be parsed"),
    ])
    func refusesToStartAndSaysWhy(_ text: String, _ replacement: String, _ complaint: String) throws {
        let broken = Self.valid.replacing(text, with: replacement)
        #expect(broken != Self.valid)
        let refusal = #expect(throws: AgentRefusal.self) { try read(broken) }
        #expect(refusal?.description.contains(complaint) == true, "\(refusal?.description ?? "")")
    }

    @Test func listsEveryFault() throws {
        let broken = Self.valid.replacing("\"local\"", with: "\"remote\"").replacing("[\"42\"]", with: "[]")
        let refusal = #expect(throws: AgentRefusal.self) { try read(broken) }
        #expect(refusal?.faults.count == 2)
    }

    @Test func anOpenPortNeedsAToken() throws {
        let open = Self.valid.replacing("\"loopback\"", with: "\"lan\"")
        #expect(try read(open, ["OPENCLAW_GATEWAY_TOKEN": "t"]).host == "0.0.0.0")
        #expect(throws: AgentRefusal.self) { try read(open, ["OPENCLAW_GATEWAY_TOKEN": ""]) }
    }

    @Test func refusesToStartWithoutAFile() {
        #expect(throws: AgentRefusal.self) { try AgentConfiguration(environment: ["OPENCLAW_CONFIG_PATH": "/nowhere.json"]) }
    }

    @Test func theProbesFollowTheChannel() async throws {
        let health = AgentHealth()
        let gateway = AgentGateway(
            host: "127.0.0.1", port: 0, token: "t0ken", health: health,
            logger: Logger(label: "test"))
        try await Application(router: gateway.router).test(.router) { client async throws in
            func probe(_ path: String) async throws -> String {
                try await client.execute(uri: path, method: .get) { "\($0.status.code) \(String(buffer: $0.body))" }
            }
            #expect(try await probe("/healthz") == #"200 {"status":"ok"}"#)
            #expect(try await probe("/startupz") == #"503 {"status":"starting"}"#)
            await health.set(.ready)
            #expect(try await probe("/startupz") == #"200 {"status":"ok"}"#)
            #expect(try await probe("/readyz") == #"503 {"status":"channel telegram is failing"}"#)
            await health.setChannel(works: true)
            #expect(try await probe("/readyz") == #"200 {"status":"ok"}"#)
            await health.set(.draining)
            #expect(try await probe("/startupz") == #"503 {"status":"draining"}"#)
            #expect(try await probe("/some/page").hasPrefix("200 <!doctype html>"))
        }
    }

    private func read(_ text: String, _ environment: [String: String] = [:]) throws -> AgentConfiguration {
        let file = FileManager.default.temporaryDirectory.appending(path: "openclaw-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try AgentConfiguration(environment: environment.merging(["OPENCLAW_CONFIG_PATH": file.path]) { $1 })
    }
}
