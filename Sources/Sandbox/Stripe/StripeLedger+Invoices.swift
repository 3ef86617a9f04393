/// Invoices, what is charged for them, and what goes back (https://docs.stripe.com/api/invoices/object).
extension StripeLedger {
    // MARK: Lines

    /// A period of the subscription's price.
    func line(of subscription: StripeValue) -> StripeValue {
        let item = subscription.item
        return line(
            item["price"], amount: Self.amount(of: subscription), quantity: item["quantity"], subscription: subscription,
            start: item["current_period_start"].integer ?? now, end: item["current_period_end"].integer ?? now,
            isProration: false)
    }

    /// A credit for the rest of the period at the price so far, and a charge for it at the new one.
    func prorations(_ before: StripeValue, _ after: StripeValue, at moment: Int64? = nil) -> [StripeValue] {
        let now = moment ?? self.now
        let item = before.item
        let start = item["current_period_start"].integer ?? now
        let end = item["current_period_end"].integer ?? now
        let rest = max(0, end - now)
        let whole = max(1, end - start)
        return [(before, -1), (after, 1)].map { subscription, sign in
            line(
                subscription.item["price"], amount: sign * (Self.amount(of: subscription) * rest / whole),
                quantity: subscription.item["quantity"], subscription: before, start: min(now, end), end: end,
                isProration: true)
        }
    }

    private func line(
        _ price: StripeValue, amount: Int64, quantity: StripeValue, subscription: StripeValue, start: Int64, end: Int64,
        isProration: Bool
    ) -> StripeValue {
        [
            "id": .text(Self.newID("il")), "object": "line_item", "amount": .integer(amount),
            "currency": subscription["currency"], "description": nil, "discounts": [], "livemode": false,
            "metadata": subscription["metadata"],
            "parent": [
                "type": "subscription_item_details", "invoice_item_details": nil,
                "subscription_item_details": [
                    "invoice_item": nil, "proration": .bool(isProration), "subscription": .text(subscription.id),
                    "subscription_item": .text(subscription.item.id),
                ],
            ],
            "period": ["start": .integer(start), "end": .integer(end)],
            "pricing": [
                "type": "price_details", "unit_amount_decimal": price["unit_amount_decimal"],
                "price_details": ["price": .text(price.id), "product": price["product"]],
            ],
            "quantity": quantity,
        ]
    }

    // MARK: Life

    /// An invoice that can still change; the caller stores it.
    func draft(_ subscription: StripeValue, lines: [StripeValue], reason: String) throws -> StripeValue {
        let id = Self.newID("in")
        let customer = try find("customer", subscription["customer"].text ?? "") ?? [:]
        let totals = try totals(lines.reduce(0) { $0 + ($1["amount"].integer ?? 0) }, of: subscription)
        let balance = customer["balance"].integer ?? 0
        // A credit balance is below zero.
        let due = max(0, totals.total + min(0, balance))
        return [
            "id": .text(id), "object": "invoice", "amount_due": .integer(due), "amount_paid": 0,
            "amount_remaining": .integer(due), "attempt_count": 0, "attempted": false, "auto_advance": true,
            "billing_reason": .text(reason), "collection_method": "charge_automatically", "created": .integer(now),
            "currency": subscription["currency"], "customer": subscription["customer"], "customer_email": customer["email"],
            "customer_name": customer["name"], "hosted_invoice_url": nil, "invoice_pdf": nil,
            "lines": .page(lines, url: "/v1/invoices/\(id)/lines"), "livemode": false, "metadata": [:],
            "next_payment_attempt": nil, "number": nil,
            "parent": [
                "type": "subscription_details", "quote_details": nil,
                "subscription_details": ["metadata": subscription["metadata"], "subscription": .text(subscription.id)],
            ],
            "payments": .page([], url: "/v1/invoice_payments"), "period_end": .integer(now), "period_start": .integer(now),
            "starting_balance": .integer(balance), "status": "draft", "subtotal": .integer(totals.subtotal),
            "total": .integer(totals.total),
            "total_discount_amounts": .list(totals.discount == 0 ? [] : [["amount": .integer(totals.discount)]]),
            "total_taxes": .list(totals.tax == 0 ? [] : [["amount": .integer(totals.tax)]]),
        ]
    }

    /// Gives a stored draft its number and its page.
    func finalize(_ draft: StripeValue) throws -> StripeValue {
        var invoice = draft
        let total = invoice["total"].integer ?? 0
        if var customer = try find("customer", invoice["customer"].text ?? "") {
            // What the balance pays is taken from it; a total below zero is added to it.
            let applied = total - (invoice["amount_due"].integer ?? 0)
            customer["balance"] = .integer((customer["balance"].integer ?? 0) + applied)
            if applied != 0 { try update(customer) }
        }
        invoice["number"] = .text("SANDBOX-\(invoice.id.suffix(8).uppercased())")
        invoice["hosted_invoice_url"] = .text("\(publicURL)/invoice/\(invoice.id)")
        invoice["invoice_pdf"] = .text("\(publicURL)/invoice/\(invoice.id)/pdf")
        invoice["status"] = "open"
        try update(invoice)
        try useUpDiscount(with: invoice)
        try emit("invoice.finalized", invoice)
        return invoice
    }

    /// Charges the subscription's payment method for an open invoice.
    /// - Parameter isOwnerHere: whether the owner of the card confirms it, as on a page.
    /// - Returns: the invoice, `paid` if that succeeded.
    func collect(_ open: StripeValue, paymentMethod: String?, isOwnerHere: Bool) throws -> StripeValue {
        var invoice = open
        let due = invoice["amount_due"].integer ?? 0
        let isPaid = due == 0 || isOwnerHere || StripeTestCard.isCharged(paymentMethod)
        invoice["attempted"] = true
        invoice["attempt_count"] = .integer((invoice["attempt_count"].integer ?? 0) + 1)
        if due > 0 {
            let charge = try charge(for: invoice, paymentMethod: StripeValue(paymentMethod), isPaid: isPaid)
            if isPaid {
                invoice["payments"] = .page(
                    [
                        [
                            "id": .text(Self.newID("inpay")), "object": "invoice_payment", "amount_paid": .integer(due),
                            "amount_requested": .integer(due), "created": .integer(now), "currency": invoice["currency"],
                            "invoice": .text(invoice.id), "is_default": true, "livemode": false, "status": "paid",
                            "payment": ["type": "payment_intent", "payment_intent": charge["payment_intent"]],
                        ]
                    ], url: "/v1/invoice_payments")
                if paymentMethod == StripeTestCard.disputing { try dispute(charge) }
            }
        }
        if isPaid {
            invoice["amount_paid"] = .integer(due)
            invoice["amount_remaining"] = 0
            invoice["next_payment_attempt"] = nil
            invoice["status"] = "paid"
            invoice["status_transitions"] = [
                "finalized_at": invoice["created"], "marked_uncollectible_at": nil, "paid_at": .integer(now),
                "voided_at": nil,
            ]
        }
        try update(invoice)
        if isPaid {
            try emit("invoice.paid", invoice)
            try emit("invoice.payment_succeeded", invoice)
        } else {
            try emit("invoice.payment_failed", invoice)
            if paymentMethod == StripeTestCard.askingEachTime { try emit("invoice.payment_action_required", invoice) }
        }
        return invoice
    }

    private func charge(for invoice: StripeValue, paymentMethod: StripeValue, isPaid: Bool) throws -> StripeValue {
        let charge: StripeValue = [
            "id": .text(Self.newID("ch")), "object": "charge", "amount": invoice["amount_due"],
            "amount_captured": isPaid ? invoice["amount_due"] : 0, "amount_refunded": 0, "captured": .bool(isPaid),
            "created": .integer(now), "currency": invoice["currency"], "customer": invoice["customer"], "disputed": false,
            "failure_code": isPaid ? nil : "card_declined",
            "failure_message": isPaid ? nil : "Your card was declined.", "livemode": false, "metadata": [:],
            "paid": .bool(isPaid), "payment_intent": .text(Self.newID("pi")), "payment_method": paymentMethod,
            "refunded": false, "status": isPaid ? "succeeded" : "failed",
        ]
        try insert(charge)
        try emit(isPaid ? "charge.succeeded" : "charge.failed", charge)
        return charge
    }

    func openInvoices(of subscription: StripeValue) throws -> [StripeValue] {
        try all("invoice", where: ["status": "open", StripeValue.invoicedSubscriptionPath: .text(subscription.id)])
    }

    // MARK: What goes back

    /// - Parameter amount: in the currency's smallest unit; `nil`: all that is left.
    func refund(_ charge: StripeValue, amount: Int64?, reason: StripeValue) throws -> StripeValue {
        let left = (charge["amount_captured"].integer ?? 0) - (charge["amount_refunded"].integer ?? 0)
        let amount = amount ?? left
        guard left > 0 else {
            throw StripeFault(code: "charge_already_refunded", "Charge \(charge.id) has already been refunded.")
        }
        guard amount <= left else {
            throw StripeFault(
                "Refund amount (\(amount)) is greater than unrefunded amount on charge (\(left))", parameter: "amount")
        }
        var refunded = charge
        refunded["amount_refunded"] = .integer((charge["amount_refunded"].integer ?? 0) + amount)
        refunded["refunded"] = .bool(amount == left)
        try update(refunded)
        let refund: StripeValue = [
            "id": .text(Self.newID("re")), "object": "refund", "amount": .integer(amount), "charge": .text(charge.id),
            "created": .integer(now), "currency": charge["currency"], "metadata": [:],
            "payment_intent": charge["payment_intent"], "reason": reason, "status": "succeeded",
        ]
        try insert(refund)
        try emit("refund.created", refund)
        try emit("charge.refunded", refunded)
        return refund
    }

    /// The bank takes the money back until the dispute is decided.
    func dispute(_ charge: StripeValue) throws {
        var disputed = charge
        disputed["disputed"] = true
        try update(disputed)
        let dispute: StripeValue = [
            "id": .text(Self.newID("dp")), "object": "dispute", "amount": charge["amount"], "charge": .text(charge.id),
            "created": .integer(now), "currency": charge["currency"], "livemode": false, "metadata": [:],
            "payment_intent": charge["payment_intent"], "reason": "fraudulent", "status": "needs_response",
        ]
        try insert(dispute)
        try emit("charge.dispute.created", dispute)
    }

    func decide(_ dispute: StripeValue, isWon: Bool) throws -> StripeValue {
        var decided = dispute
        decided["status"] = isWon ? "won" : "lost"
        try update(decided)
        try emit("charge.dispute.closed", decided)
        return decided
    }
}

extension StripeValue {
    /// `sub_…`, if this is an invoice of a subscription.
    var invoicedSubscription: String? { self["parent"]["subscription_details"]["subscription"].text }

    /// The path to ``invoicedSubscription``.
    static let invoicedSubscriptionPath = "parent.subscription_details.subscription"

    /// The one thing subscribed to, of a subscription.
    var item: StripeValue { self["items"]["data"].list.first ?? [:] }
}
