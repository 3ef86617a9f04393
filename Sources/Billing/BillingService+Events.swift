import Core
import Jobs
import Logging
import SQL
import Store
import Stripe

extension BillingService {
    /// Takes a webhook in: when this returns, the event is stored and its job queued.
    /// - Parameters:
    ///   - payload: the body, byte for byte.
    ///   - signature: the header `Stripe-Signature`.
    /// - Throws: ``DomainError`` with the code `invalid_signature` or `invalid_event`; `SQLError`.
    package func receive(event payload: [UInt8], signature: String) async throws {
        let now = queue.clock.now.milliseconds / 1000
        do {
            try StripeWebhook.verify(
                payload: payload, header: signature, secrets: webhookSecrets.map { $0.reveal() }, now: now)
        } catch {
            // A header that says nothing is a mistake; one that says something wrong proves nobody.
            throw DomainError(
                error == .malformedHeader ? .invalid : .unauthenticated, code: "invalid_signature", error.explanation)
        }
        guard let event = try? StripeEvent(json: payload), String(validating: payload, as: UTF8.self) != nil else {
            throw DomainError(.invalid, code: "invalid_event", "The body is signed but isn't a Stripe event.")
        }
        _ = try await take(event, payload)
    }

    /// Stores an event as it came, with its job.
    /// - Returns: whether it is new.
    func take(_ event: StripeEvent, _ payload: [UInt8]) async throws -> Bool {
        try await queue.write { work in
            let isNew = try BillingStore(work.transaction).insertEvent(
                id: event.id, type: event.type, payload: String(decoding: payload, as: UTF8.self), now: work.now)
            guard isNew else { return false }
            try work.enqueue(HandleStripeEvent(eventID: event.id))
            if let payment = Payment(event: payload, now: work.now) {
                try PaymentStore(work.transaction).insert(payment)
            }
            return true
        }
    }

    /// Asks for the subscriptions that an event hints at to be looked at.
    func handle(_ arguments: HandleStripeEvent) async throws {
        let payload = try await queue.database.read { transaction in
            try BillingStore(transaction).eventPayload(id: arguments.eventID)
        }
        guard let payload else { throw JobOutcome.cancel(reason: "there is no such event") }
        let event = try StripeEvent(json: Array(payload.utf8))
        let stripeIDs = try await subscriptions(concernedBy: event)
        try await queue.write { work in
            let store = BillingStore(work.transaction)
            for stripeID in stripeIDs {
                let owner = try store.subscription(stripeID: stripeID)?.customerID
                try work.enqueue(ConvergeSubscription(stripeID: stripeID, customerID: owner))
            }
            try store.markEventHandled(id: event.id, now: work.now)
        }
    }

    /// - Returns: `sub_…`; none for events that say nothing about a subscription.
    private func subscriptions(concernedBy event: StripeEvent) async throws -> [String] {
        let subject = event.subject
        switch HandledEvent(rawValue: event.type) {
        case .checkoutCompleted, .checkoutPaid, .checkoutFailed:
            guard let id = subject.id else { return [] }
            let session = try await found { try await stripe.checkoutSession(id) }
            return session?.subscription.map { [$0] } ?? []

        case .subscriptionCreated, .subscriptionUpdated, .subscriptionDeleted, .subscriptionPaused, .subscriptionResumed,
            .pendingUpdateApplied, .pendingUpdateExpired:
            return subject.id.map { [$0] } ?? []

        case .invoicePaid, .invoiceFailed, .invoiceNeedsAction, .invoiceVoided, .invoiceUncollectible:
            if let id = subject.invoicedSubscription { return [id] }
            // An event that was asked for has the shape of the account's own API version, which may be another one.
            guard let id = subject.id, let invoice = try await found({ try await stripe.invoice(id) }) else { return [] }
            return invoice.subscription.map { [$0] } ?? []

        case .disputeCreated, .disputeUpdated, .disputeClosed, .refundCreated, .refundUpdated, .refundFailed:
            logger.warning("a payment is disputed or refunded", metadata: ["event": "\(event.id)", "type": "\(event.type)"])
            guard let id = subject.charge, let customer = try await found({ try await stripe.charge(id) })?.customer else {
                return []
            }
            if event.type.hasPrefix("refund."), let refund = subject.id {
                try await queue.write {
                    try PaymentStore($0.transaction).settle(
                        refund: refund, stripeCustomerID: customer, hasFailed: event.type == "refund.failed")
                }
            }
            return try await queue.database.read { transaction in
                try BillingStore(transaction).subscriptions(stripeCustomerID: customer).map(\.stripeID)
            }

        case nil:
            return []
        }
    }

    /// - Returns: `nil` where Stripe says that there is no such object.
    func found<Value: Sendable>(_ fetch: () async throws -> Value) async throws -> Value? {
        do {
            return try await fetch()
        } catch let error as StripeError where error.kind == .notFound {
            logger.warning("an object that was named doesn't exist at Stripe", metadata: ["error": "\(error)"])
            return nil
        }
    }
}

extension StripeWebhook.Failure {
    fileprivate var explanation: String {
        switch self {
        case .malformedHeader:
            "The header Stripe-Signature is missing or isn't of the form t=…,v1=…."
        case .noMatchingSignature:
            "The signature doesn't match. Check that STRIPE_WEBHOOK_SECRETS holds the signing secret of this endpoint."
        case .outsideTolerance:
            "The signature is older or newer than five minutes. Check the clock."
        }
    }
}
