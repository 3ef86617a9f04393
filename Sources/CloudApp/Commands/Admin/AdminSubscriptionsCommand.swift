import ArgumentParser
import Core
import HostDesk
import SQL

/// `openclaw-cloud admin subscriptions`
struct AdminSubscriptionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscriptions", abstract: "Our copies of Stripe's subscriptions.",
        subcommands: [ListCommand.self, ReconcileCommand.self])

    /// `openclaw-cloud admin subscriptions list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists subscriptions, the youngest first.")

        @Option(help: "Stripe's word: active, trialing, past_due, unpaid, paused, canceled, incomplete, incomplete_expired.")
        var status: String?

        @Option(help: "starter, pro or team.")
        var plan: Tier?

        @Option(help: "The customer's id (cst_…).")
        var customer: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let filter = try page.filter(
                    state: status, of: HostStates.subscriptions, kind: plan?.rawValue, customer: customer)
                try output.print(try await platform.desk.subscriptions(filter))
            }
        }
    }

    /// `openclaw-cloud admin subscriptions reconcile`
    struct ReconcileCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reconcile", abstract: "Fetches subscriptions from Stripe again; boxes and limits follow.")

        @Argument(help: "The subscription's id, ours (sbs_…) or Stripe's (sub_…).")
        var id: String?

        @Flag(help: "Every subscription that hasn't ended.")
        var all = false

        func validate() throws {
            guard (id == nil) == all else { throw ValidationError("Name a subscription, or say --all.") }
            if let id, HostAct(.converge, subject: id) == nil {
                throw ValidationError("\(id) is no subscription's id (sbs_…, sub_…).")
            }
        }

        func run() async throws {
            try await Launcher.withPlatform { platform in
                print(try await platform.perform(id.map { .convergeSubscription($0) } ?? .convergeAll))
            }
        }
    }
}
