package import Core

/// An agent's state on its way into an object of the host's store, or back out of one.
package struct StateTransfer: Sendable {
    package let id: ID
    package let agent: AgentReference
    /// The container image whose OpenClaw packs or unpacks the state.
    package let image: String
    /// What lets the transfer reach its one object, for an hour: a credential.
    package let url: Secret

    /// What is to be done, by the row that says so.
    package enum ID: Sendable, Hashable {
        case save(Backup.ID)
        case restore(Restore.ID)
    }

    package enum Progress: Sendable, Hashable {
        case running
        /// - Parameter size: bytes that were moved, where they are known.
        case done(size: Int64?)
        /// - Parameter reason: in plain words, for the host; without what a customer has stored.
        case failed(reason: String)

        package var isOver: Bool { self != .running }
    }

    package init(id: ID, agent: AgentReference, image: String, url: Secret) {
        self.id = id
        self.agent = agent
        self.image = image
        self.url = url
    }
}
