import ArgumentParser
import HostDesk
import SQL

/// `openclaw-cloud admin events`
struct AdminEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "The events that Stripe has sent.",
        subcommands: [ListCommand.self, ShowCommand.self, ReplayCommand.self])

    /// Which event.
    struct Subject: ParsableArguments {
        @Argument(help: "The event's id (evt_…).")
        var id: String

        func validate() throws {
            guard id.hasPrefix("evt_") else { throw ValidationError("\(id) is no event's id (evt_…).") }
        }
    }

    /// `openclaw-cloud admin events list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists events, the youngest first.")

        @Option(help: "handled or waiting.")
        var state: String?

        @Option(help: "A type such as invoice.paid.")
        var type: String?

        @Option(help: "An id of Stripe's (cus_…, sub_…, in_…) that the event names.")
        var search: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try output.print(
                    try await platform.desk.events(
                        try page.filter(search: search, state: state, of: HostStates.events, kind: type)))
            }
        }
    }

    /// `openclaw-cloud admin events show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows one event as Stripe sent it.")

        @OptionGroup var subject: Subject
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try output.print(try await answering { try await platform.desk.event(subject.id) })
            }
        }
    }

    /// `openclaw-cloud admin events replay`
    struct ReplayCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay", abstract: "Has an event handled again: what it is about is fetched from Stripe.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                print(try await platform.perform(.replayEvent(subject.id)))
            }
        }
    }
}
