import ArgumentParser
import Billing
import Core
import Stripe

/// `openclaw-cloud admin reconcile`
struct AdminReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile", abstract: "Looks at Stripe for what no webhook has told.",
        discussion: """
            The billing worker does so every hour: for events since the last look that weren't delivered, and for payment pages of \
            whose end nothing was heard. What is found, the billing worker handles like any webhook; run twice it changes nothing.
            """)

    @Option(help: "Ask for all events of the last days, 1 to 30, delivered or not: after a restored backup.")
    var days: Int?

    func validate() throws {
        let most = BillingService.longestLook.milliseconds / Duration.days(1).milliseconds
        if let days, !(1...Int(most)).contains(days) {
            throw ValidationError("--days must be 1 to \(most): Stripe keeps events no longer.")
        }
    }

    func run() async throws {
        try await Launcher.withPlatform { platform in
            let since = days.map { platform.clock.now - .days(Int64($0)) }
            let found = try await askingStripe { try await platform.billing.reconcile(since: since) }
            print(
                """
                Events that were unknown: \(found.events)
                Payment pages that were paid on: \(found.paidPages)
                Payment pages that ended unpaid: \(found.unpaidPages)
                """)
        }
    }
}

/// Runs what asks Stripe, whose refusal is fit to be shown.
func askingStripe<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let error as StripeError {
        throw ValidationError("\(error)")
    }
}
