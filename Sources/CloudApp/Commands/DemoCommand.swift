import ArgumentParser
import Logging

/// `openclaw-cloud demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Walks the customer's whole journey over HTTP, each step with its time.",
        discussion: """
            Starts a platform of its own, with a fresh data directory and every part played by the sandbox, unless --site \
            names one that runs. Exits with 0 only if the agent answered and its tokens were counted.
            """)

    @Option(help: "A site that runs already, such as http://localhost:8080.")
    var site: String?

    @Option(help: "That site's API, where it runs apart.")
    var api: String?

    @Option(help: "That site's sandbox.")
    var sandbox = "http://127.0.0.1:8090"

    func run() async throws {
        LoggingSystem.bootstrapForStandardError()
        if let site {
            try await DemoRun(journey: Journey(site: site, api: api, sandbox: sandbox)).run()
        } else {
            let platform = try await DemoPlatform()
            print("Agents are \(try platform.agentProgram.description).")
            let journey = Journey(site: platform.site, sandbox: platform.sandbox)
            try await platform.run { try await DemoRun(journey: journey).run() }
        }
    }
}
