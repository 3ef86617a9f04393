package import Core
import Jobs
import SQL
import Store
import Stripe

/// What a change of plan would bring.
package enum PlanChange: Sendable, Hashable {
    /// At once, for so much, in the currency's smallest unit. The moment goes back with the wish, so that what is charged is what
    /// was shown.
    case upgrade(amount: Int, currency: String, moment: Timestamp)
    /// At the end of the period; nothing is charged or credited before.
    case downgrade(at: Timestamp)
    /// The customer has that plan, and keeps it: what was to come next is taken back.
    case keep
}

extension BillingService {
    /// How long a price that was shown holds.
    private static let offerLifetime = Duration.seconds(15 * 60)

    /// What moving to a plan would cost, by Stripe's own reckoning.
    /// - Throws: ``DomainError`` with the code `no_subscription`, `trial_running`, `payment_missing` or `payments_unavailable`;
    ///   `SQLError`.
    package func preview(_ tier: Tier, for customerID: Customer.ID) async throws -> PlanChange {
        let subscription = try await changeable(customerID)
        guard tier != subscription.tier else { return .keep }
        guard isDearer(tier, than: subscription.tier) else { return .downgrade(at: subscription.periodEnd) }
        let moment = Timestamp(seconds: queue.clock.now.milliseconds / 1000)
        do {
            let invoice = try await stripe.preview(try await change(subscription, to: tier, at: moment))
            return .upgrade(amount: invoice.amountDue, currency: invoice.currency, moment: moment)
        } catch let error as StripeError {
            throw unavailable(error)
        }
    }

    /// Moves to a plan: to a dearer one at once, to a cheaper one at the end of the period.
    /// - Parameter moment: from the preview.
    /// - Returns: Stripe's page on which the difference is to be paid, if charging it failed.
    /// - Throws: ``DomainError`` with the code `no_subscription`, `trial_running`, `payment_missing`, `offer_expired` or
    ///   `payments_unavailable`; `SQLError`.
    package func change(to tier: Tier, for customerID: Customer.ID, moment: Timestamp?) async throws -> String? {
        let subscription = try await changeable(customerID)
        var page: String?
        do {
            if tier != subscription.tier, isDearer(tier, than: subscription.tier) {
                page = try await upgrade(subscription, to: tier, moment: moment)
            } else {
                try await schedule(subscription, to: tier)
            }
        } catch let error as StripeError {
            throw unavailable(error)
        }
        try await queue.write { work in
            try work.enqueue(ConvergeSubscription(stripeID: subscription.stripeID, customerID: customerID))
        }
        return page
    }

    private func upgrade(_ subscription: Subscription, to tier: Tier, moment: Timestamp?) async throws -> String? {
        let now = queue.clock.now
        guard let moment, moment <= now, now < moment + Self.offerLifetime, moment >= subscription.periodStart else {
            throw DomainError(.conflict, code: "offer_expired", "The price has changed meanwhile. Look at it again.")
        }
        let wish = try await change(subscription, to: tier, at: moment)
        // A schedule would undo it at the period's end.
        if let schedule = try await stripe.subscription(subscription.stripeID).schedule {
            try await stripe.release(schedule: schedule)
        }
        let changed = try await stripe.apply(
            wish, idempotencyKey: "plan-\(subscription.stripeID)-\(tier.rawValue)-\(wish.prorationDate)")
        guard changed.hasPendingUpdate, let invoice = changed.latestInvoice else { return nil }
        return try await stripe.invoice(invoice).hostedInvoiceUrl
    }

    private func schedule(_ subscription: Subscription, to tier: Tier) async throws {
        let present = try await stripe.subscription(subscription.stripeID)
        if let schedule = present.schedule { try await stripe.release(schedule: schedule) }
        guard tier != subscription.tier else { return }
        if present.cancelAtPeriodEnd { try await stripe.setCancelling(false, subscription.stripeID) }
        let key = "schedule-\(subscription.stripeID)-\(tier.rawValue)-\(queue.clock.now.milliseconds)"
        let schedule = try await stripe.createSchedule(ofSubscription: subscription.stripeID, idempotencyKey: key)
        _ = try await stripe.change(schedule, to: try await prices.id(for: plans[tier]))
    }

    private func change(
        _ subscription: Subscription, to tier: Tier, at moment: Timestamp
    ) async throws -> StripeClient.PriceChange {
        StripeClient.PriceChange(
            subscription: subscription.stripeID, item: subscription.stripeItemID,
            price: try await prices.id(for: plans[tier]), prorationDate: moment.milliseconds / 1000)
    }

    private func isDearer(_ tier: Tier, than other: Tier) -> Bool { plans[tier].monthlyPrice > plans[other].monthlyPrice }

    private func changeable(_ customerID: Customer.ID) async throws -> Subscription {
        let now = queue.clock.now
        let found = try await queue.database.read { transaction -> Subscription? in
            guard let box = try BoxStore(transaction).current(customerID: customerID) else { return nil }
            let all = try BillingStore(transaction).subscriptions(boxID: box.id, customerID: customerID)
            guard let entitlement = all.entitlement(at: now), entitlement.subscription.status.isLive else { return nil }
            return entitlement.subscription
        }
        guard let found else {
            throw DomainError(.conflict, code: "no_subscription", "There is no running subscription to change.")
        }
        guard found.status != .trialing else {
            throw DomainError(
                .conflict, code: "trial_running", "The plan can be changed once the free trial is over.")
        }
        guard found.pastDueSince == nil, found.withdrawal == nil else {
            throw DomainError(
                .conflict, code: "payment_missing", "A payment is missing. Pay it first, then change the plan.")
        }
        return found
    }

    // MARK: Coming back

    /// Opens a checkout for an agent whose subscription has ended, with the plan it had.
    /// - Returns: the checkout to go to.
    /// - Throws: ``DomainError`` with the code `nothing_to_bring_back`; `SQLError`.
    package func bringBack(_ customerID: Customer.ID) async throws -> Checkout {
        try await queue.write { work in
            let billing = BillingStore(work.transaction)
            guard let box = try BoxStore(work.transaction).current(customerID: customerID), box.desired == .suspended,
                try billing.subscriptions(boxID: box.id, customerID: customerID).allSatisfy({ $0.status == .canceled })
            else {
                throw DomainError(.conflict, code: "nothing_to_bring_back", "There is no ended agent to bring back.")
            }
            let checkout = Checkout(
                id: work.ids.next(), customerID: customerID, boxID: box.id, tier: box.tier, createdAt: work.now)
            try billing.insert(checkout)
            try work.enqueue(OpenCheckout(checkout))
            return checkout
        }
    }
}
