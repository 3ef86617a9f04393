import FoundationEssentials

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
    func pay(_ session: StripeValue, _ form: StripePaymentForm, card: StripeTestCard) throws -> StripeValue {
        guard let order = try find("sandbox.order", Self.orderID(of: session.id)),
            let price = try find("price", order["price"].text ?? "")
        else { throw StripeFault.noSuch("checkout.session", session.id) }
        let customer = try addressed(
            try session["customer"].text.map { try require("customer", $0) } ?? newCustomer(form.email, form.name), session,
            form)
        var subscription = newSubscription(customer, price, order, paymentMethod: card.paymentMethod)
        try insert(subscription)
        if session["allow_promotion_codes"].isTrue, let code = StripePromotionCode(form.code) {
            try redeem(code, for: subscription)
        }
        let draft = try draft(subscription, lines: [firstLine(of: subscription)], reason: "subscription_create")
        try insert(draft)
        let invoice = try collect(try finalize(draft), paymentMethod: card.paymentMethod, isOwnerHere: true)
        subscription["latest_invoice"] = .text(invoice.id)
        try update(subscription)

        var completed = session
        completed["customer"] = .text(customer.id)
        completed["customer_details"] = [
            "address": customer["address"], "email": .text(form.email), "name": customer["name"], "phone": nil,
            "tax_exempt": "none",
            "tax_ids": form.taxID.isEmpty ? [] : [["type": "eu_vat", "value": .text(form.taxID)]],
        ]
        completed["invoice"] = .text(invoice.id)
        completed["amount_total"] = invoice["total"]
        completed["payment_status"] = invoice["amount_due"] == 0 ? "no_payment_required" : "paid"
        completed["status"] = "complete"
        completed["subscription"] = .text(subscription.id)
        completed["url"] = nil
        try update(completed)
        try emit("customer.subscription.created", subscription)
        try emit("checkout.session.completed", completed)
        return completed
    }

    /// The customer with what the page has asked for and may write.
    private func addressed(
        _ customer: StripeValue, _ session: StripeValue, _ form: StripePaymentForm
    ) throws -> StripeValue {
        guard session["automatic_tax"]["enabled"].isTrue else { return customer }
        var addressed = customer
        addressed["address"] = ["country": "DE"]
        if !form.business.isEmpty { addressed["name"] = .text(form.business) }
        try update(addressed)
        try emit("customer.updated", addressed)
        return addressed
    }

    /// What is paid at once: nothing where a trial comes first.
    static func dueToday(_ order: StripeValue, price: StripeValue, code: StripePromotionCode? = nil) -> Totals {
        order["trial_days"] == .null
            ? firstPeriod(order, price: price, code: code) : Totals(0, percentOff: 0, isTaxed: false)
    }

    /// What the first period costs that isn't a trial.
    static func firstPeriod(_ order: StripeValue, price: StripeValue, code: StripePromotionCode? = nil) -> Totals {
        Totals(
            (price["unit_amount"].integer ?? 0) * (order["quantity"].integer ?? 1), percentOff: code?.percentOff ?? 0,
            isTaxed: order["is_taxed"].isTrue)
    }

    /// A trial costs nothing.
    private func firstLine(of subscription: StripeValue) -> StripeValue {
        var line = line(of: subscription)
        if subscription["status"] == "trialing" { line["amount"] = 0 }
        return line
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
        let trialEnd = order["trial_days"].integer.map { now + $0 * 86_400 }
        let end = trialEnd ?? Self.end(price, from: now, anchor: now)
        return [
            "id": .text(id), "object": "subscription", "automatic_tax": ["enabled": order["is_taxed"], "liability": nil],
            "billing_cycle_anchor": .integer(trialEnd ?? now), "cancel_at": nil,
            "cancel_at_period_end": false, "canceled_at": nil, "collection_method": "charge_automatically",
            "created": .integer(now), "currency": price["currency"], "customer": .text(customer.id),
            "default_payment_method": .text(paymentMethod), "description": nil, "ended_at": nil,
            "items": .page(
                [
                    [
                        "id": .text(Self.newID("si", length: 14)), "object": "subscription_item", "created": .integer(now),
                        "current_period_start": .integer(now), "current_period_end": .integer(end),
                        "metadata": [:], "price": price, "quantity": order["quantity"], "subscription": .text(id),
                    ]
                ], url: "/v1/subscription_items?subscription=\(id)"),
            "latest_invoice": nil, "livemode": false, "metadata": order["metadata"], "pause_collection": nil,
            "pending_update": nil, "schedule": nil, "start_date": .integer(now),
            "status": trialEnd == nil ? "active" : "trialing", "trial_end": StripeValue(trialEnd),
            "trial_start": trialEnd == nil ? nil : .integer(now),
        ]
    }

    /// The end of a period of this price, by the calendar of UTC: so many whole intervals after the anchor. So what began on the
    /// 31st renews on the last day of shorter months, and on the 31st again after them.
    static func end(_ price: StripeValue, from start: Int64, anchor: Int64) -> Int64 {
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
        let date = Date(timeIntervalSince1970: Double(anchor))
        let passed = calendar.dateComponents([component], from: date, to: Date(timeIntervalSince1970: Double(start)))
        var periods = max(0, (passed.value(for: component) ?? 0) / count)
        while true {
            let end = calendar.date(byAdding: component, value: periods * count, to: date) ?? date
            if Int64(end.timeIntervalSince1970) > start { return Int64(end.timeIntervalSince1970) }
            periods += 1
        }
    }

    /// What a period of the subscription costs.
    static func amount(of subscription: StripeValue) -> Int64 {
        subscription["items"]["data"].list.reduce(0) { sum, item in
            sum + (item["price"]["unit_amount"].integer ?? 0) * (item["quantity"].integer ?? 1)
        }
    }

    enum Proration: String {
        case alwaysInvoice = "always_invoice"
        case createProrations = "create_prorations"
        case none
    }

    /// Moves a subscription to another price or quantity; the caller stores it.
    /// - Parameter behavior: what becomes of it if the difference can't be charged, in Stripe's words.
    func change(
        _ subscription: StripeValue, price: StripeValue, quantity: Int64, proration: Proration, behavior: String,
        at moment: Int64? = nil
    ) throws -> StripeValue {
        var changed = subscription
        var item = subscription.item
        item["price"] = price
        item["quantity"] = .integer(quantity)
        changed["items"]["data"] = [item]
        guard changed != subscription, subscription["status"] != "trialing" else { return changed }
        let lines = prorations(subscription, changed, at: moment)
        switch proration {
        case .none: return changed
        case .createProrations:
            try insert([
                "id": .text(Self.newID("pending")), "object": "sandbox.pending_lines",
                "subscription": .text(subscription.id),
                "lines": .list(lines),
            ])
            return changed
        case .alwaysInvoice:
            let draft = try draft(changed, lines: lines, reason: "subscription_update")
            try insert(draft)
            let method = subscription["default_payment_method"].text
            let invoice = try collect(try finalize(draft), paymentMethod: method, isOwnerHere: false)
            if invoice["status"] == "paid" {
                changed["latest_invoice"] = .text(invoice.id)
                return changed
            }
            return try unpaid(subscription, changed, invoice, behavior: behavior)
        }
    }

    private func unpaid(
        _ before: StripeValue, _ after: StripeValue, _ invoice: StripeValue, behavior: String
    ) throws -> StripeValue {
        switch behavior {
        case "error_if_incomplete":
            throw StripeFault(status: 402, type: "card_error", code: "card_declined", "Your card was declined.")
        case "pending_if_incomplete":
            var pending = before
            pending["latest_invoice"] = .text(invoice.id)
            pending["pending_update"] = [
                "billing_cycle_anchor": nil, "expires_at": .integer(now + 23 * 3600), "trial_end": nil,
                "subscription_items": after["items"]["data"],
            ]
            return pending
        default:
            var pastDue = after
            pastDue["latest_invoice"] = .text(invoice.id)
            pastDue["status"] = "past_due"
            return pastDue
        }
    }

    /// Cancels a subscription for good. What is open of it isn't charged any more by itself
    /// (https://docs.stripe.com/api/subscriptions/cancel).
    func end(_ subscription: StripeValue) throws -> StripeValue {
        for var invoice in try openInvoices(of: subscription) {
            invoice["auto_advance"] = false
            invoice["next_payment_attempt"] = nil
            try update(invoice)
        }
        var ended = subscription
        ended["status"] = "canceled"
        ended["ended_at"] = .integer(now)
        ended["canceled_at"] = StripeValue(subscription["canceled_at"].integer ?? now)
        try update(ended)
        try emit("customer.subscription.deleted", ended)
        return ended
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
