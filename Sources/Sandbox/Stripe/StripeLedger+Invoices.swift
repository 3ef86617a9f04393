extension StripeLedger {
    /// Invoices a subscription, and charges for it.
    /// - Parameters:
    ///   - amount: in the currency's smallest unit.
    ///   - isPaid: whether the charge succeeds.
    func invoice(
        _ subscription: StripeValue, amount: Int64, reason: String, isPaid: Bool, email: StripeValue = nil
    ) throws -> StripeValue {
        let id = Self.newID("in")
        let item = subscription["items"]["data"].list.first ?? [:]
        let period: StripeValue = ["start": item["current_period_start"], "end": item["current_period_end"]]
        let invoice: StripeValue = [
            "id": .text(id), "object": "invoice", "amount_due": .integer(amount),
            "amount_paid": .integer(isPaid ? amount : 0),
            "amount_remaining": .integer(isPaid ? 0 : amount), "attempt_count": 1, "attempted": true,
            "billing_reason": .text(reason), "collection_method": "charge_automatically", "created": .integer(now),
            "currency": subscription["currency"], "customer": subscription["customer"], "customer_email": email,
            "hosted_invoice_url": nil, "invoice_pdf": nil,
            "lines": .page(
                [
                    [
                        "id": .text(Self.newID("il")), "object": "line_item", "amount": .integer(amount),
                        "currency": subscription["currency"], "invoice": .text(id), "livemode": false,
                        "metadata": subscription["metadata"],
                        "parent": [
                            "type": "subscription_item_details", "invoice_item_details": nil,
                            "subscription_item_details": [
                                "proration": .bool(reason == "subscription_update"), "subscription": .text(subscription.id),
                                "subscription_item": .text(item.id),
                            ],
                        ],
                        "period": period,
                        "pricing": [
                            "type": "price_details", "unit_amount_decimal": item["price"]["unit_amount_decimal"],
                            "price_details": ["price": .text(item["price"].id), "product": item["price"]["product"]],
                        ],
                        "quantity": item["quantity"],
                    ]
                ], url: "/v1/invoices/\(id)/lines"),
            "livemode": false, "metadata": [:], "number": .text("SANDBOX-\(id.suffix(8).uppercased())"),
            "parent": [
                "type": "subscription_details", "quote_details": nil,
                "subscription_details": [
                    "metadata": subscription["metadata"], "subscription": .text(subscription.id),
                ],
            ],
            "period_end": .integer(now), "period_start": .integer(now), "status": isPaid ? "paid" : "open",
            "subtotal": .integer(amount), "total": .integer(amount),
        ]
        try insert(invoice)
        try charge(for: invoice, paymentMethod: subscription["default_payment_method"], isPaid: isPaid)
        if isPaid {
            try emit("invoice.paid", invoice)
            try emit("invoice.payment_succeeded", invoice)
        } else {
            try emit("invoice.payment_failed", invoice)
        }
        return invoice
    }

    private func charge(for invoice: StripeValue, paymentMethod: StripeValue, isPaid: Bool) throws {
        let charge: StripeValue = [
            "id": .text(Self.newID("ch")), "object": "charge", "amount": invoice["amount_due"],
            "amount_captured": invoice["amount_paid"], "amount_refunded": 0, "captured": .bool(isPaid),
            "created": .integer(now), "currency": invoice["currency"], "customer": invoice["customer"], "disputed": false,
            "failure_code": isPaid ? nil : "card_declined",
            "failure_message": isPaid ? nil : "Your card was declined.", "livemode": false, "metadata": [:],
            "paid": .bool(isPaid), "payment_method": paymentMethod, "refunded": false,
            "status": isPaid ? "succeeded" : "failed",
        ]
        try insert(charge)
        try emit(isPaid ? "charge.succeeded" : "charge.failed", charge)
    }
}

extension StripeValue {
    /// `sub_…`, if this is an invoice of a subscription.
    var invoicedSubscription: String? { self["parent"]["subscription_details"]["subscription"].text }
}
