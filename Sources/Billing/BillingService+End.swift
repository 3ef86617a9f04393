import Core
import Jobs
import Store
import Stripe

extension BillingService {
    /// Ends a subscription at once, for somebody who wants to be forgotten. One that is gone already is fine.
    func end(_ job: EndSubscription) async throws {
        do {
            try await stripe.cancelSubscription(job.stripeID)
        } catch let error as StripeError where error.kind == .notFound || error.kind == .invalidRequest {
            // What it is then, Stripe says in a moment.
        }
        try await queue.write {
            try $0.enqueue(ConvergeSubscription(stripeID: job.stripeID, customerID: job.customerID))
        }
    }
}
