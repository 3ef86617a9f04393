import Core
import FoundationEssentials
import Subprocess
import SystemPackage
import Testing

@testable import BoxSupervisor
@testable import Operator

/// What is rendered, given to the program itself: see scripts/with-openclaw.
@Suite(.enabled(if: OpenClawProgram.path != nil, "OPENCLAW names no program"), .timeLimit(.minutes(5)), .serialized)
struct OpenClawContractTests {
    @Test(arguments: Tier.allCases, [false, true])
    func takesTheConfigurationOfEveryPlan(tier: Tier, isCluster: Bool) async throws {
        try await OpenClawProgram.with(tier: tier, isCluster: isCluster) { program in
            let result = try await program.run(["config", "validate", "--json"])
            #expect(
                result.output.contains(#""valid":true"#) || result.output.contains(#""valid": true"#), "\(result.output)")
            #expect(result.code == 0)
        }
    }

    @Test(arguments: AgentProfile.Ability.allCases)
    func takesTheConfigurationWithWhatIsSwitchedOff(ability: AgentProfile.Ability) async throws {
        try await OpenClawProgram.with(tier: .pro, isCluster: true, switchedOff: [ability]) { program in
            let result = try await program.run(["config", "validate", "--json"])
            #expect(result.code == 0, "\(result.output)")
        }
    }

    @Test func itsOwnAuditFindsNothingToWarnOf() async throws {
        try await OpenClawProgram.with(tier: .team, isCluster: true) { program in
            let result = try await program.run(["security", "audit", "--json"])
            struct Report: Decodable {
                let summary: Summary

                struct Summary: Decodable {
                    let critical: Int
                    let warn: Int
                }
            }
            let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
            #expect(report.summary.critical == 0 && report.summary.warn == 0, "\(result.output)")
        }
    }

    @Test func endsWithTheCodeThatTheSupervisorKnowsOnAKeyItDoesNot() async throws {
        try await OpenClawProgram.with(tier: .starter, isCluster: false) { program in
            let text = try String(contentsOfFile: program.configuration, encoding: .utf8)
            let changed = text.replacing(#""defaults": {"#, with: #""defaults": { "forgetfulness": "high","#)
            try Data(changed.utf8).write(to: URL(filePath: program.configuration))
            let result = try await program.run(["gateway", "--port", "18999"], withErrors: true)
            #expect(result.code == AgentCommand.refusedExitCode)
            #expect(result.output.contains("forgetfulness"), "\(result.output)")
        }
    }

    /// A key of an earlier release, which it would rewrite if it might. That it refuses is known only by asking.
    @Test func saysBeforehandThatItRefusesALegacyKeyWhichEndsItAsACrashWould() async throws {
        try await OpenClawProgram.with(tier: .starter, isCluster: false) { program in
            let text = try String(contentsOfFile: program.configuration, encoding: .utf8)
            let changed = text.replacing(#""defaults": {"#, with: #""defaults": { "memorySearch": {"enabled": true},"#)
            try Data(changed.utf8).write(to: URL(filePath: program.configuration))
            #expect(try await program.run(["gateway", "--port", "18998"]).code == 1)
            let verdict = try await program.run(["config", "validate", "--json"])
            #expect(verdict.code == 1 && verdict.output.contains("memorySearch"), "\(verdict.output)")
        }
    }
}

/// The real program with a home of its own.
struct OpenClawProgram {
    static let path = ProcessInfo.processInfo.environment["OPENCLAW"]

    let configuration: String
    private let environment: [String: String]

    /// - Parameter isCluster: rendered as for a cluster, with the platform's tools and the real Telegram.
    static func with(
        tier: Tier, isCluster: Bool, switchedOff: Set<AgentProfile.Ability> = [],
        _ body: (OpenClawProgram) async throws -> Void
    ) async throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "openclaw-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: home) }
        let place = AgentPlace(home: home, supervisor: home)
        try FileManager.default.createDirectory(atPath: place.workspace, withIntermediateDirectories: true)
        for folder in [home, place.stateDirectory] {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
        }
        let settings =
            isCluster
            ? AgentSettings(
                tokenProxyURL: "http://token-proxy.platform.svc.cluster.local:8082/v1",
                agentToolsURL: "http://agent-tools.platform.svc.cluster.local:8084/mcp", hearsVoiceNotes: true,
                searchesTheWeb: true)
            : AgentSettings(tokenProxyURL: "http://127.0.0.1:8082/v1", telegramAPIRoot: "http://127.0.0.1:8090")
        let rendered = OpenClawConfiguration(
            settings: settings, bot: AgentBot(tokenHash: Sample.botTokenHash, userIDs: isCluster ? [1, 2, 3] : [1]),
            plan: PlanTable.builtIn[tier],
            switchedOff: switchedOff, place: place
        ).text
        try Data(rendered.utf8).write(to: URL(filePath: place.configuration))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: place.configuration)
        var environment = AgentSpecification.environment(at: place, memoryLimit: 1536)
        environment["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        environment[SecretName.proxyToken] = "ocp_" + String(repeating: "a", count: 43)
        environment[SecretName.gatewayToken] = String(repeating: "b", count: 43)
        let token = place.botTokenFile(Sample.botTokenHash)
        try Data(("77:" + String(repeating: "c", count: 35)).utf8).write(to: URL(filePath: token))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
        try await body(OpenClawProgram(configuration: place.configuration, environment: environment))
    }

    /// - Parameter withErrors: whether what it prints on standard error is part of the output.
    func run(_ arguments: [String], withErrors: Bool = false) async throws -> (code: Int32, output: String) {
        let result = try await Subprocess.run(
            .path(FilePath(Self.path ?? "")), arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (.init(stringLiteral: $0.key), $0.value) })),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        let code: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        return (code, (result.standardOutput ?? "") + (withErrors ? result.standardError ?? "" : ""))
    }
}
