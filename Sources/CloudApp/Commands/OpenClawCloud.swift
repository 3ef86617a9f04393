package import ArgumentParser

/// The one executable; each service is a subcommand, so that the same binary is every container.
package struct OpenClawCloud: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "openclaw-cloud",
        abstract: "Sells managed OpenClaw agents: one chat, one agent, zero set-up.",
        discussion: """
            `serve` is the whole product in one process, offline: SQLite, child processes as agents, and a sandbox for Kimi, \
            Stripe, Telegram and mail. Each key that you set in the environment or in .env swaps one part for the real one.
            """,
        groupedSubcommands: [
            CommandGroup(name: "The whole product:", subcommands: [ServeCommand.self, DemoCommand.self]),
            CommandGroup(
                name: "One service each:",
                subcommands: [
                    WebCommand.self, APICommand.self, OnboardingAgentCommand.self, BillingWorkerCommand.self,
                    OperatorCommand.self, TokenProxyCommand.self, AgentToolsCommand.self, SandboxCommand.self,
                ]),
            CommandGroup(
                name: "Tools:",
                subcommands: [
                    MigrateCommand.self, ConfigCommand.self, AdminCommand.self, ClusterCommand.self, BackupCommand.self,
                    BoxCommand.self,
                    SandboxAgentCommand.self,
                ]),
        ])

    package init() {}
}
