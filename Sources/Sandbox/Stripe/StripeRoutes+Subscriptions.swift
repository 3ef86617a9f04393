extension [StripeRoute] {
    /// Subscriptions, and the invoices and charges that they lead to (https://docs.stripe.com/api/subscriptions).
    static let stripeSubscriptions: [StripeRoute] = [
        .retrieve("subscription", at: "/v1/subscriptions"),
        .get("/v1/subscriptions", StripeRoute.paging + ["customer", "price", "status"]) { call in
            var wanted: [String: StripeValue] = [:]
            wanted["customer"] = try call.parameters.text("customer").map(StripeValue.text)
            wanted["items.data[0].price.id"] = try call.parameters.text("price").map(StripeValue.text)
            let status = try call.parameters.text("status")
            if status != "all" { wanted["status"] = status.map(StripeValue.text) }
            return try call.page(
                try call.ledger.all("subscription", where: wanted).filter { status != nil || $0["status"] != "canceled" })
        },
        .post(
            "/v1/subscriptions/:id",
            [
                "cancel_at_period_end", "default_payment_method", "items[*][id]", "items[*][price]", "items[*][quantity]",
                "metadata[*]",
                "pause_collection", "pause_collection[behavior]", "payment_behavior", "proration_behavior", "proration_date",
            ], update),
        .delete("/v1/subscriptions/:id", ["invoice_now", "prorate"]) { call in
            let subscription = try live(call)
            return try call.ledger.end(subscription)
        },
    ]

    private static func live(_ call: StripeCall) throws -> StripeValue {
        let subscription = try call.ledger.require("subscription", call.id)
        guard subscription["status"] != "canceled" else { throw StripeFault.noSuch("subscription", call.id) }
        return subscription
    }

    private static func update(_ call: StripeCall) throws -> StripeValue {
        let parameters = call.parameters
        let proration = try parameters.choice(
            "proration_behavior", of: ["always_invoice", "create_prorations", "none"]
        ).flatMap(StripeLedger.Proration.init)
        let behavior = try parameters.choice(
            "payment_behavior",
            of: ["allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"])
        var subscription = try live(call)
        if let cancels = try parameters.bool("cancel_at_period_end") {
            if subscription["schedule"] != .null {
                throw StripeFault(
                    "The subscription is managed by the subscription schedule `\(subscription["schedule"].text ?? "")`, and "
                        + "updating any cancelation behavior directly is not allowed.")
            }
            guard behavior != "pending_if_incomplete" else {
                throw StripeFault(
                    "You can't pass `cancel_at_period_end` with `payment_behavior` set to `pending_if_incomplete`.")
            }
            subscription = subscription.cancelling(cancels, now: call.now)
        }
        if let method = try parameters.text("default_payment_method") {
            subscription["default_payment_method"] = .text(method)
        }
        subscription = try paused(subscription, parameters)
        subscription["metadata"] = try parameters.metadata(over: subscription["metadata"])
        for index in parameters.indices("items") {
            let name = "items[\(index)]"
            let item = subscription.item
            guard try parameters.required("\(name)[id]") == item.id else {
                throw StripeFault.noSuch(
                    "subscription item", try parameters.required("\(name)[id]"), parameter: "\(name)[id]")
            }
            let price = try parameters.text("\(name)[price]").map {
                try call.ledger.require("price", $0, parameter: "\(name)[price]")
            }
            let quantity = try parameters.integer("\(name)[quantity]", in: 1...999_999)
            subscription = try call.ledger.change(
                subscription, price: price ?? item["price"], quantity: quantity ?? item["quantity"].integer ?? 1,
                proration: proration ?? .createProrations, behavior: behavior ?? "allow_incomplete",
                at: try parameters.integer("proration_date", in: 0...call.now))
        }
        try call.ledger.update(subscription)
        try call.ledger.emit("customer.subscription.updated", subscription)
        return subscription
    }

    /// An empty `pause_collection` ends the pause.
    private static func paused(_ subscription: StripeValue, _ parameters: StripeParameters) throws -> StripeValue {
        var changed = subscription
        if let behavior = try parameters.choice(
            "pause_collection[behavior]", of: ["keep_as_draft", "mark_uncollectible", "void"])
        {
            changed["pause_collection"] = ["behavior": .text(behavior), "resumes_at": nil]
        } else if parameters.isEmptied("pause_collection") {
            changed["pause_collection"] = nil
        }
        return changed
    }

    /// Events (https://docs.stripe.com/api/events).
    static let stripeEvents: [StripeRoute] = [
        .retrieve("event", at: "/v1/events"),
        .get("/v1/events", StripeRoute.paging + ["created[gte]", "delivery_success", "type", "types[*]"]) { call in
            let type = try call.parameters.text("type")
            let list = call.parameters.list("types")
            guard type == nil || list.isEmpty else {
                throw StripeFault("You may only specify one of these parameters: type, types.", parameter: "types")
            }
            guard list.count <= 20 else {
                throw StripeFault("You can ask for 20 types at once at most.", parameter: "types")
            }
            let types = type.map { [$0] } ?? list
            let earliest = try call.parameters.integer("created[gte]", in: 0...Int64.max) ?? 0
            let owed = try call.ledger.owedEvents()
            let isDelivered = try call.parameters.bool("delivery_success")
            return try call.page(
                try call.ledger.all("event").filter { event in
                    (types.isEmpty || types.contains(event["type"].text ?? ""))
                        && event["created"].integer ?? 0 >= earliest
                        && isDelivered.map { $0 != owed.contains(event.id) } ?? true
                })
        },
    ]
}
