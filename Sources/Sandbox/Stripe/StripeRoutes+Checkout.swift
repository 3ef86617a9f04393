extension [StripeRoute] {
    /// Checkout sessions and the customer portal (https://docs.stripe.com/api/checkout/sessions).
    static let stripeSessions: [StripeRoute] = [
        .post(
            "/v1/checkout/sessions",
            [
                "allow_promotion_codes", "automatic_tax[enabled]", "cancel_url", "client_reference_id", "customer",
                "customer_email", "discounts[*][coupon]", "discounts[*][promotion_code]", "line_items[*][price]",
                "line_items[*][quantity]", "locale", "metadata[*]", "mode",
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
        let terms = try terms(call, customer: customer)
        let id = StripeLedger.newID("cs_test", length: 58)
        // What the session's own object doesn't show: what will be subscribed to.
        let order: StripeValue = [
            "id": .text(StripeLedger.orderID(of: id)), "object": "sandbox.order", "price": .text(price.id),
            "quantity": .integer(quantity),
            "trial_days": StripeValue(try parameters.integer("subscription_data[trial_period_days]", in: 1...730)),
            "is_taxed": .bool(terms.isTaxed), "metadata": try parameters.metadata("subscription_data[metadata]"),
        ]
        let amounts = StripeLedger.dueToday(order, price: price)
        let session: StripeValue = [
            "id": .text(id), "object": "checkout.session",
            "allow_promotion_codes": .bool(terms.takesCodes),
            "amount_subtotal": .integer(amounts.subtotal), "amount_total": .integer(amounts.total),
            "automatic_tax": ["enabled": .bool(terms.isTaxed), "provider": nil, "status": nil],
            "cancel_url": StripeValue(try parameters.url("cancel_url")), "client_reference_id": StripeValue(reference),
            "created": .integer(call.now), "currency": price["currency"], "customer": StripeValue(customer),
            "customer_details": nil, "customer_email": StripeValue(email), "expires_at": .integer(call.now + 86_400),
            "invoice": nil, "livemode": false, "locale": StripeValue(try parameters.text("locale")),
            "metadata": try parameters.metadata(), "mode": "subscription", "payment_intent": nil,
            "payment_method_collection": .text(terms.collection), "payment_method_types": ["card"],
            "payment_status": "unpaid", "status": "open", "subscription": nil,
            "success_url": .text(successURL), "tax_id_collection": ["enabled": .bool(terms.takesTaxID)],
            "total_details": amounts.details, "ui_mode": "hosted", "url": .text("\(call.publicURL)/pay/\(id)"),
        ]
        try call.ledger.insert(session)
        try call.ledger.insert(order)
        return session
    }

    private struct Terms {
        let takesCodes: Bool
        let isTaxed: Bool
        let takesTaxID: Bool
        let collection: String
    }

    /// What is asked for besides the price, refused where Stripe refuses it.
    private static func terms(_ call: StripeCall, customer: String?) throws -> Terms {
        let parameters = call.parameters
        let takesCodes = try parameters.bool("allow_promotion_codes") ?? false
        guard parameters.indices("discounts").isEmpty else {
            throw takesCodes
                ? StripeFault("You may only specify one of these parameters: allow_promotion_codes, discounts.")
                : StripeFault("The sandbox takes promotion codes on its page alone.", parameter: "discounts")
        }
        let address = try parameters.choice("customer_update[address]", of: ["auto", "never"])
        let name = try parameters.choice("customer_update[name]", of: ["auto", "never"])
        if customer == nil, address != nil || name != nil {
            throw StripeFault("`customer_update` can only be used with `customer`.", parameter: "customer_update")
        }
        let isTaxed = try parameters.bool("automatic_tax[enabled]") ?? false
        let takesTaxID = try parameters.bool("tax_id_collection[enabled]") ?? false
        if isTaxed { try checkTax(call, customer: customer, savesAddress: address == "auto") }
        if takesTaxID, customer != nil, name != "auto" {
            throw StripeFault(
                "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing "
                    + "customer, please set `customer_update[name]` to `auto`.")
        }
        return Terms(
            takesCodes: takesCodes, isTaxed: isTaxed, takesTaxID: takesTaxID,
            collection: try parameters.choice("payment_method_collection", of: ["always", "if_required"]) ?? "always")
    }

    private static func checkTax(_ call: StripeCall, customer: String?, savesAddress: Bool) throws {
        guard try call.ledger.taxSettings()["status"] == "active" else {
            throw StripeFault(
                "You must have a valid head office address to enable automatic tax calculation in test mode. Visit "
                    + "https://dashboard.stripe.com/test/settings/tax to update it.")
        }
        guard let customer, !savesAddress else { return }
        guard try call.ledger.require("customer", customer, parameter: "customer")["address"] == .null else { return }
        throw StripeFault(
            code: "customer_tax_location_invalid",
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer "
                + "or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' to save the "
                + "address entered in Checkout to the Customer.")
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
