import Core
import Jobs
import SQL
import Store
import Stripe

extension BillingService {
    /// Ends a second subscription of one agent, if it still is one, and gives back what was paid for it. Safe to repeat.
    func refund(_ arguments: RefundDuplicate) async throws {
        guard let subscription = try await found({ try await stripe.subscription(arguments.stripeID) }) else { return }
        if subscription.endedAt == nil {
            guard try await isDouble(arguments.stripeID) else { return }
            _ = try await found { try await stripe.cancelSubscription(arguments.stripeID) }
        }
        let references = try await stripe.invoices(ofSubscription: arguments.stripeID)
            .filter { $0.status == "paid" }.flatMap(\.paymentReferences)
        for charge in try await stripe.charges(ofCustomer: subscription.customer)
        where !charge.refunded && references.contains(where: { $0 == charge.id || $0 == charge.paymentIntent }) {
            try await stripe.refund(charge: charge.id, idempotencyKey: "duplicate-\(charge.id)")
        }
        try await queue.write { work in
            try work.enqueue(ConvergeSubscription(stripeID: arguments.stripeID, customerID: arguments.customerID))
            let key = "host/paid_twice/\(arguments.stripeID)"
            guard let customerID = arguments.customerID,
                try BillingStore(work.transaction).tell(key, customerID: customerID, now: work.now)
            else { return }
            try work.enqueue(
                AlertHost(
                    subject: "Paid twice, and refunded: \(arguments.stripeID)",
                    text:
                        "Customer \(customerID.rawValue) has subscribed again while a subscription of the same agent runs.\n\n"
                        + "The later one, \(arguments.stripeID), was cancelled, and its payment refunded in full."))
        }
    }

    /// Whether another subscription runs the same agent. The first one may have ended since the refund was ordered.
    private func isDouble(_ stripeID: String) async throws -> Bool {
        let now = queue.clock.now
        return try await queue.database.read { transaction in
            let store = BillingStore(transaction)
            guard let own = try store.subscription(stripeID: stripeID) else { return false }
            return try store.subscriptions(boxID: own.boxID, customerID: own.customerID).contains { other in
                other.id != own.id && other.pastDueSince == nil && other.entitlement(at: now) == .running
            }
        }
    }
}
