extension [StripeRoute] {
    /// Invoices, charges, refunds and disputes (https://docs.stripe.com/api/invoices).
    static let stripeInvoices: [StripeRoute] = [
        .post(
            "/v1/invoices/create_preview",
            [
                "customer", "subscription", "subscription_details[items][*][id]", "subscription_details[items][*][price]",
                "subscription_details[items][*][quantity]", "subscription_details[proration_behavior]",
                "subscription_details[proration_date]",
            ], preview),
        .retrieve("invoice", at: "/v1/invoices"),
        .get("/v1/invoices", StripeRoute.paging + ["created[gte]", "created[lt]", "customer", "status", "subscription"]) {
            call in
            var wanted: [String: StripeValue] = [:]
            wanted["customer"] = try call.parameters.text("customer").map(StripeValue.text)
            wanted["status"] = try call.parameters.text("status").map(StripeValue.text)
            wanted[StripeValue.invoicedSubscriptionPath] = try call.parameters.text("subscription").map(StripeValue.text)
            let from = try call.parameters.integer("created[gte]", in: 0...Int64.max) ?? 0
            let to = try call.parameters.integer("created[lt]", in: 0...Int64.max) ?? .max
            return try call.page(
                try call.ledger.all("invoice", where: wanted).filter { (from..<to).contains($0["created"].integer ?? 0) })
        },
        .get("/v1/invoices/:id/lines", StripeRoute.paging) { call in
            try call.page(try call.ledger.require("invoice", call.id)["lines"]["data"].list)
        },
        .post("/v1/invoices/:id/pay") { call in
            let invoice = try call.ledger.require("invoice", call.id)
            guard invoice["status"] == "open" else { throw StripeFault("Invoice is already paid") }
            return try call.ledger.collect(invoice)
        },

        .retrieve("charge", at: "/v1/charges"),
        .list("charge", at: "/v1/charges", filters: ["customer", "payment_intent"]),

        .post("/v1/refunds", ["amount", "charge", "metadata[*]", "payment_intent", "reason"]) { call in
            let charge: StripeValue
            if let id = try call.parameters.text("charge") {
                charge = try call.ledger.require("charge", id, parameter: "charge")
            } else if let id = try call.parameters.text("payment_intent") {
                guard let found = try call.ledger.all("charge", where: ["payment_intent": .text(id)]).first else {
                    throw StripeFault.noSuch("payment_intent", id, parameter: "payment_intent")
                }
                charge = found
            } else {
                throw StripeFault(
                    "One of the following params should be provided for this request: payment_intent or charge.")
            }
            let reason = try call.parameters.choice("reason", of: ["duplicate", "fraudulent", "requested_by_customer"])
            return try call.ledger.refund(
                charge, amount: try call.parameters.integer("amount", in: 1...99_999_999), reason: StripeValue(reason))
        },
        .retrieve("refund", at: "/v1/refunds"),
        .list("refund", at: "/v1/refunds", filters: ["charge", "payment_intent"]),

        .retrieve("dispute", at: "/v1/disputes"),
        .list("dispute", at: "/v1/disputes", filters: ["charge", "payment_intent"]),
        // As with Stripe's test cards, these words decide it.
        .post("/v1/disputes/:id", ["evidence[uncategorized_text]", "metadata[*]", "submit"]) { call in
            let dispute = try undecided(call)
            switch try call.parameters.text("evidence[uncategorized_text]") {
            case "winning_evidence": return try call.ledger.decide(dispute, isWon: true)
            case "losing_evidence": return try call.ledger.decide(dispute, isWon: false)
            default: return dispute
            }
        },
        .post("/v1/disputes/:id/close") { call in
            try call.ledger.decide(try undecided(call), isWon: false)
        },
    ]

    private static func undecided(_ call: StripeCall) throws -> StripeValue {
        let dispute = try call.ledger.require("dispute", call.id)
        guard dispute["status"] == "needs_response" else { throw StripeFault("This dispute is already closed") }
        return dispute
    }

    /// What a change of plan would cost, without anything being changed.
    private static func preview(_ call: StripeCall) throws -> StripeValue {
        let parameters = call.parameters
        guard let id = try parameters.text("subscription") else { throw StripeFault.missing("subscription") }
        let subscription = try call.ledger.require("subscription", id, parameter: "subscription")
        guard subscription["status"] != "canceled" else {
            throw StripeFault(code: "invoice_upcoming_none", "No upcoming invoices for subscription: \(id)")
        }
        let name = "subscription_details[items]"
        var changed = subscription
        var item = subscription.item
        for index in parameters.indices(name) {
            guard try parameters.text("\(name)[\(index)][id]") == item.id else {
                throw StripeFault("The item isn't one of the subscription's.", parameter: "\(name)[\(index)][id]")
            }
            if let price = try parameters.text("\(name)[\(index)][price]") {
                item["price"] = try call.ledger.require("price", price, parameter: "\(name)[\(index)][price]")
            }
        }
        changed["items"]["data"] = [item]
        let behavior = try parameters.choice(
            "subscription_details[proration_behavior]", of: ["always_invoice", "create_prorations", "none"])
        let moment = try parameters.integer("subscription_details[proration_date]", in: 0...Int64.max) ?? call.now
        let ledger = StripeLedger(transaction: call.ledger.transaction, now: moment)
        let lines =
            behavior == "always_invoice"
            ? ledger.prorations(subscription, changed)
            : (behavior == "none" ? [] : ledger.prorations(subscription, changed)) + [ledger.line(of: changed)]
        var preview = try ledger.draft(changed, lines: lines, reason: "upcoming")
        preview["id"] = .text("upcoming_" + preview.id)
        return preview
    }

    /// Schedules of what a subscription becomes (https://docs.stripe.com/api/subscription_schedules).
    static let stripeSchedules: [StripeRoute] = [
        .post("/v1/subscription_schedules", ["from_subscription", "metadata[*]"]) { call in
            let id = try call.parameters.required("from_subscription")
            var subscription = try call.ledger.require("subscription", id, parameter: "from_subscription")
            guard subscription["schedule"] == .null else {
                throw StripeFault(
                    "You cannot migrate a subscription that is already attached to a schedule: \(subscription["schedule"].text ?? "")"
                )
            }
            guard subscription["status"] != "canceled" else {
                throw StripeFault("You cannot migrate a subscription that is canceled.")
            }
            let schedule = call.ledger.schedule(of: subscription)
            subscription["schedule"] = .text(schedule.id)
            try call.ledger.insert(schedule)
            try call.ledger.update(subscription)
            try call.ledger.emit("subscription_schedule.created", schedule)
            try call.ledger.emit("customer.subscription.updated", subscription)
            return schedule
        },
        .retrieve("subscription_schedule", at: "/v1/subscription_schedules"),
        .post(
            "/v1/subscription_schedules/:id",
            [
                "end_behavior", "metadata[*]", "phases[*][end_date]", "phases[*][items][*][price]",
                "phases[*][items][*][quantity]", "phases[*][proration_behavior]", "phases[*][start_date]",
                "phases[*][duration][interval]", "phases[*][duration][interval_count]", "proration_behavior",
            ], updateSchedule),
        .post("/v1/subscription_schedules/:id/release") { call in
            try call.ledger.release(try live(call))
        },
    ]

    private static func live(_ call: StripeCall) throws -> StripeValue {
        let schedule = try call.ledger.require("subscription_schedule", call.id)
        guard schedule["status"] == "active" else {
            throw StripeFault("The schedule has the status \(schedule["status"].text ?? ""), and can't be changed.")
        }
        return schedule
    }

    private static func updateSchedule(_ call: StripeCall) throws -> StripeValue {
        var schedule = try live(call)
        var start = schedule["phases"].list.first?["start_date"].integer ?? call.now
        var phases: [StripeValue] = []
        for index in call.parameters.indices("phases") {
            let name = "phases[\(index)]"
            if let date = try call.parameters.integer("\(name)[start_date]", in: 0...Int64.max) {
                guard phases.isEmpty || date == start else {
                    throw StripeFault("Phases must follow each other.", parameter: "\(name)[start_date]")
                }
                start = date
            }
            let price = try call.ledger.require(
                "price", try call.parameters.required("\(name)[items][0][price]"), parameter: "\(name)[items][0][price]")
            let end =
                try call.parameters.integer("\(name)[end_date]", in: 0...Int64.max)
                ?? StripeLedger.end(price, from: start, anchor: start)
            guard end > start else {
                throw StripeFault("A phase must end after its start.", parameter: "\(name)[end_date]")
            }
            phases.append([
                "start_date": .integer(start), "end_date": .integer(end),
                "items": [["price": .text(price.id), "quantity": 1]],
            ])
            start = end
        }
        if !phases.isEmpty { schedule["phases"] = .list(phases) }
        try call.ledger.update(schedule)
        try call.ledger.emit("subscription_schedule.updated", schedule)
        return schedule
    }
}

extension StripeLedger {
    /// A schedule with the subscription's present period as its one phase; the caller stores it.
    func schedule(of subscription: StripeValue) -> StripeValue {
        [
            "id": .text(Self.newID("sub_sched")), "object": "subscription_schedule", "created": .integer(now),
            "customer": subscription["customer"], "end_behavior": "release", "livemode": false, "metadata": [:],
            "phases": [
                [
                    "start_date": subscription.item["current_period_start"],
                    "end_date": subscription.item["current_period_end"],
                    "items": [["price": .text(subscription.item["price"].id), "quantity": 1]],
                ]
            ],
            "released_subscription": nil, "status": "active", "subscription": .text(subscription.id),
        ]
    }

    /// Ends a schedule; the subscription stays as it is.
    func release(_ schedule: StripeValue) throws -> StripeValue {
        var released = schedule
        released["status"] = "released"
        released["released_subscription"] = schedule["subscription"]
        released["subscription"] = nil
        try update(released)
        if var subscription = try find("subscription", schedule["subscription"].text ?? "") {
            subscription["schedule"] = nil
            try update(subscription)
            try emit("customer.subscription.updated", subscription)
        }
        try emit("subscription_schedule.released", released)
        return released
    }
}
