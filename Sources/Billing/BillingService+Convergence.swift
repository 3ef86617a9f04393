import Core
import Jobs
import Logging
import SQL
import Store
import Stripe

extension BillingService {
    /// Makes our rows agree with Stripe's subscription.
    func converge(_ arguments: ConvergeSubscription) async throws {
        guard let fetched = try await found({ try await stripe.subscription(arguments.stripeID) }) else { return }
        guard let purchase = try await purchase(behind: fetched) else {
            logger.warning("a subscription belongs to no checkout of ours", metadata: ["subscription": "\(fetched.id)"])
            return
        }
        guard arguments.customerID == purchase.customerID else {
            // Jobs of one customer run one at a time, so that what was fetched first is also written first.
            return try await queue.write { work in
                try work.enqueue(ConvergeSubscription(stripeID: fetched.id, customerID: purchase.customerID))
            }
        }
        try await queue.write { [plans, logger] work in
            let convergence = Convergence(work: work, purchase: purchase, fetched: fetched, plans: plans, logger: logger)
            try convergence.run()
        }
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

/// The one transaction that writes what follows from a subscription.
private struct Convergence {
    let work: UnitOfWork
    let purchase: Purchase
    let fetched: StripeSubscription
    let plans: PlanTable
    let logger: Logger

    func run() throws {
        guard let status = Subscription.Status(rawValue: fetched.status), let item = fetched.item,
            let customer = try CustomerStore(work.transaction).find(purchase.customerID),
            let box = try BoxStore(work.transaction).find(purchase.boxID, customerID: purchase.customerID)
        else {
            logger.error("a subscription can't be applied", metadata: ["subscription": "\(fetched.id)"])
            return
        }
        let subscription = try store(status, item)
        try update(customer)
        let isCompletedNow = subscription.entitlement(at: work.now) != nil ? try completeCheckout() : false
        let isChanged = try want(box)
        if isCompletedNow || isChanged {
            try work.answer(purchase.customerID)
        } else {
            work.changed(purchase.customerID)
        }
    }

    private func store(_ status: Subscription.Status, _ item: StripeSubscription.Item) throws -> Subscription {
        let store = BillingStore(work.transaction)
        let stored = try store.subscription(stripeID: fetched.id)
        let periodEnd = Timestamp(seconds: item.currentPeriodEnd)
        let subscription = Subscription(
            id: stored?.id ?? work.ids.next(), customerID: purchase.customerID, boxID: purchase.boxID,
            tier: item.price.metadata["tier"].flatMap(Tier.init) ?? purchase.tier, stripeID: fetched.id,
            stripeItemID: item.id, status: status, periodStart: Timestamp(seconds: item.currentPeriodStart),
            periodEnd: periodEnd,
            cancelAt: fetched.cancelAt.map(Timestamp.init(seconds:)) ?? (fetched.cancelAtPeriodEnd ? periodEnd : nil),
            // Stripe doesn't say since when.
            pastDueSince: status == .pastDue ? stored?.pastDueSince ?? work.now : nil,
            endedAt: fetched.endedAt.map(Timestamp.init(seconds:))
                ?? (status == .canceled ? stored?.endedAt ?? work.now : nil))
        try store.upsert(subscription)
        return subscription
    }

    private func update(_ customer: Customer) throws {
        let store = CustomerStore(work.transaction)
        var updated = customer
        if let owner = try store.find(stripeCustomerID: fetched.customer), owner.id != customer.id {
            logger.error("two customers share one at Stripe", metadata: ["subscription": "\(fetched.id)"])
        } else if purchase.checkoutID != nil || customer.stripeCustomerID == nil {
            updated.stripeCustomerID = fetched.customer
        }
        if customer.email == nil { updated.email = purchase.email }
        if updated != customer { try store.update(updated) }
    }

    /// - Returns: whether it hadn't been completed before.
    private func completeCheckout() throws -> Bool {
        let store = BillingStore(work.transaction)
        guard let id = purchase.checkoutID, var checkout = try store.checkout(id, customerID: purchase.customerID),
            checkout.completedAt == nil
        else { return false }
        checkout.completedAt = work.now
        try store.update(checkout)
        return true
    }

    /// - Returns: whether something else is wanted of the box than before.
    private func want(_ box: Box) throws -> Bool {
        let subscriptions = try BillingStore(work.transaction).subscriptions(boxID: box.id, customerID: box.customerID)
        guard let entitlement = subscriptions.entitlement(at: work.now) else { return false }
        if subscriptions.count(where: { $0.entitlement(at: work.now) == .running }) > 1 {
            logger.error("a box is paid for twice; cancel and refund one subscription", metadata: ["box": "\(box.id)"])
        }
        var wanted = box
        wanted.desired = entitlement.desired
        if entitlement.desired == .running {
            let subscription = entitlement.subscription
            wanted.tier = subscription.tier
            try UsageStore(work.transaction).setQuota(
                customerID: box.customerID, periodStart: subscription.periodStart, periodEnd: subscription.periodEnd,
                limit: plans[subscription.tier].monthlyUnits)
        }
        guard wanted != box else { return false }
        guard box.desired != .deleted else {
            logger.error("a box that is deleted has been paid for", metadata: ["box": "\(box.id)"])
            return false
        }
        let stored = try BoxStore(work.transaction).want(wanted)
        try work.enqueue(ReconcileBox(stored))
        return true
    }
}
