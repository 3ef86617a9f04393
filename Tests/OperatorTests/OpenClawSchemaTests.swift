import Core
import FoundationEssentials
import JSON
import Testing

@testable import BoxSupervisor
@testable import Operator
@testable import Sandbox

/// What is rendered, held against OpenClaw's own schema: Tests/OperatorTests/OpenClaw says where that is from.
struct OpenClawSchemaTests {
    static let versions = ["2026.9.4", "2026.9.6"]

    private static func schema(_ version: String) throws -> JSONSchema {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "OpenClaw/config-schema-\(version).json")
        return try JSONDecoder().decode(JSONSchema.self, from: try Data(contentsOf: file))
    }

    private static func rendering(
        _ tier: Tier, users: Int = 1, isCluster: Bool = true, switchedOff: Set<AgentProfile.Ability> = []
    ) throws -> String {
        let settings =
            isCluster
            ? AgentSettings(
                tokenProxyURL: "http://proxy.local/v1", agentToolsURL: "http://tools.local/mcp", hearsVoiceNotes: true,
                searchesTheWeb: true)
            : AgentSettings(tokenProxyURL: "http://127.0.0.1:1/v1", telegramAPIRoot: "http://127.0.0.1:2")
        return OpenClawConfiguration(
            settings: settings, bot: AgentBot(tokenHash: Sample.botTokenHash, userIDs: (1...users).map(Int64.init)),
            plan: PlanTable.builtIn[tier],
            switchedOff: switchedOff, place: .container
        ).text
    }

    private static func faults(_ text: String, _ schema: JSONSchema) throws -> [String] {
        schema.faults(in: try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
    }

    @Test(arguments: versions, Tier.allCases)
    func takesEveryRendering(version: String, tier: Tier) throws {
        let schema = try Self.schema(version)
        for (users, isCluster) in [(1, true), (10, true), (1, false)] {
            #expect(try Self.faults(try Self.rendering(tier, users: users, isCluster: isCluster), schema) == [])
        }
        for ability in AgentProfile.Ability.allCases {
            #expect(try Self.faults(try Self.rendering(tier, switchedOff: [ability]), schema) == [])
        }
        let everything = Set(AgentProfile.Ability.allCases)
        #expect(try Self.faults(try Self.rendering(tier, isCluster: false, switchedOff: everything), schema) == [])
    }

    /// What stands in a rendering, what to put in its place, and what the fault must name.
    static let mutations: [(String, String, String)] = [
        (#""defaults": {"#, #""defaults": { "memorySearch": {},"#, "memorySearch"),
        (#""mode": "local""#, #""mode": "somewhere""#, "gateway.mode"),
        (#""port": 18789"#, #""port": "18789""#, "gateway.port"),
        (#""every": "0m""#, #""every": 0"#, "heartbeat.every"),
        (#""atHour": 4"#, #""atHour": 24"#, "session.reset"),
        (#""id": "k2p5""#, #""id": """#, "models.providers.openclaw-cloud"),
        (#""groupPolicy": "disabled""#, #""groupPolicy": "sometimes""#, "channels.telegram"),
        (#""toolSearch": false"#, #""toolSerch": false"#, "tools"),
    ]

    /// The stand-in has a part of the schema: on what is rendered, it must judge as the whole does.
    @Test(arguments: mutations)
    func theStandInRefusesWhatTheSchemaRefuses(original: String, change: String, name: String) throws {
        let text = try Self.rendering(.starter)
        let changed = text.replacing(original, with: change)
        #expect(changed != text)
        let whole = try Self.faults(changed, try Self.schema("2026.9.4"))
        #expect(whole.contains { $0.contains(name) }, "\(whole)")
        #expect(try Self.faults(changed, try AgentConfigurationFile.schema()) == whole)
        #expect(try Self.faults(text, try AgentConfigurationFile.schema()) == [])
    }
}
