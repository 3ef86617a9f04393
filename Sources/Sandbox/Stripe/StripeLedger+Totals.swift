/// What a promotion code takes off, and what tax adds.
extension StripeLedger {
    /// What the sandbox's tax office takes of everything, on top of the price, in percent.
    static let taxPercent: Int64 = 20

    /// The sums of an invoice, in the currency's smallest unit.
    struct Totals {
        let subtotal: Int64
        /// What a promotion code takes off.
        let discount: Int64
        let tax: Int64
        var total: Int64 { subtotal - discount + tax }

        /// - Parameter percentOff: of a promotion code; 0 without one.
        init(_ subtotal: Int64, percentOff: Int64, isTaxed: Bool) {
            self.subtotal = subtotal
            discount = subtotal * percentOff / 100
            tax = isTaxed ? (subtotal - discount) * StripeLedger.taxPercent / 100 : 0
        }

        /// As a session shows them.
        var details: StripeValue {
            ["amount_discount": .integer(discount), "amount_shipping": 0, "amount_tax": .integer(tax)]
        }
    }

    /// The id of the object that keeps a subscription's promotion code.
    private static func discountID(_ subscription: StripeValue) -> String { "discount_\(subscription.id)" }

    func totals(_ subtotal: Int64, of subscription: StripeValue) throws -> Totals {
        Totals(
            subtotal, percentOff: try discount(of: subscription)?["percent_off"].integer ?? 0,
            isTaxed: subscription["automatic_tax"]["enabled"].isTrue)
    }

    private func discount(of subscription: StripeValue) throws -> StripeValue? {
        try find("sandbox.discount", Self.discountID(subscription))
    }

    /// Has a code count for the subscription's invoices from now on.
    func redeem(_ code: StripePromotionCode, for subscription: StripeValue) throws {
        try insert([
            "id": .text(Self.discountID(subscription)), "object": "sandbox.discount",
            "percent_off": .integer(code.percentOff), "is_once": .bool(code.isOnce),
        ])
    }

    /// Uses up a code that counts once, with the first invoice from which it took something.
    func useUpDiscount(with invoice: StripeValue) throws {
        guard invoice["total_discount_amounts"].list.contains(where: { $0["amount"] != 0 }),
            let subscription = try find("subscription", invoice.invoicedSubscription ?? ""),
            let discount = try discount(of: subscription), discount["is_once"].isTrue
        else { return }
        try remove(discount)
    }

    // MARK: Stripe Tax

    /// How Stripe Tax is set up (https://docs.stripe.com/api/tax/settings/object): by the host, unless a test says otherwise.
    func taxSettings() throws -> StripeValue {
        try find("tax.settings", "tax_settings") ?? [
            "id": "tax_settings", "object": "tax.settings",
            "defaults": ["provider": "stripe", "tax_behavior": "exclusive", "tax_code": "txcd_10103001"],
            "head_office": ["address": ["country": "DE"]], "livemode": false, "status": "active",
            "status_details": ["active": [:]],
        ]
    }
}

extension [StripeRoute] {
    /// Stripe Tax and promotion codes, as far as a setup looks at them.
    static let stripeTerms: [StripeRoute] = [
        .get("/v1/tax/settings") { try $0.ledger.taxSettings() },
        .get("/v1/promotion_codes", StripeRoute.paging + ["active", "code"]) { call in
            let isActive = try call.parameters.bool("active")
            let code = try call.parameters.text("code")
            return try call.page(
                StripePromotionCode.all.filter {
                    (isActive == nil || $0.isActive == isActive) && (code == nil || $0.code == code)
                }.map(\.object))
        },
    ]
}
