import Core
import Jobs
import Logging
import SQL
import Store
import Stripe

extension BillingService {
    /// Makes our rows agree with Stripe's subscription.
    func converge(_ arguments: ConvergeSubscription) async throws {
        guard let fetched = try await found({ try await stripe.subscription(arguments.stripeID) }) else {
            return try await lookLater(arguments.stripeID)
        }
        guard let purchase = try await purchase(behind: fetched) else {
            logger.warning("a subscription belongs to no checkout of ours", metadata: ["subscription": "\(fetched.id)"])
            return try await lookLater(fetched.id)
        }
        guard arguments.customerID == purchase.customerID else {
            // Jobs of one customer run one at a time, so that what was fetched first is also written first.
            return try await queue.write { work in
                try work.enqueue(ConvergeSubscription(stripeID: fetched.id, customerID: purchase.customerID))
            }
        }
        guard let (facts, invoices) = try await facts(of: fetched, boughtAs: purchase.tier) else {
            logger.error("a subscription can't be applied", metadata: ["subscription": "\(fetched.id)"])
            return try await lookLater(fetched.id)
        }
        try await queue.write { [plans, logger] work in
            let convergence = Convergence(
                work: work, purchase: purchase, fetched: fetched, facts: facts, invoices: invoices, plans: plans,
                logger: logger)
            try convergence.run()
        }
    }

    /// What can't be applied is looked at once a day, and doesn't stand in the way of the others.
    private func lookLater(_ stripeID: String) async throws {
        try await queue.write { try BillingStore($0.transaction).look(atSubscription: stripeID, $0.now + .days(1)) }
    }

    /// - Returns: who ordered the subscription and for what; `nil` if nobody did.
    private func purchase(behind fetched: StripeSubscription) async throws -> Purchase? {
        let stored = try await queue.database.read { transaction in
            try BillingStore(transaction).subscription(stripeID: fetched.id)
        }
        // Once stored, a subscription keeps its owner and box.
        let known = stored.map { Purchase(customerID: $0.customerID, boxID: $0.boxID, tier: $0.tier) }
        if let stored, stored.entitlement(at: queue.clock.now) != nil { return known }
        // What the subscription's metadata says could be anyone's. The session that it came from is either one that we
        // opened, for a checkout in our database, or none of ours.
        guard let session = try await stripe.checkoutSession(ofSubscription: fetched.id) else { return known }
        let checkout = try await queue.database.read { transaction in
            try BillingStore(transaction).checkout(stripeSessionID: session.id)
        }
        guard let checkout else { return known }
        return Purchase(
            customerID: checkout.customerID, boxID: checkout.boxID, tier: checkout.tier,
            checkoutID: checkout.id, email: session.customerDetails?.email.flatMap { try? EmailAddress($0) }?.text)
    }
}

/// Who ordered a subscription, and for which box.
struct Purchase: Sendable {
    let customerID: Customer.ID
    let boxID: Box.ID
    /// For a price that doesn't say its tier.
    let tier: Tier
    /// The checkout that it came from, until that is known to be over.
    var checkoutID: Checkout.ID?
    var email: String?
}
