/// Whom a proxy token stands for.
package struct ProxyCredential: Sendable, Hashable {
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package let tier: Tier
    /// Whether the plan's rate and concurrency hold for it.
    package let isPaced: Bool
    /// Whether an agent shows it, behind which somebody reads the answers.
    package let isAgents: Bool
    /// Whether its box is to stand still: then nothing may be called with it.
    package let isSuspended: Bool
    /// What the box's people read.
    package let language: Language

    package init(
        customerID: Customer.ID, boxID: Box.ID, tier: Tier, isPaced: Bool = true, isAgents: Bool = false,
        isSuspended: Bool = false, language: Language = .english
    ) {
        self.customerID = customerID
        self.boxID = boxID
        self.tier = tier
        self.isPaced = isPaced
        self.isAgents = isAgents
        self.isSuspended = isSuspended
        self.language = language
    }
}
