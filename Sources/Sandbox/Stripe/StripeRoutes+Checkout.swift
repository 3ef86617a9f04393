extension [StripeRoute] {
    /// Checkout sessions and the customer portal (https://docs.stripe.com/api/checkout/sessions).
    static let stripeSessions: [StripeRoute] = [
        .post(
            "/v1/checkout/sessions",
            [
                "allow_promotion_codes", "automatic_tax[enabled]", "cancel_url", "client_reference_id", "customer",
                "customer_email", "line_items[*][price]", "line_items[*][quantity]", "locale", "metadata[*]", "mode",
                "customer_update[address]", "customer_update[name]", "payment_method_collection",
                "subscription_data[metadata][*]", "subscription_data[trial_period_days]", "success_url",
                "tax_id_collection[enabled]",
            ], createSession),
        .retrieve("checkout.session", at: "/v1/checkout/sessions"),
        .list("checkout.session", at: "/v1/checkout/sessions", filters: ["customer", "status", "subscription"]),
        .post("/v1/checkout/sessions/:id/expire") { call in
            let session = try call.ledger.require("checkout.session", call.id)
            guard session["status"].text == "open" else {
                throw StripeFault(
                    "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of "
                        + "\(session["status"].text ?? "unknown").")
            }
            return try call.ledger.expire(session)
        },
    ]

    private static func createSession(_ call: StripeCall) throws -> StripeValue {
        let parameters = call.parameters
        guard try parameters.choice("mode", of: ["payment", "setup", "subscription"]) == "subscription" else {
            if try parameters.text("mode") == nil { throw StripeFault.missing("mode") }
            throw StripeFault("The sandbox has only the mode subscription.", parameter: "mode")
        }
        guard let successURL = try parameters.url("success_url") else { throw StripeFault.missing("success_url") }
        let (price, quantity) = try lineItem(call)
        let customer = try parameters.text("customer")
        let email = try parameters.email("customer_email")
        if let customer {
            _ = try call.ledger.require("customer", customer, parameter: "customer")
            if email != nil {
                throw StripeFault(
                    "You may only specify one of these parameters: customer, customer_email.", parameter: "customer")
            }
        }
        let reference = try parameters.text("client_reference_id")
        guard reference?.count ?? 0 <= 200 else {
            throw StripeFault("Invalid string: must be at most 200 characters", parameter: "client_reference_id")
        }
        let trialDays = try parameters.integer("subscription_data[trial_period_days]", in: 1...730)
        let amount = StripeValue.integer((price["unit_amount"].integer ?? 0) * quantity)
        let id = StripeLedger.newID("cs_test", length: 58)
        let session: StripeValue = [
            "id": .text(id), "object": "checkout.session",
            "allow_promotion_codes": .bool(try parameters.bool("allow_promotion_codes") ?? false),
            "amount_subtotal": amount, "amount_total": amount,
            "automatic_tax": [
                "enabled": .bool(try parameters.bool("automatic_tax[enabled]") ?? false), "provider": nil, "status": nil,
            ],
            "cancel_url": StripeValue(try parameters.url("cancel_url")), "client_reference_id": StripeValue(reference),
            "created": .integer(call.now), "currency": price["currency"], "customer": StripeValue(customer),
            "customer_details": nil, "customer_email": StripeValue(email), "expires_at": .integer(call.now + 86_400),
            "invoice": nil, "livemode": false, "locale": StripeValue(try parameters.text("locale")),
            "metadata": try parameters.metadata(), "mode": "subscription", "payment_intent": nil,
            "payment_method_collection": "always", "payment_method_types": ["card"], "payment_status": "unpaid",
            "status": "open", "subscription": nil,
            "success_url": .text(successURL),
            "tax_id_collection": ["enabled": .bool(try parameters.bool("tax_id_collection[enabled]") ?? false)],
            "total_details": ["amount_discount": 0, "amount_shipping": 0, "amount_tax": 0], "ui_mode": "hosted",
            "url": .text("\(call.publicURL)/pay/\(id)"),
        ]
        try call.ledger.insert(session)
        // What the session's own object doesn't show: what will be subscribed to.
        try call.ledger.insert([
            "id": .text(StripeLedger.orderID(of: id)), "object": "sandbox.order", "price": .text(price.id),
            "quantity": .integer(quantity), "trial_days": StripeValue(trialDays),
            "metadata": try parameters.metadata("subscription_data[metadata]"),
        ])
        return session
    }

    private static func lineItem(_ call: StripeCall) throws -> (price: StripeValue, quantity: Int64) {
        let indices = call.parameters.indices("line_items")
        guard let index = indices.first else { throw StripeFault.missing("line_items") }
        guard indices.count == 1 else {
            throw StripeFault("The sandbox takes one line item.", parameter: "line_items")
        }
        let name = "line_items[\(index)]"
        let price = try call.ledger.require(
            "price", try call.parameters.required("\(name)[price]"), parameter: "\(name)[price]")
        guard price["active"].isTrue else {
            throw StripeFault("The price specified is inactive.", parameter: "\(name)[price]")
        }
        guard price["recurring"] != .null else {
            throw StripeFault(
                "You must provide at least one recurring price in `subscription` mode.", parameter: "line_items")
        }
        guard let quantity = try call.parameters.integer("\(name)[quantity]", in: 1...999_999) else {
            throw StripeFault.missing("\(name)[quantity]")
        }
        return (price, quantity)
    }
}
