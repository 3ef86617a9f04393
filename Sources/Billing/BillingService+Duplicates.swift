import Core
import Jobs
import SQL
import Store
import Stripe

extension BillingService {
    /// Ends a second subscription of one agent, or one of a deleted agent, if it still is that, and gives back what was paid for it.
    /// Safe to repeat.
    func refund(_ arguments: RefundDuplicate) async throws {
        guard let subscription = try await found({ try await stripe.subscription(arguments.stripeID) }) else { return }
        if subscription.endedAt == nil {
            guard try await isInVain(arguments.stripeID) else { return }
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
            let isDeleted = try Self.isOfDeletedAgent(arguments.stripeID, in: work.transaction)
            try work.enqueue(
                AlertHost(
                    subject: "Paid \(isDeleted ? "for a deleted agent" : "twice"), and refunded: \(arguments.stripeID)",
                    text: "Customer \(customerID.rawValue) has subscribed "
                        + (isDeleted
                            ? "to an agent after it was deleted" : "again while a subscription of the same agent runs")
                        + ".\n\nThe subscription \(arguments.stripeID) was cancelled, and its payment refunded in full."))
        }
    }

    private static func isOfDeletedAgent(_ stripeID: String, in transaction: any Transaction) throws -> Bool {
        guard let own = try BillingStore(transaction).subscription(stripeID: stripeID) else { return false }
        return try BoxStore(transaction).find(own.boxID, customerID: own.customerID)?.desired == .deleted
    }

    /// Whether nothing comes of a subscription. With a second one that may have changed since the refund was ordered: the first may
    /// have ended.
    private func isInVain(_ stripeID: String) async throws -> Bool {
        let now = queue.clock.now
        return try await queue.database.read { transaction in
            if try Self.isOfDeletedAgent(stripeID, in: transaction) { return true }
            let store = BillingStore(transaction)
            guard let own = try store.subscription(stripeID: stripeID) else { return false }
            return try store.subscriptions(boxID: own.boxID, customerID: own.customerID).contains { other in
                other.id != own.id && other.pastDueSince == nil && other.entitlement(at: now) == .running
            }
        }
    }
}
