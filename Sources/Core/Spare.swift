/// An agent that runs for nobody yet: without a customer, a bot or a channel, started and warmed, so that whoever pays next
/// doesn't wait for a start. A payment claims it, once; its row is gone then.
package struct Spare: Sendable, Hashable, Identified {
    package static let idPrefix = "spr"
    package typealias ID = Identifier<Spare>

    package let id: ID
    /// Whose resources it has. Boxes of other plans can't claim it.
    package let tier: Tier
    /// The container image that it runs as; `nil` where agents are no containers.
    package let image: String?
    /// SHA-256 of its token at the token proxy, in lowercase hex; `nil` until it has one.
    package var proxyTokenHash: String?
    package var state: State
    /// Why it was given up, for the host.
    package var detail: String?
    package let createdAt: Timestamp
    package var readyAt: Timestamp?
    /// Of one that was given up: until then no other takes its place.
    package var placeHeldUntil: Timestamp?

    package enum State: String, Sendable, Hashable, Codable {
        /// On its way to its first turn. Nobody may claim it.
        case starting
        /// A payment may claim it, and the operator changes nothing of it any more.
        case ready
        /// Given up: it and its data are being removed, or are.
        case retired
    }

    package init(
        id: ID, tier: Tier, image: String? = nil, proxyTokenHash: String? = nil, state: State = .starting,
        detail: String? = nil, createdAt: Timestamp, readyAt: Timestamp? = nil, placeHeldUntil: Timestamp? = nil
    ) {
        self.id = id
        self.tier = tier
        self.image = image
        self.proxyTokenHash = proxyTokenHash
        self.state = state
        self.detail = detail
        self.createdAt = createdAt
        self.readyAt = readyAt
        self.placeHeldUntil = placeHeldUntil
    }
}
