package import FoundationEssentials

/// One customer's agent: what is wanted (`desired` and everything above it) and what is so (`status` and below).
///
/// A customer has at most one box that isn't deleted. The row is the only truth; the operator makes the world look like it.
package struct Box: Sendable, Hashable, Identified {
    package static let idPrefix = "box"
    package typealias ID = Identifier<Box>

    package let id: ID
    package let customerID: Customer.ID
    package var tier: Tier
    /// How the agent calls itself, and the bot's display name.
    package var agentName: String
    /// What the customer wants the agent to be good at, in their words.
    package var purpose: String
    package var language: Language
    package var bot: Bot?
    package var desired: DesiredState
    /// Grows with every change of what is wanted.
    package var generation: Int64
    /// Grows with each restart that is asked for.
    package var restartMarker: Int64
    /// When somebody last asked for a restart.
    package var restartedAt: Timestamp?
    /// The container image that the agent is to run as; `nil` until the operator has chosen one.
    package var image: String?
    /// The image to go back to, for as long as ``image`` is on trial; `nil` once the agent has run as it, see `RolloutPlan`.
    package var imageBefore: String?
    /// What may happen to the box without its state being saved first.
    package var backupWaivedFor: Backup.Reason?
    /// The owner's time zone, such as `America/Sao_Paulo`; `nil` until somebody has said it.
    package var timeZone: String?
    package var profile = AgentProfile()
    /// The spare that the box took over with its first payment, in whose place it lives from then on; see ``AgentReference``.
    package var spareID: Spare.ID?

    /// The generation that the world was last made to look like.
    package var observedGeneration: Int64
    package var status: BoxStatus
    /// What is happening or what is wrong, for its owner.
    package var message: OwnerMessage?
    package let createdAt: Timestamp
    package var readyAt: Timestamp?
    /// How often the agent was seen to go down by itself and be started again, in all.
    package var restarts: Int64
    /// When the agent was last seen to answer, give or take a few minutes.
    package var seenAt: Timestamp?
    /// How often in a row it has failed; 0 once it runs.
    package var failures: Int64

    /// The Telegram bot that the agent speaks through.
    package struct Bot: Sendable, Hashable {
        /// Telegram's numeric id of the bot.
        package let id: Int64
        /// Without `@`.
        package let username: String
        /// The token, encrypted (see `Vault`); additional data is the box's id and `bot_token`.
        package let sealedToken: String
        /// Telegram's numeric id of the person the agent answers to.
        package let ownerUserID: Int64

        package init(id: Int64, username: String, sealedToken: String, ownerUserID: Int64) {
            self.id = id
            self.username = username
            self.sealedToken = sealedToken
            self.ownerUserID = ownerUserID
        }
    }

    package init(
        id: ID, customerID: Customer.ID, tier: Tier, agentName: String, purpose: String, language: Language,
        bot: Bot? = nil, desired: DesiredState = .draft, generation: Int64 = 1, restartMarker: Int64 = 0,
        observedGeneration: Int64 = 0, status: BoxStatus = .draft, message: OwnerMessage? = nil, createdAt: Timestamp,
        readyAt: Timestamp? = nil, image: String? = nil, imageBefore: String? = nil, backupWaivedFor: Backup.Reason? = nil,
        restarts: Int64 = 0, seenAt: Timestamp? = nil, failures: Int64 = 0, timeZone: String? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.tier = tier
        self.agentName = agentName
        self.purpose = purpose
        self.language = language
        self.bot = bot
        self.desired = desired
        self.generation = generation
        self.restartMarker = restartMarker
        self.observedGeneration = observedGeneration
        self.status = status
        self.message = message
        self.createdAt = createdAt
        self.readyAt = readyAt
        self.image = image
        self.imageBefore = imageBefore
        self.backupWaivedFor = backupWaivedFor
        self.restarts = restarts
        self.seenAt = seenAt
        self.failures = failures
        self.timeZone = timeZone
    }

    /// Whose clock the owner lives by: UTC until their time zone is known.
    package var zone: TimeZone { timeZone.flatMap(TimeZone.named) ?? .gmt }

    /// Whether the agent answers, and is all that is wanted of it.
    package var runs: Bool { desired == .running && status == .running && observedGeneration == generation }
}

/// What should be so.
package enum DesiredState: String, Sendable, Hashable, Codable {
    /// Being talked about in the onboarding; nothing runs.
    case draft
    case running
    /// Nothing runs, the data is kept.
    case suspended
    /// Nothing runs, nothing is kept.
    case deleted
}

/// What is so, as last observed.
package enum BoxStatus: String, Sendable, Hashable, Codable {
    case draft, provisioning, running, suspended, failed, deleted
}
