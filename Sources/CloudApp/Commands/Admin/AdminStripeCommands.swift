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

/// `openclaw-cloud admin stripe-setup`
struct AdminStripeSetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stripe-setup",
        abstract:
            "Makes, or verifies, what Stripe has to have: products, prices, the webhook endpoint, the customer portal.",
        discussion: """
            Needs STRIPE_SECRET_KEY and PUBLIC_URL, and no STRIPE_WEBHOOK_SECRETS yet. What is as it should be isn't written: run \
            twice it changes nothing. The secret of an endpoint that it makes is shown this once.
            """)

    @Flag(help: "Write nothing; exit with 1 if anything differs.")
    var check = false

    func run() async throws {
        try await Launcher.withPlatform(isSettingUp: true) { platform in
            let configuration = platform.configuration
            let setup = StripeSetup(
                stripe: platform.stripe, plans: configuration.plans, publicURL: configuration.publicURL,
                portalConfiguration: configuration.stripe.portalConfiguration, isCheck: check)
            let report = try await askingStripe { try await setup.run() }
            for finding in report.findings { print(finding.line) }
            if let secret = report.webhookSecret {
                print("\nSet \(Setting.stripeWebhookSecrets.rawValue)=\(secret.reveal())")
                print("It is shown only this once. While another endpoint sends, name its secret, too, behind a comma.")
            }
            if let portal = report.portalConfiguration, portal != configuration.stripe.portalConfiguration {
                print("\nSet \(Setting.stripePortalConfiguration.rawValue)=\(portal)")
            }
            let count = check ? report.differences : report.changes
            switch (check, count) {
            case (true, 0): print("\nEverything is as it should be.")
            case (true, _):
                print("\nNot as it should be: \(count). Without --check, all but Stripe Tax is put right.")
            case (false, 0): print("\nNothing was changed.")
            case (false, _): print("\nMade or changed: \(count).")
            }
            if report.differences > 0 { throw ExitCode.failure }
        }
    }
}

extension StripeSetup.Finding {
    /// For a terminal.
    fileprivate var line: String {
        let what =
            switch state {
            case .right: "as it should be"
            case .made: "made, as \(faults.joined(separator: "; "))"
            case .changed: "changed, as \(faults.joined(separator: "; "))"
            case .wrong: faults.joined(separator: "; ")
            case .skipped: "left out"
            }
        return "\(name)\(id.map { " (\($0))" } ?? ""): \(what)" + (remark.map { "\n  \($0)" } ?? "")
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
