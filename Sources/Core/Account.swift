/// A browser that is signed in.
package struct Session: Sendable, Hashable {
    /// Names it among the customer's own; opens nothing.
    package let handle: String
    /// Such as `Firefox, Linux`; empty if nobody knows.
    package let device: String
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    package init(handle: String, device: String, createdAt: Timestamp, expiresAt: Timestamp) {
        self.handle = handle
        self.device = device
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// That an account is to have another address: both, the present one and the new one, have to agree.
package struct EmailChange: Sendable, Hashable {
    package static let lifetime = Duration.hours(24)

    package let customerID: Customer.ID
    package let email: String
    package let newConfirmedAt: Timestamp?
    package let oldConfirmedAt: Timestamp?
    package let expiresAt: Timestamp

    package init(
        customerID: Customer.ID, email: String, newConfirmedAt: Timestamp?, oldConfirmedAt: Timestamp?,
        expiresAt: Timestamp
    ) {
        self.customerID = customerID
        self.email = email
        self.newConfirmedAt = newConfirmedAt
        self.oldConfirmedAt = oldConfirmedAt
        self.expiresAt = expiresAt
    }

    package var isAgreed: Bool { newConfirmedAt != nil && oldConfirmedAt != nil }
}

/// That a customer wants everything of theirs deleted.
package struct Erasure: Sendable, Hashable {
    /// For so long it can be taken back.
    package static let delay = Duration.hours(24)

    package let customerID: Customer.ID
    package let requestedAt: Timestamp
    package let dueAt: Timestamp
    package let doneAt: Timestamp?

    package init(customerID: Customer.ID, requestedAt: Timestamp, dueAt: Timestamp, doneAt: Timestamp? = nil) {
        self.customerID = customerID
        self.requestedAt = requestedAt
        self.dueAt = dueAt
        self.doneAt = doneAt
    }
}

/// What a program of the customer's shows to use the API in their name; the token itself is stored as a hash only.
package struct APIToken: Sendable, Hashable, Identified {
    package static let idPrefix = "tok"
    package typealias ID = Identifier<APIToken>
    /// What the tokens begin with.
    package static let prefix = "ocu_"
    package static let mostOfOneCustomer = 20

    package let id: ID
    package let customerID: Customer.ID
    /// What the customer calls it.
    package let name: String
    package let scope: Scope
    package let createdAt: Timestamp
    package let lastUsedAt: Timestamp?

    package enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
        /// Sees everything that the API shows.
        case read
        /// Changes things, too.
        case write
    }

    package init(
        id: ID, customerID: Customer.ID, name: String, scope: Scope, createdAt: Timestamp, lastUsedAt: Timestamp? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.name = name
        self.scope = scope
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }
}
