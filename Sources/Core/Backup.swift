/// A copy of an agent's state in the host's object store.
package struct Backup: Sendable, Hashable, Identified {
    package static let idPrefix = "bak"
    package typealias ID = Identifier<Backup>

    package let id: ID
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package let reason: Reason
    /// The box's generation when it was asked for.
    package let generation: Int64
    /// The container image that has saved the state, and that can surely read it; `nil` until that has begun.
    package var image: String?
    /// Of the object in the store: `<customer>/<box>/<backup>.tar.gz`.
    package let objectKey: String
    package var state: State
    /// In plain words, for the host: why it failed.
    package var detail: String?
    /// Bytes; `nil` until it is known.
    package var size: Int64?
    package let createdAt: Timestamp
    package var endedAt: Timestamp?

    /// What could lose the state.
    package enum Reason: String, Sendable, Hashable, Codable {
        /// The agent is to run as another container image, which changes the data for good.
        case upgrade
        /// Nothing of the box is to be kept.
        case deletion
        /// An earlier state is to take the present one's place.
        case restore
        /// The host asked for it.
        case manual
        /// It was night.
        case nightly
    }

    package enum State: String, Sendable, Hashable, Codable {
        case running, done, failed
    }

    package init(
        id: ID, customerID: Customer.ID, boxID: Box.ID, reason: Reason, generation: Int64, image: String? = nil,
        objectKey: String, state: State = .running, detail: String? = nil, size: Int64? = nil, createdAt: Timestamp,
        endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.boxID = boxID
        self.reason = reason
        self.generation = generation
        self.image = image
        self.objectKey = objectKey
        self.state = state
        self.detail = detail
        self.size = size
        self.createdAt = createdAt
        self.endedAt = endedAt
    }

    /// A backup that is to be made.
    package init(id: ID, of box: Box, for reason: Reason, at time: Timestamp) {
        self.init(
            id: id, customerID: box.customerID, boxID: box.id, reason: reason, generation: box.generation,
            objectKey: "\(box.customerID)/\(box.id)/\(id).tar.gz", createdAt: time)
    }
}

/// That a saved state takes the place of a box's own.
package struct Restore: Sendable, Hashable, Identified {
    package static let idPrefix = "rst"
    package typealias ID = Identifier<Restore>

    package let id: ID
    package let customerID: Customer.ID
    /// The box whose state it becomes; the backup may be another one's of the same customer.
    package let boxID: Box.ID
    package let backupID: Backup.ID
    package var state: State
    /// In plain words, for the host: why it failed.
    package var detail: String?
    package let createdAt: Timestamp
    package var endedAt: Timestamp?

    package enum State: String, Sendable, Hashable, Codable {
        case running, done
        /// The box stays stopped until the host has another backup restored, or gives this one up.
        case failed
        /// Given up by the host: the box goes on with what it has.
        case abandoned
    }

    package init(
        id: ID, customerID: Customer.ID, boxID: Box.ID, backupID: Backup.ID, state: State = .running,
        detail: String? = nil, createdAt: Timestamp, endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.boxID = boxID
        self.backupID = backupID
        self.state = state
        self.detail = detail
        self.createdAt = createdAt
        self.endedAt = endedAt
    }
}
