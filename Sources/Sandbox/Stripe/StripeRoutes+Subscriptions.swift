extension [StripeRoute] {
    /// Subscriptions, and the invoices and charges that they lead to (https://docs.stripe.com/api/subscriptions).
    static let stripeSubscriptions: [StripeRoute] = [
        .retrieve("subscription", at: "/v1/subscriptions"),
        .get("/v1/subscriptions", StripeRoute.paging + ["customer", "price", "status"]) { call in
            let customer = try call.parameters.text("customer")
            let price = try call.parameters.text("price")
            let status = try call.parameters.text("status")
            return try call.page(
                try call.ledger.all("subscription").filter { subscription in
                    let isWanted =
                        switch status {
                        case nil: subscription["status"] != "canceled"
                        case "all": true
                        case let status?: subscription["status"].text == status
                        }
                    return isWanted && (customer == nil || subscription["customer"].text == customer)
                        && (price == nil || subscription["items"]["data"].list.contains { $0["price"].id == price })
                })
        },
        .post(
            "/v1/subscriptions/:id",
            [
                "cancel_at_period_end", "items[*][id]", "items[*][price]", "items[*][quantity]", "metadata[*]",
                "payment_behavior", "proration_behavior",
            ], update),
        .delete("/v1/subscriptions/:id", ["invoice_now", "prorate"]) { call in
            let subscription = try live(call)
            return try call.ledger.end(subscription)
        },

        .retrieve("invoice", at: "/v1/invoices"),
        .get("/v1/invoices", StripeRoute.paging + ["customer", "status", "subscription"]) { call in
            let customer = try call.parameters.text("customer")
            let status = try call.parameters.text("status")
            let subscription = try call.parameters.text("subscription")
            return try call.page(
                try call.ledger.all("invoice").filter { invoice in
                    (customer == nil || invoice["customer"].text == customer)
                        && (status == nil || invoice["status"].text == status)
                        && (subscription == nil || invoice.invoicedSubscription == subscription)
                })
        },
        .retrieve("charge", at: "/v1/charges"),
        .list("charge", at: "/v1/charges", filters: ["customer"]),
    ]

    private static func live(_ call: StripeCall) throws -> StripeValue {
        let subscription = try call.ledger.require("subscription", call.id)
        guard subscription["status"] != "canceled" else { throw StripeFault.noSuch("subscription", call.id) }
        return subscription
    }

    private static func update(_ call: StripeCall) throws -> StripeValue {
        let parameters = call.parameters
        let proration = try parameters.choice(
            "proration_behavior", of: ["always_invoice", "create_prorations", "none"])
        _ = try parameters.choice(
            "payment_behavior",
            of: ["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"])
        var subscription = try live(call)
        if let cancels = try parameters.bool("cancel_at_period_end") {
            subscription = subscription.cancelling(cancels, now: call.now)
        }
        subscription["metadata"] = try parameters.metadata(over: subscription["metadata"])
        for index in parameters.indices("items") {
            let name = "items[\(index)]"
            guard let item = subscription["items"]["data"].list.first,
                try parameters.required("\(name)[id]") == item.id
            else {
                throw StripeFault.noSuch(
                    "subscription item", try parameters.required("\(name)[id]"), parameter: "\(name)[id]")
            }
            let price = try parameters.text("\(name)[price]").map {
                try call.ledger.require("price", $0, parameter: "\(name)[price]")
            }
            let quantity = try parameters.integer("\(name)[quantity]", in: 1...999_999)
            subscription = try call.ledger.change(
                subscription, price: price ?? item["price"], quantity: quantity ?? item["quantity"].integer ?? 1,
                invoicesNow: proration == "always_invoice")
        }
        try call.ledger.update(subscription)
        try call.ledger.emit("customer.subscription.updated", subscription)
        return subscription
    }

    /// Events and the one webhook endpoint (https://docs.stripe.com/api/events).
    static func stripeEvents(webhookURL: String) -> [StripeRoute] {
        [
            .retrieve("event", at: "/v1/events"),
            .get("/v1/events", StripeRoute.paging + ["type", "types[*]"]) { call in
                let types = try call.parameters.text("type").map { [$0] } ?? call.parameters.list("types")
                return try call.page(
                    try call.ledger.all("event").filter { types.isEmpty || types.contains($0["type"].text ?? "") })
            },
            .get("/v1/webhook_endpoints", StripeRoute.paging) { call in
                try call.page([
                    [
                        "id": "we_sandbox", "object": "webhook_endpoint", "api_version": .text(StripeSandbox.apiVersion),
                        "application": nil, "created": 0, "description": nil, "enabled_events": ["*"], "livemode": false,
                        "metadata": [:], "status": "enabled", "url": .text(webhookURL),
                    ]
                ])
            },
        ]
    }
}
