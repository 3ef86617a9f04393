/// The copy of a Stripe invoice that its customer is shown.
package struct Invoice: Sendable, Hashable {
    /// `in_…`
    package let id: String
    package let customerID: Customer.ID
    package let subscriptionID: Subscription.ID
    /// As it stands on the document.
    package let number: String?
    /// Stripe's own words: `draft`, `open`, `paid`, `uncollectible` or `void`.
    package let status: String
    /// The plan that it is for, where a price says so.
    package let tier: Tier?
    /// In the currency's smallest unit, like the two after it.
    package let total: Int
    package let paid: Int
    package let refunded: Int
    /// ISO 4217, lowercase.
    package let currency: String
    /// Stripe's page for it.
    package let url: String?
    package let pdfURL: String?
    package let createdAt: Timestamp

    package init(
        id: String, customerID: Customer.ID, subscriptionID: Subscription.ID, number: String?, status: String, tier: Tier?,
        total: Int, paid: Int, refunded: Int, currency: String, url: String?, pdfURL: String?, createdAt: Timestamp
    ) {
        self.id = id
        self.customerID = customerID
        self.subscriptionID = subscriptionID
        self.number = number
        self.status = status
        self.tier = tier
        self.total = total
        self.paid = paid
        self.refunded = refunded
        self.currency = currency
        self.url = url
        self.pdfURL = pdfURL
        self.createdAt = createdAt
    }
}
