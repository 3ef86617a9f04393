import Core
import Jobs
import SQL
import Store
import Stripe

extension BillingService {
    /// Ends a second subscription of one agent and gives back what was paid for it. Safe to repeat.
    func refund(_ arguments: RefundDuplicate, jobID: Job.ID) async throws {
        guard let subscription = try await found({ try await stripe.subscription(arguments.stripeID) }) else { return }
        if subscription.endedAt == nil { _ = try await found { try await stripe.cancelSubscription(arguments.stripeID) } }
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
}
