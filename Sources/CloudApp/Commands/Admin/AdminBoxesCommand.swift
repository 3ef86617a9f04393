import ArgumentParser
import Core
import HostDesk
import SQL

/// `openclaw-cloud admin boxes`
struct AdminBoxesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boxes", abstract: "All boxes: how they are, and what is wrong.",
        discussion: "What is done about one is under admin box.",
        subcommands: [ListCommand.self, ShowCommand.self, SparesCommand.self])

    /// `openclaw-cloud admin boxes list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists boxes that were ever wanted, the youngest first.")

        @Option(help: "provisioning, running, suspended, failed, deleted; trouble for those that don't run as they should.")
        var state: String?

        @Option(help: "A part of what is wrong.")
        var reason: String?

        @Option(help: "starter, pro or team.")
        var plan: Tier?

        @OptionGroup var page: PageOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let filter = try page.filter(
                    search: reason, state: state, of: HostStates.boxes, kind: plan?.rawValue)
                try output.print(try await platform.desk.boxes(filter))
            }
        }
    }

    /// `openclaw-cloud admin boxes spares`
    struct SparesCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "spares", abstract: "Lists the agents that are started before anybody has paid for them.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in try output.print(try await platform.desk.spares()) }
        }
    }

    /// `openclaw-cloud admin boxes show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows one box: why the bot is silent, how it is, its jobs and backups.")

        @OptionGroup var subject: AdminBoxCommand.Subject
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let box = try await platform.database.read { try subject.find($0) }
                try output.print(try await answering { try await platform.desk.box(box.id) })
            }
        }
    }
}
