package import Core
package import Jobs
package import Logging
import SQL
import Store
package import Stripe

/// Sells the plans through Stripe: opens checkouts, and keeps our rows in agreement with what Stripe says was paid.
///
/// Stripe owns the truth. An event, a return from the payment page and the clock are hints to ask it, each of which ends in
/// ``ConvergeSubscription``, so that any of them may come twice, late, or in any order.
package struct BillingService: Sendable {
    let queue: WorkQueue
    let stripe: StripeClient
    let plans: PlanTable
    let prices: PriceCatalog
    let webhookSecrets: [Secret]
    let publicURL: String
    let logger: Logger

    /// - Parameters:
    ///   - webhookSecrets: `whsec_…`; several while they are being rotated.
    ///   - publicURL: of our site, without a slash at its end.
    package init(
        queue: WorkQueue, stripe: StripeClient, plans: PlanTable, webhookSecrets: [Secret], publicURL: String, logger: Logger
    ) {
        self.queue = queue
        self.stripe = stripe
        self.plans = plans
        self.webhookSecrets = webhookSecrets
        self.publicURL = publicURL
        self.logger = logger
        prices = PriceCatalog(stripe: stripe)
    }

    package func register(in handlers: inout JobHandlers) {
        handlers.register(OpenCheckout.self) { arguments, context in
            try await outlasting(context) { try await open(arguments, jobID: context.id) }
        }
        handlers.register(HandleStripeEvent.self) { arguments, context in
            try await outlasting(context) { try await handle(arguments) }
        }
        handlers.register(ConvergeSubscription.self) { arguments, context in
            try await outlasting(context) { try await converge(arguments) }
        }
        handlers.register(EndSubscription.self) { arguments, context in
            try await outlasting(context) { try await end(arguments) }
        }
        handlers.register(SweepSubscriptions.self) { _, _ in
            try await sweep()
        }
    }

    /// What was acknowledged to Stripe, or ordered by a customer, isn't given up while Stripe is away or refuses our key.
    private func outlasting(_ context: JobContext, _ perform: () async throws -> Void) async throws {
        do {
            try await perform()
        } catch let error as StripeError where error.isOutage {
            logger.error(
                "a job waits for Stripe",
                metadata: ["job": "\(context.id)", "attempt": "\(context.attempt)", "error": "\(error)"])
            throw JobOutcome.outlasting(error, attempt: context.attempt)
        }
    }

    /// Finds what only the passing of time changes: a period that is over, a grace or a retention that has run out.
    private func sweep() async throws {
        try await queue.write { work in
            let store = BillingStore(work.transaction)
            var due = try store.awaitingRenewal(now: work.now)
            for subscription in try store.withDeadlineBehind(now: work.now) {
                let box = try BoxStore(work.transaction).find(subscription.boxID, customerID: subscription.customerID)
                let all = try store.subscriptions(boxID: subscription.boxID, customerID: subscription.customerID)
                // What another subscription entitles the box to may outweigh this one: then nothing will ever follow from it.
                guard let box, let entitlement = all.entitlement(at: work.now), entitlement.desired != box.desired else {
                    continue
                }
                due.append(subscription)
            }
            for subscription in due {
                try work.enqueue(
                    ConvergeSubscription(stripeID: subscription.stripeID, customerID: subscription.customerID))
            }
        }
    }

    // MARK: For the pages

    /// - Returns: the checkout, if it is this customer's.
    /// - Throws: `SQLError`.
    package func checkout(_ id: Checkout.ID, customerID: Customer.ID) async throws -> Checkout? {
        try await queue.database.read { transaction in
            try BillingStore(transaction).checkout(id, customerID: customerID)
        }
    }

    /// Where the customer sees invoices and changes or cancels the plan, at Stripe. The link works for a few minutes.
    /// - Throws: ``DomainError`` with the code `nothing_paid_yet` or `payments_unavailable`.
    package func portalURL(for customer: Customer) async throws -> String {
        guard let stripeCustomerID = customer.stripeCustomerID else {
            throw DomainError(
                .conflict, code: "nothing_paid_yet", "There is no subscription to manage yet. Finish the checkout first.")
        }
        do {
            return try await stripe.createPortalSession(
                customer: stripeCustomerID, returnURL: publicURL + "/dashboard", locale: customer.language.rawValue
            ).url
        } catch let error as StripeError {
            throw unavailable(error)
        }
    }

    func unavailable(_ error: StripeError) -> DomainError {
        logger.warning("Stripe refused or can't be reached", metadata: ["error": "\(error)"])
        return DomainError(
            .unavailable, code: "payments_unavailable", "The payment service does not answer. Try again in a minute.")
    }
}

extension StripeError {
    /// Whether it says nothing about the request itself, so that the same one works once Stripe or the key is in order.
    fileprivate var isOutage: Bool {
        switch kind {
        case .connection, .authentication, .rateLimit, .api: true
        case .notFound, .invalidRequest, .card, .idempotency, .unreadable: false
        }
    }
}
