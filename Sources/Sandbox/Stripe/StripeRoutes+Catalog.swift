extension [StripeRoute] {
    /// Customers (https://docs.stripe.com/api/customers).
    static let stripeCustomers: [StripeRoute] = [
        .post("/v1/customers", customerFields) { call in
            let parameters = call.parameters
            let customer: StripeValue = [
                "id": .text(StripeLedger.newID("cus", length: 14)), "object": "customer", "address": nil, "balance": 0,
                "created": .integer(call.now), "currency": nil, "default_source": nil, "delinquent": false,
                "description": StripeValue(try parameters.text("description")),
                "email": StripeValue(try parameters.email("email")), "livemode": false,
                "metadata": try parameters.metadata(), "name": StripeValue(try parameters.text("name")),
                "phone": StripeValue(try parameters.text("phone")), "preferred_locales": [], "shipping": nil,
                "tax_exempt": "none",
            ]
            try call.ledger.insert(customer)
            try call.ledger.emit("customer.created", customer)
            return customer
        },
        .post("/v1/customers/:id", customerFields) { call in
            var customer = try call.ledger.require("customer", call.id)
            for field in ["description", "name", "phone"] {
                if let value = try call.parameters.text(field) { customer[field] = .text(value) }
            }
            if let email = try call.parameters.email("email") { customer["email"] = .text(email) }
            customer["metadata"] = try call.parameters.metadata(over: customer["metadata"])
            try call.ledger.update(customer)
            try call.ledger.emit("customer.updated", customer)
            return customer
        },
        // A deleted one is still told of, and nothing else.
        .get("/v1/customers/:id") { call in
            guard let customer = try call.ledger.find("customer", call.id) else {
                throw StripeFault.noSuch("customer", call.id)
            }
            return customer
        },
        .get("/v1/customers", StripeRoute.paging + ["email"]) { call in
            let email = try call.parameters.text("email")
            return try call.page(
                try call.ledger.all("customer").filter {
                    !$0["deleted"].isTrue && (email == nil || $0["email"].text == email)
                })
        },
        .delete("/v1/customers/:id") { call in
            let customer = try call.ledger.require("customer", call.id)
            for subscription in try call.ledger.all("subscription", where: ["customer": .text(customer.id)])
            where subscription["status"] != "canceled" {
                _ = try call.ledger.end(subscription)
            }
            let deleted: StripeValue = ["id": .text(customer.id), "object": "customer", "deleted": true]
            try call.ledger.update(deleted)
            try call.ledger.emit("customer.deleted", customer)
            return deleted
        },
    ]

    private static let customerFields = ["description", "email", "metadata[*]", "name", "phone"]

    /// Products and prices (https://docs.stripe.com/api/prices).
    static let stripePrices: [StripeRoute] = [
        .post("/v1/products", ["active", "description", "metadata[*]", "name"]) { call in
            let product = newProduct(
                name: try call.parameters.required("name"), description: try call.parameters.text("description"),
                metadata: try call.parameters.metadata(), now: call.now)
            try call.ledger.insert(product)
            try call.ledger.emit("product.created", product)
            return product
        },
        .post("/v1/products/:id", ["active", "description", "metadata[*]", "name"]) { call in
            var product = try call.ledger.require("product", call.id)
            if let isActive = try call.parameters.bool("active") { product["active"] = .bool(isActive) }
            for field in ["description", "name"] {
                if let value = try call.parameters.text(field) { product[field] = .text(value) }
            }
            product["metadata"] = try call.parameters.metadata(over: product["metadata"])
            product["updated"] = .integer(call.now)
            try call.ledger.update(product)
            try call.ledger.emit("product.updated", product)
            return product
        },
        .retrieve("product", at: "/v1/products"),
        .list("product", at: "/v1/products", filters: ["active"]),

        .post(
            "/v1/prices",
            [
                "active", "currency", "lookup_key", "metadata[*]", "nickname", "product", "product_data[name]",
                "product_data[metadata][*]", "recurring[interval]", "recurring[interval_count]", "transfer_lookup_key",
                "unit_amount",
            ], createPrice),
        .post("/v1/prices/:id", ["active", "lookup_key", "metadata[*]", "nickname", "transfer_lookup_key"]) { call in
            var price = try call.ledger.require("price", call.id)
            if let isActive = try call.parameters.bool("active") { price["active"] = .bool(isActive) }
            if let nickname = try call.parameters.text("nickname") { price["nickname"] = .text(nickname) }
            price["metadata"] = try call.parameters.metadata(over: price["metadata"])
            if let key = try call.parameters.text("lookup_key") {
                try free(key, for: price.id, call)
                price["lookup_key"] = .text(key)
            }
            try call.ledger.update(price)
            try call.ledger.emit("price.updated", price)
            return price
        },
        .retrieve("price", at: "/v1/prices"),
        .get("/v1/prices", StripeRoute.paging + ["active", "currency", "lookup_keys[*]", "product", "type"]) { call in
            let keys = call.parameters.list("lookup_keys")
            guard keys.count <= 10 else {
                throw StripeFault("You can look up 10 keys at once at most.", parameter: "lookup_keys")
            }
            let isActive = try call.parameters.bool("active")
            let fields = try ["currency", "product", "type"].compactMap { name in
                try call.parameters.text(name).map { (name, $0) }
            }
            return try call.page(
                try call.ledger.all("price").filter { price in
                    (keys.isEmpty || keys.contains(price["lookup_key"].text ?? ""))
                        && isActive.map { price["active"] == .bool($0) } ?? true
                        && fields.allSatisfy { price[$0].text == $1 }
                })
        },
    ]

    private static func createPrice(_ call: StripeCall) throws -> StripeValue {
        let parameters = call.parameters
        let currency = try parameters.required("currency")
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
            throw StripeFault(
                "Invalid currency: \(currency). Currencies are three lowercase letters.", parameter: "currency")
        }
        guard let amount = try parameters.integer("unit_amount", in: 0...99_999_999) else {
            throw StripeFault.missing("unit_amount")
        }
        let interval = try parameters.choice("recurring[interval]", of: ["day", "week", "month", "year"])
        let id = StripeLedger.newID("price")
        let key = try parameters.text("lookup_key")
        if let key { try free(key, for: id, call) }

        let price: StripeValue = [
            "id": .text(id), "object": "price", "active": .bool(try parameters.bool("active") ?? true),
            "billing_scheme": "per_unit", "created": .integer(call.now), "currency": .text(currency), "livemode": false,
            "lookup_key": StripeValue(key), "metadata": try parameters.metadata(),
            "nickname": StripeValue(try parameters.text("nickname")), "product": .text(try product(call)),
            "recurring": try interval.map { interval in
                [
                    "interval": .text(interval),
                    "interval_count": .integer(try parameters.integer("recurring[interval_count]", in: 1...12) ?? 1),
                    "meter": nil, "usage_type": "licensed",
                ]
            } ?? nil,
            "tax_behavior": "unspecified", "tiers_mode": nil, "transform_quantity": nil,
            "type": interval == nil ? "one_time" : "recurring", "unit_amount": .integer(amount),
            "unit_amount_decimal": .text(String(amount)),
        ]
        try call.ledger.insert(price)
        try call.ledger.emit("price.created", price)
        return price
    }

    /// - Returns: the id of the product that is named, or made on the way.
    private static func product(_ call: StripeCall) throws -> String {
        if let id = try call.parameters.text("product") {
            return try call.ledger.require("product", id, parameter: "product").id
        }
        guard let name = try call.parameters.text("product_data[name]") else { throw StripeFault.missing("product") }
        let product = newProduct(
            name: name, description: nil, metadata: try call.parameters.metadata("product_data[metadata]"), now: call.now)
        try call.ledger.insert(product)
        try call.ledger.emit("product.created", product)
        return product.id
    }

    private static func newProduct(name: String, description: String?, metadata: StripeValue, now: Int64) -> StripeValue {
        [
            "id": .text(StripeLedger.newID("prod", length: 14)), "object": "product", "active": true,
            "created": .integer(now), "default_price": nil, "description": StripeValue(description), "images": [],
            "livemode": false, "marketing_features": [], "metadata": metadata, "name": .text(name), "shippable": nil,
            "statement_descriptor": nil, "tax_code": nil, "unit_label": nil, "updated": .integer(now), "url": nil,
        ]
    }

    /// A lookup key belongs to one price; `transfer_lookup_key` takes it from the one that has it.
    private static func free(_ key: String, for id: String, _ call: StripeCall) throws {
        for var owner in try call.ledger.all("price", where: ["lookup_key": .text(key)]) where owner.id != id {
            guard try call.parameters.bool("transfer_lookup_key") == true else {
                throw StripeFault(
                    code: "resource_already_exists", "A price (`\(owner.id)`) already uses that lookup key.",
                    parameter: "lookup_key")
            }
            owner["lookup_key"] = nil
            try call.ledger.update(owner)
        }
    }
}
