extension StripeClient {
    /// A change of a subscription's price.
    package struct PriceChange: Sendable {
        /// `sub_…`
        package let subscription: String
        /// `si_…`
        package let item: String
        /// `price_…`
        package let price: String
        /// Unix seconds: up to when the present price is paid for. The same for the preview and for the change, so that what is
        /// charged is what was shown.
        package let prorationDate: Int64

        package init(subscription: String, item: String, price: String, prorationDate: Int64) {
            self.subscription = subscription
            self.item = item
            self.price = price
            self.prorationDate = prorationDate
        }
    }

    /// What a change would cost at once. Nothing is changed.
    /// - Throws: ``StripeError``.
    package func preview(_ change: PriceChange) async throws -> StripeInvoice {
        var form = StripeForm()
        form.add("subscription", change.subscription)
        form.add("subscription_details[items][0][id]", change.item)
        form.add("subscription_details[items][0][price]", change.price)
        form.add("subscription_details[proration_behavior]", "always_invoice")
        form.add("subscription_details[proration_date]", Int(change.prorationDate))
        return try await post("/v1/invoices/create_preview", form)
    }

    /// Changes the price at once, and charges the difference for the rest of the period. If that fails, the subscription stays as
    /// it is until its invoice is paid.
    /// - Throws: ``StripeError``.
    package func apply(_ change: PriceChange, idempotencyKey: String) async throws -> StripeSubscription {
        var form = StripeForm()
        form.add("items[0][id]", change.item)
        form.add("items[0][price]", change.price)
        form.add("proration_behavior", "always_invoice")
        form.add("payment_behavior", "pending_if_incomplete")
        form.add("proration_date", Int(change.prorationDate))
        return try await post("/v1/subscriptions/\(change.subscription)", form, idempotencyKey: idempotencyKey)
    }

    /// Has a subscription end with its period, or go on after all.
    /// - Throws: ``StripeError``.
    @discardableResult
    package func setCancelling(_ cancels: Bool, _ id: String) async throws -> StripeSubscription {
        var form = StripeForm()
        form.add("cancel_at_period_end", cancels ? "true" : "false")
        return try await post("/v1/subscriptions/\(id)", form)
    }

    /// Gives all of a charge back.
    /// - Parameter charge: `ch_…`
    /// - Throws: ``StripeError``.
    package func refund(charge: String, idempotencyKey: String) async throws {
        var form = StripeForm()
        form.add("charge", charge)
        form.add("reason", "duplicate")
        let _: StripeRefund = try await post("/v1/refunds", form, idempotencyKey: idempotencyKey)
    }

    /// - Parameter id: `in_…`
    /// - Throws: ``StripeError``.
    package func invoice(_ id: String) async throws -> StripeInvoice {
        try await get("/v1/invoices/\(id)")
    }
}
