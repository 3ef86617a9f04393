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
    /// Why its agent is stopped until the owner lets it go on; `nil` if it isn't.
    package let hold: AgentHold.Reason?
    /// How often the owner has let it go on.
    package let releases: Int64
    /// Whether a spare shows it: nobody reads the answers, and nobody pays for them.
    package let isSpare: Bool
    /// What the box's people read.
    package let language: Language

    package init(
        customerID: Customer.ID, boxID: Box.ID, tier: Tier, isPaced: Bool = true, isAgents: Bool = false,
        isSuspended: Bool = false, hold: AgentHold.Reason? = nil, releases: Int64 = 0, isSpare: Bool = false,
        language: Language = .english
    ) {
        self.customerID = customerID
        self.boxID = boxID
        self.tier = tier
        self.isPaced = isPaced
        self.isAgents = isAgents
        self.isSuspended = isSuspended
        self.hold = hold
        self.releases = releases
        self.isSpare = isSpare
        self.language = language
    }
}
