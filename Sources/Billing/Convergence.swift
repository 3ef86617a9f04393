import Core
import Jobs
import Logging
import SQL
import Store
import Stripe

/// The one transaction that writes what follows from a subscription.
struct Convergence {
    let work: UnitOfWork
    let purchase: Purchase
    let fetched: StripeSubscription
    let facts: BillingFacts
    let invoices: [StripeInvoice]
    let plans: PlanTable
    let logger: Logger

    private var billing: BillingStore { BillingStore(work.transaction) }
    private var usage: UsageStore { UsageStore(work.transaction) }

    func run() throws {
        guard let customer = try CustomerStore(work.transaction).find(purchase.customerID),
            let box = try BoxStore(work.transaction).find(purchase.boxID, customerID: purchase.customerID)
        else {
            logger.error("a subscription can't be applied", metadata: ["subscription": "\(fetched.id)"])
            return
        }
        let wasPaid = try billing.subscription(stripeID: fetched.id)?.entitlement(at: work.now) != nil
        let decision = try decide(box)
        let subscription = decision.subscription
        try billing.upsert(subscription)
        try storeInvoices(subscription)
        try update(customer)
        try setQuota(decision)
        let isCompletedNow = subscription.entitlement(at: work.now) != nil ? try completeCheckout() : false
        let isChanged = try want(box, decision)
        try tell(decision, box)
        try refundIfPaidTwice(subscription)
        if !wasPaid { try refundIfPaidTooLate(subscription, box) }
        if decision.refusesTrial { try endTrial(subscription) }
        if isCompletedNow || isChanged {
            try work.answer(purchase.customerID)
        } else {
            work.changed(purchase.customerID)
        }
    }

    private func decide(_ box: Box) throws -> BillingDecision {
        let stored = try billing.subscription(stripeID: fetched.id)
        let identity = Subscription(
            id: stored?.id ?? work.ids.next(), customerID: purchase.customerID, boxID: purchase.boxID, tier: facts.tier,
            stripeID: fetched.id, stripeItemID: fetched.item?.id ?? "", status: facts.status,
            periodStart: facts.period.start, periodEnd: facts.period.end, endedAt: stored?.endedAt)
        return BillingRules(plans: plans).decide(
            facts, stored: identity,
            current: try usage.quota(customerID: purchase.customerID, periodStart: facts.period.start),
            previous: try usage.quota(customerID: purchase.customerID, periodEnd: facts.period.start),
            told: try billing.told(purchase.customerID),
            isReplaced: try isBesideAnother(), isReturning: try isReturning(box, identity), at: work.now)
    }

    /// Whether the person is known from an earlier subscription: by the account, the address or the Telegram account.
    private func isReturning(_ box: Box, _ subscription: Subscription) throws -> Bool {
        guard facts.status == .trialing, let customer = try CustomerStore(work.transaction).find(purchase.customerID) else {
            return false
        }
        return try billing.hasSubscribed(
            customerID: customer.id, emails: [purchase.email, customer.email].compactMap(\.self),
            telegramUserID: box.bot?.ownerUserID, before: subscription.id)
    }

    /// Ends a trial that isn't given. Nothing was charged for it.
    private func endTrial(_ subscription: Subscription) throws {
        logger.info("a second trial is ended", metadata: ["subscription": "\(fetched.id)"])
        try work.enqueue(EndSubscription(subscription))
    }

    private func storeInvoices(_ subscription: Subscription) throws {
        for invoice in invoices {
            guard let id = invoice.id, let bill = facts.invoices.first(where: { $0.id == id }) else { continue }
            try billing.upsert(
                Invoice(
                    id: id, customerID: subscription.customerID, subscriptionID: subscription.id, number: invoice.number,
                    status: bill.status.rawValue, tier: bill.tier, total: invoice.total, paid: invoice.amountPaid,
                    refunded: bill.refunded, currency: invoice.currency, url: invoice.hostedInvoiceUrl,
                    pdfURL: invoice.invoicePdf, createdAt: bill.createdAt))
        }
    }

    private func update(_ customer: Customer) throws {
        let store = CustomerStore(work.transaction)
        var updated = customer
        if let owner = try store.find(stripeCustomerID: fetched.customer), owner.id != customer.id {
            logger.error("two customers share one at Stripe", metadata: ["subscription": "\(fetched.id)"])
        } else if try customer.stripeCustomerID == nil || (purchase.checkoutID != nil && !isBesideAnother()) {
            updated.stripeCustomerID = fetched.customer
        }
        if customer.email == nil { updated.email = purchase.email }
        if updated != customer { try store.update(updated) }
    }

    /// Whether another subscription lets the box run: it keeps the customer that it has at Stripe.
    private func isBesideAnother() throws -> Bool {
        try billing.subscriptions(boxID: purchase.boxID, customerID: purchase.customerID)
            .filter { $0.stripeID != fetched.id }.entitlement(at: work.now)?.desired == .running
    }

    private func setQuota(_ decision: BillingDecision) throws {
        guard let limit = decision.limit else { return }
        try usage.setQuota(
            customerID: purchase.customerID, periodStart: limit.period.start, periodEnd: limit.period.end,
            limit: limit.units)
    }

    /// - Returns: whether it hadn't been completed before.
    private func completeCheckout() throws -> Bool {
        guard let id = purchase.checkoutID, var checkout = try billing.checkout(id, customerID: purchase.customerID),
            checkout.completedAt == nil
        else { return false }
        checkout.completedAt = work.now
        try billing.update(checkout)
        return true
    }

    /// - Returns: whether something else is wanted of the box than before.
    private func want(_ box: Box, _ decision: BillingDecision) throws -> Bool {
        let subscriptions = try billing.subscriptions(boxID: box.id, customerID: box.customerID)
        guard let entitlement = subscriptions.entitlement(at: work.now) else { return false }
        var wanted = box
        wanted.desired = entitlement.desired
        if entitlement.desired == .running, entitlement.subscription.id == decision.subscription.id {
            wanted.tier = decision.tier
        } else if entitlement.desired == .running, box.tier != entitlement.subscription.tier {
            // The one that counts now says what was paid for it.
            try work.enqueue(
                ConvergeSubscription(stripeID: entitlement.subscription.stripeID, customerID: box.customerID))
        }
        guard wanted != box else { return false }
        // What is deleted stays so.
        guard box.desired != .deleted else { return false }
        if entitlement.desired == .running { try claimSpare(for: box, wanted.tier) }
        try work.want(wanted)
        return true
    }

    /// Gives the box a spare to begin with, where there is one; else the operator starts it from nothing.
    private func claimSpare(for box: Box, _ tier: Tier) throws {
        guard let claimed = try SpareStore(work.transaction).claim(for: box, tier, now: work.now) else { return }
        logger.info(
            "a spare was claimed", metadata: ["box": "\(claimed.id)", "spare": "\(claimed.spareID?.rawValue ?? "")"])
        try work.enqueue(KeepSpares())
    }

    /// The subscription that was paid first stays; a later one that runs beside it goes back.
    private func refundIfPaidTwice(_ subscription: Subscription) throws {
        guard subscription.entitlement(at: work.now) == .running, let first = facts.firstPayment else { return }
        let others = try billing.subscriptions(boxID: purchase.boxID, customerID: purchase.customerID)
            .filter { $0.id != subscription.id && $0.entitlement(at: work.now) == .running && $0.pastDueSince == nil }
        guard
            let earlier = try others.first(where: { other in
                try billing.firstPayment(other.id, customerID: purchase.customerID).map { $0 < first } ?? false
            })
        else { return }
        logger.warning(
            "an agent was paid for twice; the later subscription is refunded",
            metadata: ["subscription": "\(subscription.stripeID)", "earlier": "\(earlier.stripeID)"])
        try work.enqueue(RefundDuplicate(stripeID: subscription.stripeID, customerID: purchase.customerID))
    }

    /// A payment page may be open when the agent that it is for is deleted, and nothing brings that one back. What was paid for
    /// before ends in other ways.
    private func refundIfPaidTooLate(_ subscription: Subscription, _ box: Box) throws {
        guard box.desired == .deleted, subscription.status.isLive else { return }
        logger.warning(
            "a deleted agent was paid for; the subscription is refunded",
            metadata: ["subscription": "\(subscription.stripeID)"])
        try work.enqueue(RefundDuplicate(stripeID: subscription.stripeID, customerID: purchase.customerID))
    }

    private func tell(_ decision: BillingDecision, _ box: Box) throws {
        for due in decision.notices
        where try billing.tell(due.key, customerID: purchase.customerID, now: work.now) {
            try work.enqueue(
                TellCustomer(due.message, key: due.key, boxID: purchase.boxID, customerID: purchase.customerID))
        }
        for key in decision.skipped { _ = try billing.tell(key, customerID: purchase.customerID, now: work.now) }
        for due in decision.alerts
        where try billing.tell(due.key, customerID: purchase.customerID, now: work.now) {
            try work.enqueue(due.message.mail(customerID: purchase.customerID, subscription: fetched.id))
        }
    }
}

extension HostAlert {
    /// What the host reads, with what to do about it.
    func mail(customerID: Customer.ID, subscription: String) -> AlertHost {
        let who = "Customer \(customerID.rawValue), subscription \(subscription)."
        return switch self {
        case .disputed(let invoice):
            AlertHost(
                subject: "A payment is disputed: \(invoice)",
                text: "\(who)\n\nThe agent is suspended until the dispute is decided. Answer it in Stripe's dashboard.")
        case .disputeLost(let invoice):
            AlertHost(
                subject: "A dispute is lost: \(invoice)",
                text:
                    "\(who)\n\nThe period of that payment counts as unpaid. A subscription that goes on brings an agent back "
                    + "with its next paid invoice; cancel it at Stripe if it is not to.")
        case .disputeWon(let invoice):
            AlertHost(
                subject: "A dispute is won: \(invoice)", text: "\(who)\n\nThe agent runs again if the subscription goes on.")
        case .refunded(let invoice):
            AlertHost(
                subject: "A payment is refunded in full: \(invoice)",
                text:
                    "\(who)\n\nThe period of that payment counts as unpaid: the agent is suspended if it is the present one. "
                    + "The subscription itself goes on; cancel it at Stripe if it is not to.")
        case .usedBeyondCredit(let units):
            AlertHost(
                subject: "A credit was given for what is used: \(units) units",
                text:
                    "\(who)\n\nA plan was made smaller within its period, and Stripe credited the rest of it, although more "
                    + "than the smaller plan has is used already. In the customer portal's settings at Stripe, have changes to "
                    + "cheaper plans take effect at the period's end.")
        }
    }
}
