extension [StripeRoute] {
    /// The customer portal (https://docs.stripe.com/api/customer_portal).
    static let stripePortal: [StripeRoute] = [
        .post(
            "/v1/billing_portal/sessions",
            [
                "configuration", "customer", "flow_data[subscription_update][subscription]", "flow_data[type]", "locale",
                "return_url",
            ]
        ) { call in
            let customer = try call.ledger.require(
                "customer", try call.parameters.required("customer"), parameter: "customer")
            let configuration = try call.parameters.text("configuration").map {
                try call.ledger.require("billing_portal.configuration", $0, parameter: "configuration").id
            }
            _ = try call.parameters.choice(
                "flow_data[type]", of: ["payment_method_update", "subscription_cancel", "subscription_update"])
            let id = StripeLedger.newID("bps", length: 40)
            let session: StripeValue = [
                "id": .text(id), "object": "billing_portal.session",
                "configuration": .text(configuration ?? "bpc_sandbox"),
                "created": .integer(call.now), "customer": .text(customer.id), "flow": nil, "livemode": false,
                "locale": StripeValue(try call.parameters.text("locale")), "on_behalf_of": nil,
                "return_url": StripeValue(try call.parameters.url("return_url")),
                "url": .text("\(call.publicURL)/portal/\(id)"),
            ]
            try call.ledger.insert(session)
            return session
        },
        .post("/v1/billing_portal/configurations", configurationFields) { call in
            guard case .object(let features) = call.parameters.object("features"), !features.isEmpty else {
                throw StripeFault.missing("features")
            }
            let configuration = try configuration(
                call,
                over: [
                    "id": .text(StripeLedger.newID("bpc")), "object": "billing_portal.configuration", "active": true,
                    "application": nil, "business_profile": [:], "created": .integer(call.now), "default_return_url": nil,
                    "features": noFeatures, "is_default": false, "livemode": false,
                    "login_page": ["enabled": false, "url": nil],
                    "metadata": [:], "updated": .integer(call.now),
                ])
            try call.ledger.insert(configuration)
            return shown(configuration, call)
        },
        .post("/v1/billing_portal/configurations/:id", configurationFields) { call in
            let configuration = try configuration(
                call, over: try call.ledger.require("billing_portal.configuration", call.id))
            try call.ledger.update(configuration)
            return shown(configuration, call)
        },
        .get("/v1/billing_portal/configurations/:id") { call in
            shown(try call.ledger.require("billing_portal.configuration", call.id), call)
        },
        .get("/v1/billing_portal/configurations", StripeRoute.paging + ["active", "is_default"]) { call in
            let wanted = try ["active", "is_default"].compactMap { name in
                try call.parameters.bool(name).map { (name, StripeValue.bool($0)) }
            }
            return try call.page(
                try call.ledger.all("billing_portal.configuration")
                    .filter { configuration in wanted.allSatisfy { configuration[$0] == $1 } }
                    .map { shown($0, call) })
        },
    ]

    private static let noFeatures: StripeValue = [
        "customer_update": ["allowed_updates": [], "enabled": false], "invoice_history": ["enabled": false],
        "payment_method_update": ["enabled": false],
        "subscription_cancel": ["enabled": false, "mode": "at_period_end", "proration_behavior": "none"],
        "subscription_update": [
            "default_allowed_updates": [], "enabled": false, "products": nil, "proration_behavior": "none",
            "schedule_at_period_end": ["conditions": []],
        ],
    ]

    /// Stripe takes the products, and shows them only to those who expand them.
    private static func shown(_ configuration: StripeValue, _ call: StripeCall) -> StripeValue {
        let field = "features.subscription_update.products"
        guard !call.parameters.list("expand").contains(where: { $0.hasSuffix(field) }) else { return configuration }
        var shown = configuration
        shown["features"]["subscription_update"]["products"] = nil
        return shown
    }

    /// What the words of a configuration may be.
    private static func check(_ parameters: StripeParameters) throws(StripeFault) {
        let proration = ["always_invoice", "create_prorations", "none"]
        _ = try parameters.choice("features[subscription_cancel][mode]", of: ["at_period_end", "immediately"])
        _ = try parameters.choice("features[subscription_cancel][proration_behavior]", of: proration)
        _ = try parameters.choice("features[subscription_update][proration_behavior]", of: proration)
        let lists = [
            ("features[customer_update][allowed_updates]", ["address", "email", "name", "phone", "shipping", "tax_id"]),
            ("features[subscription_update][default_allowed_updates]", ["price", "promotion_code", "quantity"]),
        ]
        for (name, words) in lists {
            for word in parameters.list(name) where !words.contains(word) {
                throw StripeFault("Invalid \(name): must be one of \(words.joined(separator: ", "))", parameter: name)
            }
        }
        let conditions = "features[subscription_update][schedule_at_period_end][conditions]"
        for index in parameters.indices(conditions) {
            _ = try parameters.choice(
                "\(conditions)[\(index)][type]", of: ["decreasing_item_amount", "shortening_interval"])
        }
        guard try parameters.bool("features[subscription_update][enabled]") == true else { return }
        for field in ["default_allowed_updates", "products"] {
            let name = "features[subscription_update][\(field)]"
            if parameters.indices(name).isEmpty { throw .missing(name) }
        }
    }

    private static let configurationFields = [
        "active", "business_profile[headline]", "business_profile[privacy_policy_url]",
        "business_profile[terms_of_service_url]", "default_return_url", "features[customer_update][allowed_updates][*]",
        "features[customer_update][enabled]", "features[invoice_history][enabled]",
        "features[payment_method_update][enabled]", "features[subscription_cancel][enabled]",
        "features[subscription_cancel][mode]", "features[subscription_cancel][proration_behavior]",
        "features[subscription_update][default_allowed_updates][*]", "features[subscription_update][enabled]",
        "features[subscription_update][products][*][prices][*]", "features[subscription_update][products][*][product]",
        "features[subscription_update][proration_behavior]",
        "features[subscription_update][schedule_at_period_end][conditions][*][type]", "metadata[*]",
    ]

    private static func configuration(_ call: StripeCall, over old: StripeValue) throws -> StripeValue {
        try check(call.parameters)
        var configuration = old
        if case .object(let features) = call.parameters.object("features") {
            for (name, value) in features {
                guard case .object(let fields) = value else { continue }
                for (field, value) in fields { configuration["features"][name][field] = value }
            }
        }
        for product in configuration["features"]["subscription_update"]["products"].list {
            for price in product["prices"].list {
                let price = try call.ledger.require("price", price.text ?? "", parameter: "features")
                guard price["active"].isTrue, price["recurring"] != .null else {
                    throw StripeFault("The price \(price.id) is inactive, or isn't recurring.", parameter: "features")
                }
                guard price["product"] == product["product"] else {
                    throw StripeFault("The price \(price.id) isn't one of the product.", parameter: "features")
                }
            }
        }
        if case .object(let profile) = call.parameters.object("business_profile"), !profile.isEmpty {
            configuration["business_profile"] = .object(profile)
        }
        if let url = try call.parameters.url("default_return_url") { configuration["default_return_url"] = .text(url) }
        if let isActive = try call.parameters.bool("active") { configuration["active"] = .bool(isActive) }
        configuration["metadata"] = try call.parameters.metadata(over: configuration["metadata"])
        configuration["updated"] = .integer(call.now)
        return configuration
    }
}
