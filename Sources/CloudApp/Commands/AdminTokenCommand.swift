import ArgumentParser
import Core
import Jobs
import SQL
import Store

/// `openclaw-cloud admin`
struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "What the host does by hand.",
        subcommands: [
            AdminBoxCommand.self, AdminBoxesCommand.self, AdminCustomerCommand.self, AdminCustomersCommand.self,
            AdminSubscriptionsCommand.self, AdminJobsCommand.self, AdminEventsCommand.self, AdminAlertsCommand.self,
            AdminReconcileCommand.self, AdminStripeSetupCommand.self, AdminGrantCommand.self, AdminExportCommand.self,
            AdminStatusCommand.self, AdminAuditCommand.self,
            AdminHostCommand.self, AdminKeysCommand.self, AdminRolloutCommand.self, AdminTokenCommand.self,
        ])
}

/// `openclaw-cloud admin token`
struct AdminTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Proxy tokens outside of any subscription.",
        subcommands: [IssueCommand.self, UsageCommand.self])

    /// `openclaw-cloud admin token issue`
    struct IssueCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "issue", abstract: "Makes a customer with a proxy token and prints it. It is shown only this once.")

        @Option(
            name: [.customLong("units"), .customLong("tokens")],
            help: "How many units it may use, for good: a token of a prompt is one, a token of an answer four.")
        var units: Int

        @Option(
            help: "The plan whose rate and concurrency it has: starter, pro or team. Without one it is as fast as it can.")
        var plan: Tier?

        func validate() throws {
            guard units > 0 else { throw ValidationError("--units must be above zero.") }
        }

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let token = AccessToken.random(prefix: "ocp_")
                let (units, plan) = (units, plan)
                try await platform.queue.write { work in
                    let customer = Customer(id: work.ids.next(), language: .english, createdAt: work.now)
                    try CustomerStore(work.transaction).insert(customer)
                    // Wanted running, so that the token is valid; without a bot there is nothing for the operator to start.
                    let box = Box(
                        id: work.ids.next(), customerID: customer.id, tier: plan ?? .team, agentName: "token", purpose: "",
                        language: .english, desired: .running, createdAt: work.now)
                    try BoxStore(work.transaction).insert(box)
                    let usage = UsageStore(work.transaction)
                    try usage.setQuota(
                        customerID: customer.id, periodStart: work.now, periodEnd: work.now + .days(36500), limit: units)
                    try usage.insertProxyToken(
                        hash: token.hash, customerID: customer.id, boxID: box.id, isPaced: plan != nil, now: work.now)
                }
                print(token.secret.reveal())
            }
        }
    }

    /// `openclaw-cloud admin token usage`
    struct UsageCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "usage", abstract: "Shows what the customer of a proxy token may use and has used.")

        @Argument(help: "The proxy token.")
        var token: String

        func run() async throws {
            let hash = AccessToken(token).hash
            try await Launcher.withPlatform { platform in
                let now = platform.clock.now
                let quota = try await platform.database.read { transaction -> Quota? in
                    let usage = UsageStore(transaction)
                    guard let holder = try usage.credential(proxyTokenHash: hash) else { return nil }
                    return try usage.quota(customerID: holder.customerID, at: now)
                }
                guard let quota else { throw ValidationError("There is no such token, or it has been revoked.") }
                print("limit \(quota.limit)\nused \(quota.used)\nreserved \(quota.reserved)\navailable \(quota.available)")
            }
        }
    }
}

extension Tier: ExpressibleByArgument {}
