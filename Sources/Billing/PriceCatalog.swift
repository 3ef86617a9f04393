import Core
import Stripe

/// Our plans' prices at Stripe. Found by their lookup keys, and created where missing, so a host has nothing to set up there.
actor PriceCatalog {
    private let stripe: StripeClient
    private var known: [String: String] = [:]
    /// By price; a price's metadata are ours, and don't change.
    private var tiers: [String: Tier] = [:]

    init(stripe: StripeClient) {
        self.stripe = stripe
    }

    /// - Returns: `price_…`
    /// - Throws: ``StripeError``.
    func id(for plan: Plan) async throws -> String {
        let lookupKey = plan.lookupKey
        if let id = known[lookupKey] { return id }
        let id =
            if let price = try await stripe.prices(lookupKeys: [lookupKey]).first {
                price.id
            } else {
                // Two that get here at once send the same key, so Stripe makes one price.
                try await stripe.createPrice(of: plan, idempotencyKey: lookupKey).id
            }
        known[lookupKey] = id
        return id
    }

    /// - Parameter id: `price_…`
    /// - Returns: the plan that it is a price of; `nil` if it is of nothing of ours.
    /// - Throws: ``StripeError``.
    func tier(ofPrice id: String) async throws -> Tier? {
        if let tier = tiers[id] { return tier }
        let tier = try await stripe.price(id).metadata["tier"].flatMap(Tier.init)
        tiers[id] = tier
        return tier
    }
}

extension StripeClient {
    /// Makes a plan's price and the product that it is the price of.
    /// - Throws: ``StripeError``.
    func createPrice(of plan: Plan, idempotencyKey: String) async throws -> StripePrice {
        try await createPrice(
            productName: plan.productName, amount: plan.monthlyPrice, currency: Plan.currency, lookupKey: plan.lookupKey,
            metadata: plan.stripeMetadata, idempotencyKey: idempotencyKey)
    }
}

extension Plan {
    static let currency = "usd"

    /// Holds the amount, because a price at Stripe can't change: a new amount is a new price.
    var lookupKey: String { "openclaw_cloud_\(tier.rawValue)_\(monthlyPrice)" }

    var productName: String { "OpenClaw \(name)" }

    /// What stands on the price and on its product.
    var stripeMetadata: [String: String] { ["tier": tier.rawValue, "units_limit": String(monthlyUnits)] }
}
