import BoxSupervisor
import Core
import JSON
import Kubernetes
import Testing

@testable import Operator

/// What site and chat promise, against the configuration that agents run with.
struct AbilitiesTests {
    private let configuration = OpenClawConfiguration(
        settings: AgentSettings(tokenProxyURL: "http://127.0.0.1:1/v1", agentToolsURL: "http://127.0.0.1:2/mcp"),
        bot: AgentBot(tokenHash: Sample.botTokenHash, userIDs: [7]), plan: PlanTable.builtIn[.team], place: .container
    ).json

    private func value(_ path: String...) -> JSONValue? {
        path.reduce(Optional(configuration)) { $0?[$1] }
    }

    private var tools: [String] { value("tools", "alsoAllow")?.elements.compactMap(\.string) ?? [] }

    @Test func promisesTheWebAsItIsConfigured() {
        #expect(tools.contains("web_fetch") == AgentAbilities.readsWebPages)
        #expect((value("tools", "web", "search", "enabled") == .bool(true)) == AgentAbilities.searchesTheWeb)
    }

    @Test func promisesMemoryFilesAndReminders() {
        #expect((tools.contains("memory_search") && tools.contains("write")) == AgentAbilities.remembers)
        #expect((tools.contains("read") && tools.contains("edit")) == AgentAbilities.keepsFiles)
        #expect((value("mcp", "servers", "platform") != nil) == AgentAbilities.reminds)
    }

    @Test func promisesNoVoiceUnlessItIsHeard() {
        #expect((value("tools", "media", "audio", "enabled") == .bool(true)) == AgentAbilities.hearsVoiceNotes)
    }

    @Test func promisesNoGroups() {
        #expect((value("channels", "telegram", "groupPolicy") != .string("disabled")) == AgentAbilities.joinsGroups)
    }

    /// What a new agent suggests to try, for each plan and each ability that can be switched off.
    @Test(
        arguments: PlanTable.builtIn.all, AgentProfile.Ability.allCases.map { [$0] } + [[], AgentProfile.Ability.allCases])
    func suggestsWhatTheConfigurationLetsItDo(plan: Plan, switchedOff: [AgentProfile.Ability]) {
        for isHost in [true, false] {
            var profile = AgentProfile()
            profile.switchedOff = Set(switchedOff)
            let settings = AgentSettings(
                tokenProxyURL: "http://127.0.0.1:1/v1", agentToolsURL: "http://127.0.0.1:2/mcp", hearsVoiceNotes: isHost,
                searchesTheWeb: isHost)
            let tools = OpenClawConfiguration(
                settings: settings, bot: AgentBot(tokenHash: Sample.botTokenHash, userIDs: [7]), plan: plan,
                switchedOff: profile.switchedOff, place: .container
            ).json["tools"]
            func lists(_ list: String, _ name: String) -> Bool { tools?[list]?.elements.contains(.string(name)) == true }
            let offered = ThingToTry.offered(on: plan, profile, hearsVoiceNotes: isHost, searchesTheWeb: isHost)
            #expect(offered.contains(.reminder) == !lists("deny", "platform__reminders_set"))
            #expect(offered.contains(.webPage) == lists("alsoAllow", "web_fetch"))
            #expect(offered.contains(.list) == lists("alsoAllow", "write"))
            #expect(offered.contains(.voiceNote) == (tools?["media"]?["audio"]?["enabled"] == .bool(true)))
            #expect(
                offered.contains(.search)
                    == (isHost && plan.searchesPerDay != nil && !lists("deny", "platform__web_search")))
            #expect(offered.count >= 3)
        }
    }

    /// The words of the sheet say no more than that.
    @Test func theSheetSaysNoMore() {
        let facts = ProductFacts(plans: .builtIn, contact: nil)
        #expect(facts.answer(.webSearch).english.contains("only where") == !AgentAbilities.searchesTheWeb)
        #expect(facts.answer(.voice).english.contains("only where") == !AgentAbilities.hearsVoiceNotes)
        #expect(facts.answer(.team).english.contains("one Telegram account") == (AgentAbilities.telegramAccounts == 1))
        #expect(facts.answer(.groups).english.contains("doesn't join") == !AgentAbilities.joinsGroups)
        #expect(facts.answer(.email).english.contains("can't read or send") == !AgentAbilities.sendsEmail)
    }
}
