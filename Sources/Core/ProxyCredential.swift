/// Whom a proxy token stands for.
package struct ProxyCredential: Sendable, Hashable {
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package let tier: Tier
    /// Whether the plan's rate and concurrency hold for it.
    package let isPaced: Bool

    package init(customerID: Customer.ID, boxID: Box.ID, tier: Tier, isPaced: Bool = true) {
        self.customerID = customerID
        self.boxID = boxID
        self.tier = tier
        self.isPaced = isPaced
    }
}
