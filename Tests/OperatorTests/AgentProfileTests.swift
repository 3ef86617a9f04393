import BoxSupervisor
import Core
import Kubernetes
import Testing

@testable import Operator

struct AgentProfileTests {
    private static let tools = AgentSettings(
        tokenProxyURL: "http://127.0.0.1:8081/v1", agentToolsURL: "http://127.0.0.1:8083/mcp")

    private func specification(_ change: (inout Box) -> Void, tier: Tier = .pro) throws -> AgentSpecification {
        var box = Sample.box()
        change(&box)
        return try Sample.specification(box, plan: PlanTable.builtIn[tier], settings: Self.tools)
    }

    @Test(arguments: [
        (AgentProfile.Ability.web, ["\"web_fetch\""], "reads a public web page"),
        (.files, ["\"read\"", "\"write\"", "\"edit\""], "keep texts and lists"),
        (.memory, ["\"memory_search\"", "\"memory_get\""], "Search with `memory_search`"),
    ])
    func aToolThatIsSwitchedOffIsNeitherThereNorSpokenOf(
        _ ability: AgentProfile.Ability, _ tools: [String], _ words: String
    ) throws {
        for isOff in [false, true] {
            let specification = try specification { $0.profile.switchedOff = isOff ? [ability] : [] }
            let configuration = specification.configuration(at: .container)
            for tool in tools { #expect(configuration.contains(tool) != isOff, "\(tool)") }
            #expect(try #require(specification.workspace["AGENTS.md"]).contains(words) != isOff)
        }
    }

    @Test func remindersAreDeniedAndTheRestOfThePlatformStays() throws {
        let specification = try specification { $0.profile.switchedOff = [.reminders] }
        let configuration = specification.configuration(at: .container)
        #expect(configuration.contains("\"platform__reminders_set\"") && configuration.contains("bundle-mcp"))
        let agents = try #require(specification.workspace["AGENTS.md"])
        #expect(!agents.contains("remind me") && agents.contains("how much of the month is left"))
        #expect(!agents.contains("but reminders"))
    }

    @Test func instructionsReachTheAgentOnlyWithAPlanThatHasThem() throws {
        for tier in Tier.allCases {
            let user = try #require(
                try specification({ $0.profile.instructions = "# Never\nuse emoji" }, tier: tier).workspace["USER.md"])
            #expect(user.contains("> # Never\n> use emoji") == PlanTable.builtIn[tier].ownInstructions)
        }
    }

    @Test func longWishesAndInstructionsBothFit() throws {
        let user = try #require(
            try specification {
                $0.purpose = String(repeating: "a", count: 1000)
                $0.profile.instructions = String(repeating: "b", count: 2000)
            }.workspace["USER.md"])
        #expect(user.utf16.count <= Workspace.userFileLimit)
        #expect(user.count { $0 == "b" } >= 2000 && user.count { $0 == "a" } >= 1000)
    }

    @Test(arguments: AgentProfile.Tone.allCases)
    func eachToneIsSaidOfItsOwn(_ tone: AgentProfile.Tone) throws {
        let manners = try AgentProfile.Tone.allCases.map { tone in
            try #require(try specification { $0.profile.tone = tone }.workspace["SOUL.md"])
        }
        let own = try #require(try specification { $0.profile.tone = tone }.workspace["SOUL.md"])
        #expect(manners.count { $0 == own } == 1)
    }

    @Test func everySettingStartsTheAgentAnew() throws {
        let before = try specification { _ in }.hash
        let changes: [(inout Box) -> Void] = [
            { $0.profile.tone = .brief }, { $0.profile.instructions = "x" }, { $0.profile.switchedOff = [.web] },
            { $0.profile.workingHours = .init(from: "09:00", until: "17:00") }, { $0.timeZone = "Europe/Lisbon" },
        ]
        for change in changes { #expect(try specification(change).hash != before) }
    }
}
