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
    let portalConfiguration: String?
    let logger: Logger

    /// - Parameters:
    ///   - webhookSecrets: `whsec_…`; several while they are being rotated.
    ///   - publicURL: of our site, without a slash at its end.
    ///   - portalConfiguration: `bpc_…`: what customers can do in the portal; `nil` for the account's default.
    package init(
        queue: WorkQueue, stripe: StripeClient, plans: PlanTable, webhookSecrets: [Secret], publicURL: String,
        portalConfiguration: String? = nil, logger: Logger
    ) {
        self.queue = queue
        self.stripe = stripe
        self.plans = plans
        self.webhookSecrets = webhookSecrets
        self.publicURL = publicURL
        self.portalConfiguration = portalConfiguration
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
        handlers.register(RefundDuplicate.self) { arguments, context in
            try await outlasting(context) { try await refund(arguments) }
        }
        handlers.register(SweepSubscriptions.self) { _, _ in
            try await sweep()
        }
        handlers.register(ReconcileStripe.self) { _, context in
            try await outlasting(context) { _ = try await reconcile() }
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

    /// Finds what the passing of time may have changed: see ``Subscription/lookAt``.
    private func sweep() async throws {
        try await queue.write { work in
            for subscription in try BillingStore(work.transaction).due(now: work.now) {
                try work.enqueue(
                    ConvergeSubscription(stripeID: subscription.stripeID, customerID: subscription.customerID))
            }
            try tellUsage(work)
        }
    }

    /// Tells those whose use has passed one of ``Notice/usagePercentages``: the highest of them, each once a period.
    private func tellUsage(_ work: UnitOfWork) throws {
        let store = BillingStore(work.transaction)
        for use in try store.untoldUse(now: work.now) {
            let passed = Notice.usagePercentages.filter { use.percent >= $0 }
            for percent in passed {
                let notice = Notice.usage(percent: percent)
                let key = notice.key(String(use.periodStart.milliseconds))
                guard try store.tell(key, customerID: use.customerID, now: work.now), percent == passed.last else {
                    continue
                }
                try work.enqueue(TellCustomer(notice, key: key, boxID: use.boxID, customerID: use.customerID))
                let event = WebhookEvent(usedPercent: percent, of: use.boxID)
                let webhooks = WebhookStore(work.transaction)
                for job in try webhooks.record(event, of: use.customerID, ids: work.ids, now: work.now) {
                    try work.enqueue(job)
                }
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
            return try await portalSession(stripeCustomerID, customer.language, portalConfiguration).url
        } catch let error as StripeError where error.isMissing("customer") {
            throw DomainError(
                .conflict, code: "nothing_to_manage",
                "There is no subscription to manage any more. A new one can be paid for.")
        } catch let error as StripeError {
            throw unavailable(error)
        }
    }

    private func portalSession(
        _ customer: String, _ language: Language, _ configuration: String?
    ) async throws -> StripePortalSession {
        do {
            return try await stripe.createPortalSession(
                customer: customer, returnURL: publicURL + "/dashboard", locale: language.rawValue,
                configuration: configuration)
        } catch let error as StripeError where configuration != nil && error.isMissing("configuration") {
            logger.error("the customer portal's configuration is gone; the default is used", metadata: ["error": "\(error)"])
            return try await portalSession(customer, language, nil)
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
