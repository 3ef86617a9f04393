/// Where a customer's own program wants to be told of what happens.
package struct WebhookEndpoint: Sendable, Hashable, Identified {
    package static let idPrefix = "whe"
    package typealias ID = Identifier<WebhookEndpoint>
    package static let mostOfOneCustomer = 5
    /// What the secrets begin with; base 64 of 32 bytes follows.
    package static let secretPrefix = "whsec_"
    /// An endpoint that nothing has reached for so long is switched off with the next delivery that is given up.
    package static let patience = Duration.days(5)

    package let id: ID
    package let customerID: Customer.ID
    package let url: String
    package var events: Set<WebhookEvent.Kind>
    /// Encrypted, see `Vault`; additional data is ``secretContext``.
    package let sealedSecret: String
    package let createdAt: Timestamp
    /// Since when nothing has arrived; `nil` if the last attempt did.
    package var failingSince: Timestamp?
    package var off: Off?

    package struct Off: Sendable, Hashable {
        package let since: Timestamp
        package let reason: OffReason

        package init(since: Timestamp, reason: OffReason) {
            self.since = since
            self.reason = reason
        }
    }

    package enum OffReason: String, Sendable, Hashable, Codable, CaseIterable {
        /// Its owner wanted it.
        case owner
        /// Nothing has arrived for ``WebhookEndpoint/patience``.
        case failing
        /// It has answered 410 Gone.
        case gone
    }

    package init(
        id: ID, customerID: Customer.ID, url: String, events: Set<WebhookEvent.Kind>, sealedSecret: String,
        createdAt: Timestamp, failingSince: Timestamp? = nil, off: Off? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.url = url
        self.events = events
        self.sealedSecret = sealedSecret
        self.createdAt = createdAt
        self.failingSince = failingSince
        self.off = off
    }

    /// The context under which the secret is sealed.
    package var secretContext: String { "\(id.rawValue)/webhook_secret" }
}

/// One message to one endpoint, with what became of it.
package struct WebhookDelivery: Sendable, Hashable, Identified {
    package static let idPrefix = "msg"
    package typealias ID = Identifier<WebhookDelivery>

    /// What comes between one attempt and the next: after the last one it is given up, about a day after the event.
    package static let pauses: [Duration] = [
        .seconds(30), .seconds(120), .seconds(600), .seconds(1800), .hours(1), .hours(2), .hours(4), .hours(8), .hours(8),
    ]

    /// The receiver sees it as `webhook-id`; the same in all attempts.
    package let id: ID
    package let endpointID: WebhookEndpoint.ID
    package let customerID: Customer.ID
    package let event: WebhookEvent.Kind
    /// JSON, sent as it is.
    package let body: String
    package let createdAt: Timestamp
    package var attempts = 0
    package var triedAt: Timestamp?
    /// What the last attempt came to; `nil` before the first.
    package var result: Result?
    package var state = State.waiting

    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case waiting, delivered, failed
    }

    package enum Result: Sendable, Hashable {
        /// The receiver answered with this status.
        case answered(Int)
        case fault(Fault)

        package var isSuccess: Bool { if case .answered(200...299) = self { true } else { false } }
    }

    /// Why there was no answer.
    package enum Fault: String, Sendable, Hashable, Codable, CaseIterable {
        /// The name leads to an address that isn't public.
        case forbiddenAddress = "forbidden_address"
        case unknownName = "unknown_name"
        case timeout
        /// No connection, or a certificate that isn't valid for the name.
        case unreachable
        /// The endpoint was switched off meanwhile.
        case off
    }

    package init(
        id: ID, endpointID: WebhookEndpoint.ID, customerID: Customer.ID, event: WebhookEvent.Kind, body: String,
        createdAt: Timestamp
    ) {
        self.id = id
        self.endpointID = endpointID
        self.customerID = customerID
        self.event = event
        self.body = body
        self.createdAt = createdAt
    }
}
