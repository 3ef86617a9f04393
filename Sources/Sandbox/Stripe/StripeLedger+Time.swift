/// What the passing of time brings: renewals, charges, retries, ends, sessions that nobody paid.
extension StripeLedger {
    /// Stripe charges an hour after a period has begun.
    static let draftLifetime: Int64 = 3600
    /// When a failed renewal is tried again, in days after the first attempt; the subscription ends with the last one.
    static let retryDays: [Int64] = [3, 7, 14, 21]

    /// Does one thing after the other, each at its moment, until the present.
    func passTime() throws {
        while let (moment, act) = try next() {
            try act(StripeLedger(transaction: transaction, now: moment, deliveredAt: deliveredAt, publicURL: publicURL))
        }
    }

    private typealias Act = (StripeLedger) throws -> Void

    /// What has been due for the longest.
    private func next() throws -> (Int64, Act)? {
        var acts: [(Int64, Act)] = []
        for status in ["active", "trialing", "past_due"] {
            let fields = ["status": StripeValue.text(status)]
            if let (end, subscription) = try due("subscription", where: fields, by: "items.data[0].current_period_end") {
                acts.append((end, { try $0.turn(subscription) }))
            }
            if let (expiry, subscription) = try due("subscription", where: fields, by: "pending_update.expires_at") {
                acts.append((expiry, { try $0.dropPendingUpdate(of: subscription) }))
            }
        }
        let drafts: [String: StripeValue] = ["status": "draft", "auto_advance": true]
        if let (moment, invoice) = try due("invoice", where: drafts, by: "created", after: Self.draftLifetime) {
            acts.append((moment, { try $0.charge(draft: invoice) }))
        }
        if let (attempt, invoice) = try due("invoice", where: ["status": "open"], by: "next_payment_attempt") {
            acts.append((attempt, { try $0.retry(invoice) }))
        }
        if let (expiry, session) = try due("checkout.session", where: ["status": "open"], by: "expires_at") {
            acts.append((expiry, { _ = try $0.expire(session) }))
        }
        return acts.min { $0.0 < $1.0 }
    }

    // MARK: Periods

    private func turn(_ subscription: StripeValue) throws {
        if subscription["cancel_at_period_end"].isTrue {
            _ = try end(subscription)
        } else {
            try renew(subscription)
        }
    }

    private func renew(_ subscription: StripeValue) throws {
        var renewed = try scheduled(subscription)
        var item = renewed.item
        item["current_period_start"] = .integer(now)
        item["current_period_end"] = .integer(
            Self.end(item["price"], from: now, anchor: subscription["billing_cycle_anchor"].integer ?? now))
        renewed["items"]["data"] = [item]
        if renewed["status"] == "trialing" { renewed["status"] = "active" }
        let pending = try all("sandbox.pending_lines", where: ["subscription": .text(subscription.id)])
        let lines = pending.flatMap { $0["lines"].list } + [line(of: renewed)]
        for object in pending { try remove(object) }
        var draft = try draft(renewed, lines: lines, reason: "subscription_cycle")
        if renewed["pause_collection"] != .null {
            draft["auto_advance"] = false
            switch renewed["pause_collection"]["behavior"].text {
            case "void": draft["status"] = "void"
            case "mark_uncollectible": draft["status"] = "uncollectible"
            default: break
            }
        }
        renewed["latest_invoice"] = .text(draft.id)
        try insert(draft)
        try update(renewed)
        try emit("invoice.created", draft)
        try emit("customer.subscription.updated", renewed)
    }

    /// The subscription with what its schedule has for the period that begins.
    private func scheduled(_ subscription: StripeValue) throws -> StripeValue {
        guard var schedule = try subscription["schedule"].text.flatMap({ try find("subscription_schedule", $0) }),
            let phase = schedule["phases"].list.first(where: { ($0["start_date"].integer ?? 0) >= now }),
            let price = try find("price", phase["items"].list.first?["price"].text ?? "")
        else { return subscription }
        var changed = subscription
        var item = subscription.item
        item["price"] = price
        changed["items"]["data"] = [item]
        changed["schedule"] = nil
        schedule["status"] = "released"
        schedule["released_subscription"] = .text(subscription.id)
        schedule["subscription"] = nil
        try update(schedule)
        try emit("subscription_schedule.released", schedule)
        return changed
    }

    private func dropPendingUpdate(of subscription: StripeValue) throws {
        if let invoice = try find("invoice", subscription["latest_invoice"].text ?? ""), invoice["status"] == "open" {
            var void = invoice
            void["status"] = "void"
            void["next_payment_attempt"] = nil
            try update(void)
            try emit("invoice.voided", void)
        }
        var dropped = subscription
        dropped["pending_update"] = nil
        try update(dropped)
        try emit("customer.subscription.pending_update_expired", dropped)
    }

    // MARK: Payments

    private func charge(draft: StripeValue) throws {
        try collect(try finalize(draft))
    }

    /// The invoice is charged again, and what follows for its subscription.
    private func retry(_ invoice: StripeValue) throws {
        try collect(invoice)
    }

    /// Charges the subscription of an open invoice for it, and has the subscription follow.
    /// - Returns: the invoice.
    @discardableResult
    func collect(_ open: StripeValue, isOwnerHere: Bool = false) throws -> StripeValue {
        let subscription = try find("subscription", open.invoicedSubscription ?? "") ?? [:]
        var invoice = try collect(
            open, paymentMethod: subscription["default_payment_method"].text, isOwnerHere: isOwnerHere)
        guard let status = subscription["status"].text, status != "canceled" else { return invoice }
        var changed = subscription
        if invoice["status"] == "paid" {
            if subscription["pending_update"] != .null, subscription["latest_invoice"].text == invoice.id {
                changed["items"]["data"] = subscription["pending_update"]["subscription_items"]
                changed["pending_update"] = nil
            }
            if subscription["latest_invoice"].text == invoice.id, status == "past_due" || status == "unpaid" {
                changed["status"] = "active"
            }
        } else if invoice["billing_reason"] == "subscription_cycle" {
            let first = (invoice["created"].integer ?? now) + Self.draftLifetime
            let next = Self.retryDays.map { first + $0 * 86_400 }.first { $0 > now }
            invoice["next_payment_attempt"] = StripeValue(next)
            try update(invoice)
            guard next != nil else {
                _ = try end(subscription)
                return invoice
            }
            changed["status"] = "past_due"
        }
        if changed != subscription {
            try update(changed)
            try emit("customer.subscription.updated", changed)
        }
        return invoice
    }

    /// Gives the customer's subscriptions another card, and charges it for what is open.
    func setCard(_ card: StripeTestCard, customer: String) throws {
        for subscription in try all("subscription", where: ["customer": .text(customer)])
        where subscription["status"] != "canceled" {
            var changed = subscription
            changed["default_payment_method"] = .text(card.paymentMethod)
            try update(changed)
            for invoice in try openInvoices(of: subscription) {
                try collect(invoice, isOwnerHere: card.paymentMethod != StripeTestCard.failingLater)
            }
        }
    }
}
