import ArgumentParser
import Core
import HostDesk
import Jobs
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

/// `openclaw-cloud admin boxes`
struct AdminBoxesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "boxes", abstract: "All boxes: how they are, and what is wrong.",
        discussion: "What is done about one is under admin box.", subcommands: [ListCommand.self, ShowCommand.self])

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

/// `openclaw-cloud admin jobs`
struct AdminJobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "What waits, runs and has failed.",
        subcommands: [ListCommand.self, ShowCommand.self, ReplayCommand.self])

    /// Which job.
    struct Subject: ParsableArguments {
        @Argument(help: "The job's id (job_…).")
        var id: String

        func validate() throws {
            guard Job.ID(id) != nil else { throw ValidationError("\(id) is no job's id (job_…).") }
        }

        func jobID() throws -> Job.ID {
            guard let id = Job.ID(id) else { throw ValidationError("\(id) is no job's id (job_…).") }
            return id
        }
    }

    /// `openclaw-cloud admin jobs list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists jobs, the youngest first.")

        @Option(help: "queued, running, complete or failed.")
        var state: Job.State?

        @Option(help: "A kind such as operator.reconcile, or the part of it before the dot.")
        var kind: String?

        @Option(help: "A part of why it failed or is tried again.")
        var reason: String?

        @Option(help: "The customer's id (cst_…).")
        var customer: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let filter = try page.filter(search: reason, state: state?.rawValue, kind: kind, customer: customer)
                try output.print(try await platform.desk.jobs(filter))
            }
        }
    }

    /// `openclaw-cloud admin jobs show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows one job and what has happened to it.")

        @OptionGroup var subject: Subject
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try output.print(try await answering { try await platform.desk.job(try subject.jobID()) })
            }
        }
    }

    /// `openclaw-cloud admin jobs replay`
    struct ReplayCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay", abstract: "Has a job done again that has failed, or one that waits done now.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                print(try await platform.perform(.replayJob(try subject.jobID())))
            }
        }
    }
}

extension Job.State: ExpressibleByArgument {}

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
