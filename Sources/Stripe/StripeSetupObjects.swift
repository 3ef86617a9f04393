/// https://docs.stripe.com/api/products/object
package struct StripeProduct: Decodable, Sendable, Hashable {
    /// `prod_…`
    package let id: String
    package let active: Bool
    package let name: String
    package let metadata: [String: String]
}

/// https://docs.stripe.com/api/tax/settings/object
package struct StripeTaxSettings: Decodable, Sendable, Hashable {
    /// `active`, or `pending` while something is missing.
    package let status: String
    private let defaults: Defaults
    private let statusDetails: Details?

    /// `inclusive`, `exclusive` or `inferred_by_currency`: what prices that don't say it are. Without one Stripe refuses to
    /// reckon the tax of such a price.
    package var taxBehavior: String? { defaults.taxBehavior }
    /// What Stripe Tax waits for.
    package var missingFields: [String] { statusDetails?.pending?.missingFields ?? [] }

    private struct Defaults: Decodable, Sendable, Hashable {
        let taxBehavior: String?
    }

    private struct Details: Decodable, Sendable, Hashable {
        let pending: Pending?

        struct Pending: Decodable, Sendable, Hashable {
            let missingFields: [String]?
        }
    }
}

/// https://docs.stripe.com/api/promotion_codes/object
struct StripePromotionCode: Decodable, Sendable {
    /// `promo_…`
    let id: String
}

/// https://docs.stripe.com/api/webhook_endpoints/object
package struct StripeWebhookEndpoint: Decodable, Sendable, Hashable {
    /// `we_…`
    package let id: String
    package let url: String
    /// `enabled` or `disabled`.
    package let status: String
    /// That of the account where none is pinned.
    package let apiVersion: String?
    /// `*` for all.
    package let enabledEvents: [String]
    /// `whsec_…`, in the answer that made the endpoint and never again.
    package let secret: String?
}

/// https://docs.stripe.com/api/customer_portal/configurations/object
package struct StripePortalConfiguration: Decodable, Sendable, Hashable {
    /// `bpc_…`
    package let id: String
    package let active: Bool
    package let defaultReturnUrl: String?
    package let features: StripePortalFeatures
    package let metadata: [String: String]?
}

/// What customers can do in the portal. The products that a subscription can move to aren't in it: Stripe takes them and doesn't
/// show them again.
package struct StripePortalFeatures: Decodable, Sendable, Hashable {
    private var customerUpdate: CustomerUpdate
    private var invoiceHistory: Switch
    private var paymentMethodUpdate: Switch
    private var subscriptionCancel: Cancel
    private var subscriptionUpdate: Update

    private struct Switch: Decodable, Sendable, Hashable {
        var enabled: Bool
    }

    private struct CustomerUpdate: Decodable, Sendable, Hashable {
        var enabled: Bool
        var allowedUpdates: Set<String>
    }

    private struct Cancel: Decodable, Sendable, Hashable {
        var enabled: Bool
        var mode: String
        var prorationBehavior: String
    }

    private struct Update: Decodable, Sendable, Hashable {
        var enabled: Bool
        var defaultAllowedUpdates: Set<String>
        var prorationBehavior: String
        var scheduleAtPeriodEnd: Schedule

        struct Schedule: Decodable, Sendable, Hashable {
            var conditions: Set<Condition>
        }

        struct Condition: Decodable, Sendable, Hashable {
            var type: String
        }
    }

    /// Bills and cards, name, address and tax id; an end with the period, and nothing paid back; a dearer plan for the difference at
    /// once, a cheaper one with the next period.
    package static let ours = StripePortalFeatures(
        customerUpdate: CustomerUpdate(enabled: true, allowedUpdates: ["address", "name", "tax_id"]),
        invoiceHistory: Switch(enabled: true), paymentMethodUpdate: Switch(enabled: true),
        subscriptionCancel: Cancel(enabled: true, mode: "at_period_end", prorationBehavior: "none"),
        subscriptionUpdate: Update(
            enabled: true, defaultAllowedUpdates: ["price"], prorationBehavior: "always_invoice",
            scheduleAtPeriodEnd: .init(conditions: [.init(type: "decreasing_item_amount")])))

    /// The names of the features that aren't as in `other`.
    package func differences(from other: StripePortalFeatures) -> [String] {
        [
            customerUpdate == other.customerUpdate ? nil : "customer_update",
            invoiceHistory == other.invoiceHistory ? nil : "invoice_history",
            paymentMethodUpdate == other.paymentMethodUpdate ? nil : "payment_method_update",
            subscriptionCancel == other.subscriptionCancel ? nil : "subscription_cancel",
            subscriptionUpdate == other.subscriptionUpdate ? nil : "subscription_update",
        ].compactMap(\.self)
    }

    func add(to form: inout StripeForm, _ prices: [(product: String, prices: [String])]) {
        form.add("features[customer_update][enabled]", String(customerUpdate.enabled))
        form.add("features[customer_update][allowed_updates]", customerUpdate.allowedUpdates.sorted())
        form.add("features[invoice_history][enabled]", String(invoiceHistory.enabled))
        form.add("features[payment_method_update][enabled]", String(paymentMethodUpdate.enabled))
        form.add("features[subscription_cancel][enabled]", String(subscriptionCancel.enabled))
        form.add("features[subscription_cancel][mode]", subscriptionCancel.mode)
        form.add("features[subscription_cancel][proration_behavior]", subscriptionCancel.prorationBehavior)
        let update = "features[subscription_update]"
        form.add("\(update)[enabled]", String(subscriptionUpdate.enabled))
        form.add("\(update)[default_allowed_updates]", subscriptionUpdate.defaultAllowedUpdates.sorted())
        form.add("\(update)[proration_behavior]", subscriptionUpdate.prorationBehavior)
        for (index, condition) in subscriptionUpdate.scheduleAtPeriodEnd.conditions.map(\.type).sorted().enumerated() {
            form.add("\(update)[schedule_at_period_end][conditions][\(index)][type]", condition)
        }
        for (index, entry) in prices.enumerated() {
            form.add("\(update)[products][\(index)][product]", entry.product)
            form.add("\(update)[products][\(index)][prices]", entry.prices)
        }
    }
}
