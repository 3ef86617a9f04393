extension StripeClient {
    // MARK: Prices and customers

    /// The active prices with these lookup keys (ten at most), in no particular order.
    /// - Throws: ``StripeError``.
    package func prices(lookupKeys: [String]) async throws -> [StripePrice] {
        var query = StripeForm()
        query.add("active", "true")
        query.add("limit", 100)
        query.add("lookup_keys", lookupKeys)
        let list: StripeList<StripePrice> = try await get("/v1/prices", query)
        return list.data
    }

    /// Creates a monthly price and the product that it is the price of.
    /// - Parameters:
    ///   - amount: in the currency's smallest unit.
    ///   - currency: ISO 4217, lowercase.
    ///   - metadata: put on the price and on the product.
    /// - Throws: ``StripeError``.
    package func createPrice(
        productName: String, amount: Int, currency: String, lookupKey: String, metadata: [String: String],
        idempotencyKey: String
    ) async throws -> StripePrice {
        var form = StripeForm()
        form.add("currency", currency)
        form.add("unit_amount", amount)
        form.add("recurring[interval]", "month")
        form.add("lookup_key", lookupKey)
        // An archived price may still hold the key.
        form.add("transfer_lookup_key", "true")
        form.add("product_data[name]", productName)
        form.add("product_data[metadata]", metadata)
        form.add("metadata", metadata)
        return try await post("/v1/prices", form, idempotencyKey: idempotencyKey)
    }

    /// - Throws: ``StripeError``.
    package func createCustomer(
        email: String?, metadata: [String: String], idempotencyKey: String
    ) async throws -> StripeCustomer {
        var form = StripeForm()
        form.add("email", email)
        form.add("metadata", metadata)
        return try await post("/v1/customers", form, idempotencyKey: idempotencyKey)
    }

    // MARK: Checkout

    /// What a Checkout session is opened with.
    package struct NewCheckoutSession: Sendable {
        /// `price_…`
        package var price: String
        /// `cus_…`, if the customer paid before.
        package var customer: String?
        /// Fills the field on the page; only without `customer`.
        package var customerEmail: String?
        package var clientReferenceID: String
        /// Put on the session and on the subscription.
        package var metadata: [String: String]
        /// May hold the literal `{CHECKOUT_SESSION_ID}`.
        package var successURL: String
        package var cancelURL: String
        /// `en`, `pt`, …
        package var locale: String
        /// Whether the page has a field for a promotion code.
        package var takesPromotionCodes: Bool
        /// Whether Stripe Tax reckons the tax, and the page asks for a tax id.
        package var reckonsTax: Bool
        /// 1 to 730; `nil`: the first period is charged for at once.
        package var trialDays: Int?

        package init(
            price: String, customer: String?, customerEmail: String?, clientReferenceID: String, metadata: [String: String],
            successURL: String, cancelURL: String, locale: String, takesPromotionCodes: Bool = false,
            reckonsTax: Bool = false, trialDays: Int? = nil
        ) {
            self.price = price
            self.customer = customer
            self.customerEmail = customerEmail
            self.clientReferenceID = clientReferenceID
            self.metadata = metadata
            self.successURL = successURL
            self.cancelURL = cancelURL
            self.locale = locale
            self.takesPromotionCodes = takesPromotionCodes
            self.reckonsTax = reckonsTax
            self.trialDays = trialDays
        }

        /// Stripe refuses tax for a customer whose address and name the page may not write
        /// (https://docs.stripe.com/tax/checkout#existing-customers).
        func addTerms(to form: inout StripeForm) {
            if takesPromotionCodes { form.add("allow_promotion_codes", "true") }
            if reckonsTax {
                form.add("automatic_tax[enabled]", "true")
                form.add("tax_id_collection[enabled]", "true")
                if customer != nil {
                    form.add("customer_update[address]", "auto")
                    form.add("customer_update[name]", "auto")
                }
            }
            if let trialDays {
                form.add("subscription_data[trial_period_days]", trialDays)
                form.add("payment_method_collection", "always")
            }
        }
    }

    /// Opens a session for one subscription.
    /// - Throws: ``StripeError``.
    package func createCheckoutSession(
        _ session: NewCheckoutSession, idempotencyKey: String
    ) async throws -> StripeCheckoutSession {
        var form = StripeForm()
        form.add("mode", "subscription")
        form.add("line_items[0][price]", session.price)
        form.add("line_items[0][quantity]", 1)
        form.add("client_reference_id", session.clientReferenceID)
        form.add("metadata", session.metadata)
        form.add("subscription_data[metadata]", session.metadata)
        if let customer = session.customer {
            form.add("customer", customer)
        } else {
            form.add("customer_email", session.customerEmail)
        }
        session.addTerms(to: &form)
        form.add("locale", session.locale)
        form.add("success_url", session.successURL)
        form.add("cancel_url", session.cancelURL)
        return try await post("/v1/checkout/sessions", form, idempotencyKey: idempotencyKey)
    }

    /// - Parameter id: `cs_…`
    /// - Throws: ``StripeError``.
    package func checkoutSession(_ id: String) async throws -> StripeCheckoutSession {
        try await get("/v1/checkout/sessions/\(id)")
    }

    /// The session that a subscription came from; `nil` if it was made in another way.
    /// - Parameter id: `sub_…`
    /// - Throws: ``StripeError``.
    package func checkoutSession(ofSubscription id: String) async throws -> StripeCheckoutSession? {
        var query = StripeForm()
        query.add("subscription", id)
        let list: StripeList<StripeCheckoutSession> = try await get("/v1/checkout/sessions", query)
        return list.data.first
    }

    /// Closes an open session, so that nobody can pay on it any more.
    /// - Throws: ``StripeError``; `.invalidRequest` if it isn't open.
    @discardableResult
    package func expireCheckoutSession(_ id: String) async throws -> StripeCheckoutSession {
        try await post("/v1/checkout/sessions/\(id)/expire", StripeForm())
    }

    // MARK: Afterwards

    /// - Parameter id: `sub_…`
    /// - Throws: ``StripeError``.
    package func subscription(_ id: String) async throws -> StripeSubscription {
        try await get("/v1/subscriptions/\(id)")
    }

    /// Ends a subscription at once; what was paid for isn't paid back.
    /// - Parameter id: `sub_…`
    /// - Throws: ``StripeError``.
    @discardableResult
    package func cancelSubscription(_ id: String) async throws -> StripeSubscription {
        try await delete("/v1/subscriptions/\(id)")
    }

    /// - Parameter id: `ch_…`
    /// - Throws: ``StripeError``.
    package func charge(_ id: String) async throws -> StripeCharge {
        try await get("/v1/charges/\(id)")
    }

    /// Opens the page on which a customer sees invoices and changes or cancels the plan.
    /// - Parameters:
    ///   - customer: `cus_…`
    ///   - returnURL: where the page leads back to.
    ///   - locale: `en`, `pt`, …; `auto` takes the browser's.
    ///   - configuration: `bpc_…`; without one the account's default holds.
    /// - Throws: ``StripeError``.
    package func createPortalSession(
        customer: String, returnURL: String, locale: String = "auto", configuration: String? = nil
    ) async throws -> StripePortalSession {
        var form = StripeForm()
        form.add("customer", customer)
        form.add("configuration", configuration)
        form.add("return_url", returnURL)
        form.add("locale", locale)
        return try await post("/v1/billing_portal/sessions", form)
    }
}
