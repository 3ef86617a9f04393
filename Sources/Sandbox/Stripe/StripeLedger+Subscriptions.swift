import FoundationEssentials

/// The test cards that the payment page takes (https://docs.stripe.com/testing).
struct StripeTestCard: Sendable, Hashable {
    /// Stripe's name for the payment method that the card becomes.
    let paymentMethod: String
    let last4: String
    /// Why it is declined, in Stripe's words; `nil` if it isn't.
    var declineCode: String?

    /// - Returns: `nil` for any other number.
    init?(number: String) {
        switch number {
        case "4242424242424242": paymentMethod = "pm_card_visa"
        // Can be charged once; the renewals fail.
        case "4000000000000341": paymentMethod = StripeTestCard.failingLater
        case "4000000000000002": (paymentMethod, declineCode) = ("pm_card_visa_chargeDeclined", "generic_decline")
        case "4000000000009995":
            (paymentMethod, declineCode) = ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds")
        case "4000000000000069": (paymentMethod, declineCode) = ("pm_card_chargeDeclinedExpiredCard", "expired_card")
        default: return nil
        }
        last4 = String(number.suffix(4))
    }

    static let failingLater = "pm_card_chargeCustomerFail"
}

extension StripeLedger {
    // MARK: Checkout

    /// The id of the object that keeps what a session sells.
    static func orderID(of sessionID: String) -> String { "order_\(sessionID)" }

    func expire(_ session: StripeValue) throws -> StripeValue {
        var expired = session
        expired["status"] = "expired"
        expired["url"] = nil
        try update(expired)
        try emit("checkout.session.expired", expired)
        return expired
    }

    /// Carries an open session out: customer, subscription, invoice, charge and their events. A session is paid once.
    /// - Returns: the completed session.
    func pay(_ session: StripeValue, email: String, name: String, card: StripeTestCard) throws -> StripeValue {
        guard let order = try find("sandbox.order", Self.orderID(of: session.id)),
            let price = try find("price", order["price"].text ?? "")
        else { throw StripeFault.noSuch("checkout.session", session.id) }
        let customer = try session["customer"].text.map { try require("customer", $0) } ?? newCustomer(email, name)
        var subscription = newSubscription(customer, price, order, paymentMethod: card.paymentMethod)
        let invoice = try invoice(
            subscription, amount: Self.amount(of: subscription), reason: "subscription_create", isPaid: true,
            email: customer["email"])
        subscription["latest_invoice"] = .text(invoice.id)
        try insert(subscription)

        var completed = session
        completed["customer"] = .text(customer.id)
        completed["customer_details"] = [
            "address": nil, "email": .text(email), "name": .text(name), "phone": nil, "tax_exempt": "none", "tax_ids": [],
        ]
        completed["invoice"] = .text(invoice.id)
        completed["payment_status"] = "paid"
        completed["status"] = "complete"
        completed["subscription"] = .text(subscription.id)
        completed["url"] = nil
        try update(completed)
        try emit("customer.subscription.created", subscription)
        try emit("checkout.session.completed", completed)
        return completed
    }

    private func newCustomer(_ email: String, _ name: String) throws -> StripeValue {
        let customer: StripeValue = [
            "id": .text(Self.newID("cus", length: 14)), "object": "customer", "address": nil, "balance": 0,
            "created": .integer(now), "currency": nil, "default_source": nil, "delinquent": false, "description": nil,
            "email": .text(email), "livemode": false, "metadata": [:], "name": .text(name), "phone": nil,
            "preferred_locales": [], "shipping": nil, "tax_exempt": "none",
        ]
        try insert(customer)
        try emit("customer.created", customer)
        return customer
    }

    // MARK: Subscriptions

    private func newSubscription(
        _ customer: StripeValue, _ price: StripeValue, _ order: StripeValue, paymentMethod: String
    ) -> StripeValue {
        let id = Self.newID("sub")
        return [
            "id": .text(id), "object": "subscription", "billing_cycle_anchor": .integer(now), "cancel_at": nil,
            "cancel_at_period_end": false, "canceled_at": nil, "collection_method": "charge_automatically",
            "created": .integer(now), "currency": price["currency"], "customer": .text(customer.id),
            "default_payment_method": .text(paymentMethod), "description": nil, "ended_at": nil,
            "items": .page(
                [
                    [
                        "id": .text(Self.newID("si", length: 14)), "object": "subscription_item", "created": .integer(now),
                        "current_period_start": .integer(now), "current_period_end": .integer(Self.end(price, from: now)),
                        "metadata": [:], "price": price, "quantity": order["quantity"], "subscription": .text(id),
                    ]
                ], url: "/v1/subscription_items?subscription=\(id)"),
            "latest_invoice": nil, "livemode": false, "metadata": order["metadata"], "pause_collection": nil,
            "pending_update": nil, "schedule": nil, "start_date": .integer(now), "status": "active", "trial_end": nil,
            "trial_start": nil,
        ]
    }

    /// The end of a period of this price, by the calendar of UTC.
    static func end(_ price: StripeValue, from start: Int64) -> Int64 {
        let component: Calendar.Component =
            switch price["recurring"]["interval"].text {
            case "day": .day
            case "week": .weekOfYear
            case "year": .year
            default: .month
            }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let count = Int(price["recurring"]["interval_count"].integer ?? 1)
        let date = Date(timeIntervalSince1970: Double(start))
        return Int64((calendar.date(byAdding: component, value: count, to: date) ?? date).timeIntervalSince1970)
    }

    /// What a period of the subscription costs.
    static func amount(of subscription: StripeValue) -> Int64 {
        subscription["items"]["data"].list.reduce(0) { sum, item in
            sum + (item["price"]["unit_amount"].integer ?? 0) * (item["quantity"].integer ?? 1)
        }
    }

    /// Moves a subscription to another price or quantity; the caller stores it.
    /// - Parameter invoicesNow: whether the difference for the rest of the period is paid at once.
    func change(
        _ subscription: StripeValue, price: StripeValue, quantity: Int64, invoicesNow: Bool
    ) throws -> StripeValue {
        guard var item = subscription["items"]["data"].list.first else { return subscription }
        let before = Self.amount(of: subscription)
        item["price"] = price
        item["quantity"] = .integer(quantity)
        var changed = subscription
        changed["items"]["data"] = [item]
        let start = item["current_period_start"].integer ?? now
        let end = max(item["current_period_end"].integer ?? now, start + 1)
        let difference = (Self.amount(of: changed) - before) * max(0, end - now) / (end - start)
        if invoicesNow, difference > 0 {
            let invoice = try invoice(changed, amount: difference, reason: "subscription_update", isPaid: true)
            changed["latest_invoice"] = .text(invoice.id)
        }
        return changed
    }

    func end(_ subscription: StripeValue) throws -> StripeValue {
        var ended = subscription
        ended["status"] = "canceled"
        ended["ended_at"] = .integer(now)
        ended["canceled_at"] = StripeValue(subscription["canceled_at"].integer ?? now)
        try update(ended)
        try emit("customer.subscription.deleted", ended)
        return ended
    }

    /// Does what the passing of time brings: renewals, ends, sessions that nobody paid.
    func passTime() throws {
        for subscription in try all("subscription") where subscription["status"] == "active" {
            guard let item = subscription["items"]["data"].list.first, let end = item["current_period_end"].integer,
                end <= now
            else { continue }
            if subscription["cancel_at_period_end"].isTrue {
                _ = try self.end(subscription)
            } else {
                try renew(subscription, item, from: end)
            }
        }
        for session in try all("checkout.session")
        where session["status"] == "open" && session["expires_at"].integer ?? 0 <= now {
            _ = try expire(session)
        }
    }

    private func renew(_ subscription: StripeValue, _ item: StripeValue, from start: Int64) throws {
        var item = item
        item["current_period_start"] = .integer(start)
        item["current_period_end"] = .integer(Self.end(item["price"], from: start))
        var renewed = subscription
        renewed["items"]["data"] = [item]
        let isPaid = subscription["default_payment_method"].text != StripeTestCard.failingLater
        let invoice = try invoice(
            renewed, amount: Self.amount(of: renewed), reason: "subscription_cycle", isPaid: isPaid)
        renewed["latest_invoice"] = .text(invoice.id)
        if !isPaid { renewed["status"] = "past_due" }
        try update(renewed)
        try emit("customer.subscription.updated", renewed)
    }
}

extension StripeValue {
    /// A subscription that ends with its period, or goes on after all.
    func cancelling(_ cancels: Bool, now: Int64) -> StripeValue {
        var subscription = self
        subscription["cancel_at_period_end"] = .bool(cancels)
        subscription["canceled_at"] = cancels ? .integer(now) : nil
        subscription["cancel_at"] = cancels ? self["items"]["data"].list.first?["current_period_end"] ?? nil : nil
        return subscription
    }
}
