import ArgumentParser
import Core
import HostDesk
import Jobs
import SQL
import Store

/// `openclaw-cloud admin grant`
struct AdminGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "What the host gives beyond a plan.", subcommands: [TokensCommand.self])

    /// `openclaw-cloud admin grant tokens`
    struct TokensCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tokens", abstract: "Adds units to the period that a customer has paid for.",
            discussion: "They end with the period. A token of a prompt is one unit, a token of an answer four.")

        @OptionGroup var subject: AdminCustomerCommand.Subject

        @Option(help: "How many units.")
        var units: Int

        @Option(help: "Why, in one line; it stays in the audit.")
        var reason: String

        func validate() throws {
            guard (1...HostAct.mostUnits).contains(units) else {
                throw ValidationError("--units must be 1 to \(HostAct.mostUnits).")
            }
        }

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let customer = try await platform.database.read { try subject.find($0) }
                print(try await platform.perform(.grant(customer.id, units: units, reason: reason)))
            }
        }
    }
}

/// `openclaw-cloud admin export`
struct AdminExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints a month for the books.",
        discussion: """
            payments: every invoice that was paid and every refund, as Stripe's signed events told them; the amounts add up with \
            Stripe's own list of the month. margins: what each customer has paid, used and cost upstream. Months are in UTC. A \
            refund names its charge, not its customer.
            """)

    /// What is printed.
    enum Content: String, CaseIterable, ExpressibleByArgument {
        case payments, margins
    }

    @Option(help: "The month, such as 2026-11.")
    var month: Month

    @Option(help: "payments or margins.")
    var what = Content.payments

    @Option(help: "csv, json or text.")
    var format = OutputFormat.csv

    func run() async throws {
        try await Launcher.withPlatform { platform in
            let table =
                switch what {
                case .payments: try await platform.desk.payments(month)
                case .margins: try await platform.desk.margins(month)
                }
            var output = OutputOptions()
            output.format = format
            try output.print(table)
        }
    }
}

/// `openclaw-cloud admin status`
struct AdminStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "The platform at a glance: agents, jobs, alerts, what today has cost.")

    @Flag(help: "What agents are promised instead, and what token proxies hold.")
    var capacity = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Launcher.withPlatform { platform in
            try output.print(capacity ? try await platform.desk.capacity() : try await platform.desk.overview())
        }
    }
}

/// `openclaw-cloud admin alerts`
struct AdminAlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "What the host was told of.",
        subcommands: [ListCommand.self, ShowCommand.self, NoticeCommand.self])

    /// Which alert.
    struct Subject: ParsableArguments {
        @Argument(help: "The alert's id (job_…).")
        var id: String

        func validate() throws {
            guard id.hasPrefix("job_") else { throw ValidationError("\(id) is no alert's id (job_…).") }
        }
    }

    /// `openclaw-cloud admin alerts list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists alerts, the youngest first.")

        @Option(help: "open or acknowledged.")
        var state: String?

        @Option(help: "A part of what it says.")
        var search: String?

        @OptionGroup var page: PageOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try output.print(
                    try await platform.desk.alerts(try page.filter(search: search, state: state, of: HostStates.alerts)))
            }
        }
    }

    /// `openclaw-cloud admin alerts show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows one alert.")

        @OptionGroup var subject: Subject
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                try output.print(try await answering { try await platform.desk.alert(subject.id) })
            }
        }
    }

    /// `openclaw-cloud admin alerts notice`
    struct NoticeCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "notice", abstract: "Takes notice of an alert, which leaves the list of open ones.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { print(try await $0.perform(.acknowledgeAlert(subject.id))) }
        }
    }
}

/// `openclaw-cloud admin audit`
struct AdminAuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "What the host's people looked at and did, the last thing first.")

    @Option(help: "An e-mail address, or a user of a machine.")
    var who: String?

    @Option(help: "The customer's id (cst_…).")
    var customer: String?

    @Flag(help: "Leave looks out.")
    var acts = false

    @OptionGroup var page: PageOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Launcher.withPlatform { platform in
            let filter = try page.filter(search: who, state: acts ? "acts" : nil, customer: customer)
            try output.print(try await platform.desk.audit(filter))
        }
    }
}

/// `openclaw-cloud admin host`
struct AdminHostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "The people who may open the desk below /host: those in HOST_EMAILS.",
        subcommands: [ListCommand.self, ResetCommand.self])

    /// `openclaw-cloud admin host list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Lists the second factors and how many recovery codes are left.")

        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let emails = platform.configuration.hostEmails
                let rows = try await platform.database.read { transaction in
                    let store = HostAccessStore(transaction)
                    let factors = try store.factors()
                    return try Set(emails + factors.map(\.email)).sorted().map { email -> [Cell] in
                        let factor = factors.first { $0.email == email }
                        return [
                            .text(email), .text(emails.contains(email) ? "yes" : "no"), Cell(factor?.confirmedAt),
                            .number(try store.recoveryCodesLeft(email: email)), Cell(factor?.lockedUntil),
                        ]
                    }
                }
                try output.print(
                    Table(["email", "in_host_emails", "second_factor_since", "recovery_codes", "locked_until"], rows: rows))
            }
        }
    }

    /// `openclaw-cloud admin host reset`
    struct ResetCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset", abstract: "Forgets somebody's second factor: the next sign-in sets a new one up.")

        @Argument(help: "The e-mail address.")
        var email: String

        func run() async throws {
            let address = try EmailAddress(email).text
            try await Launcher.withPlatform { platform in
                let actor = platform.user
                let isReset = try await platform.queue.write { work in
                    guard try HostAccessStore(work.transaction).reset(email: address) else { return false }
                    try AuditStore(work.transaction).insert(
                        AuditEntry(
                            id: work.ids.next(), at: work.now, actor: actor, origin: .terminal, act: "reset-factor",
                            subject: address))
                    return true
                }
                guard isReset else { throw ValidationError("\(address) has no second factor.") }
                print("\(address) has no second factor any more, and is out of the desk.")
            }
        }
    }
}
