import ArgumentParser
import Core
import HostDesk
import SQL

/// `openclaw-cloud admin customers`
struct AdminCustomersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customers", abstract: "Who the customers are, and what has happened to each.",
        discussion: "What customers say to their agents can't be seen from here.",
        subcommands: [ListCommand.self, ShowCommand.self])

    /// `openclaw-cloud admin customers list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists customers, the youngest first.",
            discussion: "Those who have only chatted are left out, unless something is searched for.")

        @Option(
            help: "An id (cst_…, box_…, sbs_…, cus_…, sub_…), or a part of an address, of an agent's or of a bot's name.")
        var search: String?

        @Option(help: "The state of the subscription: active, past_due, canceled, …; none for those without one.")
        var subscription: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try output.print(
                    try await platform.desk.customers(
                        try page.filter(search: search, state: subscription, of: HostStates.customers)))
            }
        }
    }

    /// `openclaw-cloud admin customers show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows one customer: why the bot is silent, subscription, agent, usage, and what has happened.")

        @OptionGroup var subject: AdminCustomerCommand.Subject
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let customer = try await platform.database.read { try subject.find($0) }
                try output.print(try await answering { try await platform.desk.customer(customer.id) })
            }
        }
    }
}
