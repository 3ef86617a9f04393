/// What an account has to have before anything is sold.
extension StripeClient {
    // MARK: Products and prices

    /// - Parameter id: `prod_…`
    /// - Throws: ``StripeError``.
    package func product(_ id: String) async throws -> StripeProduct {
        try await get("/v1/products/\(id)")
    }

    /// Names a product, and brings it back if it was archived.
    /// - Throws: ``StripeError``.
    package func updateProduct(_ id: String, name: String, metadata: [String: String]) async throws {
        var form = StripeForm()
        form.add("name", name)
        form.add("active", "true")
        form.add("metadata", metadata)
        let _: StripeProduct = try await post("/v1/products/\(id)", form)
    }

    /// Writes a price's metadata; its amount, currency and interval can't change.
    /// - Throws: ``StripeError``.
    package func updatePrice(_ id: String, metadata: [String: String]) async throws {
        var form = StripeForm()
        form.add("metadata", metadata)
        let _: StripePrice = try await post("/v1/prices/\(id)", form)
    }

    // MARK: The terms of a sale

    /// How Stripe Tax is set up.
    /// - Throws: ``StripeError``.
    package func taxSettings() async throws -> StripeTaxSettings {
        try await get("/v1/tax/settings")
    }

    /// Whether there is a promotion code that somebody could enter.
    /// - Throws: ``StripeError``.
    package func hasPromotionCodes() async throws -> Bool {
        var query = StripeForm()
        query.add("active", "true")
        query.add("limit", 1)
        let list: StripeList<StripePromotionCode> = try await get("/v1/promotion_codes", query)
        return !list.data.isEmpty
    }

    // MARK: Webhook endpoints

    /// Every endpoint of the account; there can be 16.
    /// - Throws: ``StripeError``.
    package func webhookEndpoints() async throws -> [StripeWebhookEndpoint] {
        var query = StripeForm()
        query.add("limit", 100)
        let list: StripeList<StripeWebhookEndpoint> = try await get("/v1/webhook_endpoints", query)
        return list.data
    }

    /// Makes an endpoint whose events have the shapes of ``apiVersion``.
    /// - Throws: ``StripeError``; `.invalidRequest` for an address that Stripe can't reach.
    package func createWebhookEndpoint(url: String, events: [String]) async throws -> StripeWebhookEndpoint {
        var form = StripeForm()
        form.add("url", url)
        form.add("enabled_events", events)
        form.add("api_version", Self.apiVersion)
        form.add("description", "openclaw-cloud")
        return try await post("/v1/webhook_endpoints", form)
    }

    /// Has an endpoint, switched on, get these events and no others; its version can't change.
    /// - Throws: ``StripeError``.
    package func updateWebhookEndpoint(_ id: String, events: [String]) async throws {
        var form = StripeForm()
        form.add("enabled_events", events)
        form.add("disabled", "false")
        let _: StripeWebhookEndpoint = try await post("/v1/webhook_endpoints/\(id)", form)
    }

    // MARK: The customer portal

    /// The configurations that sessions can be opened with.
    /// - Throws: ``StripeError``.
    package func portalConfigurations() async throws -> [StripePortalConfiguration] {
        var query = StripeForm()
        query.add("active", "true")
        query.add("limit", 100)
        let list: StripeList<StripePortalConfiguration> = try await get("/v1/billing_portal/configurations", query)
        return list.data
    }

    /// - Parameter id: `bpc_…`
    /// - Throws: ``StripeError``.
    package func portalConfiguration(_ id: String) async throws -> StripePortalConfiguration {
        try await get("/v1/billing_portal/configurations/\(id)")
    }

    /// - Parameters:
    ///   - id: `bpc_…`; `nil` makes one.
    ///   - prices: those that a subscription can move to, by their products.
    ///   - metadata: what is seen of the configuration besides: Stripe doesn't show its products again.
    /// - Throws: ``StripeError``.
    package func writePortalConfiguration(
        _ id: String?, _ features: StripePortalFeatures, prices: [(product: String, prices: [String])], returnURL: String,
        metadata: [String: String]
    ) async throws -> StripePortalConfiguration {
        var form = StripeForm()
        features.add(to: &form, prices)
        form.add("default_return_url", returnURL)
        form.add("metadata", metadata)
        guard let id else { return try await post("/v1/billing_portal/configurations", form) }
        form.add("active", "true")
        return try await post("/v1/billing_portal/configurations/\(id)", form)
    }
}
