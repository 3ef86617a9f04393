/// https://docs.stripe.com/api/invoices/object
package struct StripeInvoice: Decodable, Sendable, Hashable {
    /// `in_…`; a preview's says nothing.
    package let id: String?
    package let number: String?
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    package let status: String?
    /// Unix seconds.
    package let created: Int64
    /// In the currency's smallest unit, like every amount.
    package let total: Int
    package let amountDue: Int
    package let amountPaid: Int
    package let currency: String
    package let attemptCount: Int
    package let hostedInvoiceUrl: String?
    package let invoicePdf: String?
    package let lines: Lines
    private let payments: Payments?
    private let statusTransitions: Transitions?
    private let parent: Parent?

    /// `sub_…`
    package var subscription: String? { parent?.subscriptionDetails?.subscription }

    private struct Parent: Decodable, Sendable, Hashable {
        let subscriptionDetails: Details?

        struct Details: Decodable, Sendable, Hashable {
            let subscription: String?
        }
    }

    /// Unix seconds.
    package var paidAt: Int64? { statusTransitions?.paidAt }

    private struct Transitions: Decodable, Sendable, Hashable {
        let paidAt: Int64?
    }

    /// `pi_…` or `ch_…` of what was paid for it; only where the list was asked for.
    package var paymentReferences: [String] {
        payments?.data.compactMap { $0.payment.paymentIntent ?? $0.payment.charge } ?? []
    }

    package struct Lines: Decodable, Sendable, Hashable {
        package let data: [Line]
        package let hasMore: Bool
    }

    /// https://docs.stripe.com/api/invoice-line-item/object
    package struct Line: Decodable, Sendable, Hashable {
        package let amount: Int
        package let period: Period
        private let pricing: Pricing?
        private let parent: Parent?

        /// `price_…`
        package var price: String? { pricing?.priceDetails?.price }
        /// Whether it settles a change within a period.
        package var isProration: Bool {
            parent?.subscriptionItemDetails?.proration ?? parent?.invoiceItemDetails?.proration ?? false
        }

        package struct Period: Decodable, Sendable, Hashable {
            /// Unix seconds.
            package let start: Int64
            package let end: Int64
        }

        private struct Pricing: Decodable, Sendable, Hashable {
            let priceDetails: Details?

            struct Details: Decodable, Sendable, Hashable {
                let price: String?
            }
        }

        private struct Parent: Decodable, Sendable, Hashable {
            let subscriptionItemDetails: Details?
            let invoiceItemDetails: Details?

            struct Details: Decodable, Sendable, Hashable {
                let proration: Bool?
            }
        }
    }

    private struct Payments: Decodable, Sendable, Hashable {
        let data: [Element]

        struct Element: Decodable, Sendable, Hashable {
            let payment: Reference
        }

        struct Reference: Decodable, Sendable, Hashable {
            let paymentIntent: String?
            let charge: String?
        }
    }
}

extension StripeClient {
    /// The subscription's invoices, the youngest first: a hundred at most, with all their lines and what was paid for them.
    /// - Parameter id: `sub_…`
    /// - Throws: ``StripeError``.
    package func invoices(ofSubscription id: String) async throws -> [StripeInvoice] {
        var query = StripeForm()
        query.add("subscription", id)
        query.add("limit", 100)
        query.add("expand", ["data.payments"])
        let list: StripeList<StripeInvoice> = try await get("/v1/invoices", query)
        return list.data
    }

    /// All lines of an invoice that has many.
    /// - Throws: ``StripeError``.
    package func lines(ofInvoice id: String) async throws -> [StripeInvoice.Line] {
        var query = StripeForm()
        query.add("limit", 100)
        let list: StripeList<StripeInvoice.Line> = try await get("/v1/invoices/\(id)/lines", query)
        return list.data
    }

    /// The customer's charges, the youngest first: a hundred at most.
    /// - Parameter id: `cus_…`
    /// - Throws: ``StripeError``.
    package func charges(ofCustomer id: String) async throws -> [StripeCharge] {
        var query = StripeForm()
        query.add("customer", id)
        query.add("limit", 100)
        let list: StripeList<StripeCharge> = try await get("/v1/charges", query)
        return list.data
    }

    /// - Parameter id: `ch_…`
    /// - Throws: ``StripeError``.
    package func disputes(ofCharge id: String) async throws -> [StripeDispute] {
        var query = StripeForm()
        query.add("charge", id)
        let list: StripeList<StripeDispute> = try await get("/v1/disputes", query)
        return list.data
    }

    /// - Parameter id: `price_…`
    /// - Throws: ``StripeError``.
    package func price(_ id: String) async throws -> StripePrice {
        try await get("/v1/prices/\(id)")
    }
}
