package import Core
import FoundationEssentials
import Jobs
import SQL
import Store

/// Where the customer's own programs are told of what happens.
extension AccountService {
    /// - Parameter events: at least one of ``WebhookEvent/Kind/choosable``.
    /// - Returns: the endpoint, and the secret that its messages are signed with, which nobody can see again.
    /// - Throws: ``DomainError`` with the code `invalid_webhook_url`, `invalid_webhook_events` or `too_many_webhooks`;
    ///   `SQLError`.
    package func newWebhook(
        _ url: String, events: Set<WebhookEvent.Kind>, of customerID: Customer.ID
    ) async throws -> (endpoint: WebhookEndpoint, secret: Secret) {
        let address = try WebhookAddress(url, allowsThisMachine: allowsLocalWebhooks)
        try Self.check(events)
        let key = (0..<4).flatMap { _ in withUnsafeBytes(of: UInt64.random(in: 0...UInt64.max)) { Array($0) } }
        let secret = Secret(WebhookEndpoint.secretPrefix + Data(key).base64EncodedString())
        let endpoint = try await queue.write { [vault] work in
            let store = WebhookStore(work.transaction)
            guard try store.endpoints(of: customerID).count < WebhookEndpoint.mostOfOneCustomer else {
                throw DomainError(
                    .conflict, code: "too_many_webhooks",
                    "You have \(WebhookEndpoint.mostOfOneCustomer) webhooks. Delete one that you don't use.")
            }
            let id: WebhookEndpoint.ID = work.ids.next()
            func endpoint(sealed: String) -> WebhookEndpoint {
                WebhookEndpoint(
                    id: id, customerID: customerID, url: address.url, events: events, sealedSecret: sealed,
                    createdAt: work.now)
            }
            let sealed = try vault.seal(secret, context: endpoint(sealed: "").secretContext)
            try store.insert(endpoint(sealed: sealed))
            return endpoint(sealed: sealed)
        }
        return (endpoint, secret)
    }

    /// The oldest first.
    /// - Throws: `SQLError`.
    package func webhooks(of customerID: Customer.ID) async throws -> [WebhookEndpoint] {
        try await queue.database.read { try WebhookStore($0).endpoints(of: customerID) }
    }

    /// - Parameters:
    ///   - events: what it is told of from now on; `nil` leaves that as it is.
    ///   - isOn: whether anything is sent; `nil` leaves that as it is.
    /// - Throws: ``DomainError`` with the code `no_webhook` or `invalid_webhook_events`; `SQLError`.
    package func changeWebhook(
        _ id: WebhookEndpoint.ID, events: Set<WebhookEvent.Kind>?, isOn: Bool?, of customerID: Customer.ID
    ) async throws -> WebhookEndpoint {
        if let events { try Self.check(events) }
        return try await queue.write { work in
            var endpoint = try Self.webhook(id, of: customerID, in: work.transaction)
            if let events { endpoint.events = events }
            if isOn == true {
                endpoint.off = nil
                endpoint.failingSince = nil
            } else if isOn == false, endpoint.off == nil {
                endpoint.off = .init(since: work.now, reason: .owner)
            }
            try WebhookStore(work.transaction).update(endpoint)
            return endpoint
        }
    }

    /// What was sent to it is forgotten, too.
    /// - Throws: ``DomainError`` with the code `no_webhook`; `SQLError`.
    package func deleteWebhook(_ id: WebhookEndpoint.ID, of customerID: Customer.ID) async throws {
        try await queue.write { work in
            guard try WebhookStore(work.transaction).delete(id, customerID: customerID) else { throw Self.noWebhook }
        }
    }

    /// The youngest first, at most 50.
    /// - Parameter id: only those to this endpoint; `nil`: to all of the customer's.
    /// - Throws: ``DomainError`` with the code `no_webhook`; `SQLError`.
    package func webhookDeliveries(
        of customerID: Customer.ID, to id: WebhookEndpoint.ID? = nil
    ) async throws -> [WebhookDelivery] {
        try await queue.database.read { transaction in
            if let id { _ = try Self.webhook(id, of: customerID, in: transaction) }
            return try WebhookStore(transaction).deliveries(of: customerID, to: id, limit: 50)
        }
    }

    /// Sends a message that tells nothing, for the customer to see whether it arrives. Visitors without an agent can't have
    /// messages sent: anybody could have us knock at others' doors.
    /// - Throws: ``DomainError`` with the code `no_webhook`, `no_box` or `webhook_off`; `SQLError`; an `EncodingError`.
    package func testWebhook(_ id: WebhookEndpoint.ID, of customerID: Customer.ID) async throws -> WebhookDelivery {
        try await queue.write { work in
            let endpoint = try Self.webhook(id, of: customerID, in: work.transaction)
            guard let box = try BoxStore(work.transaction).current(customerID: customerID), box.desired != .draft else {
                throw Self.noBox
            }
            guard endpoint.off == nil else { throw Self.webhookOff }
            let store = WebhookStore(work.transaction)
            let job = try store.record(.test, for: endpoint, ids: work.ids, now: work.now)
            try work.enqueue(job)
            guard let delivery = try store.delivery(job.deliveryID, customerID: customerID) else { throw Self.noDelivery }
            return delivery
        }
    }

    /// Sends a message once more, with the same id and body; one that waits for its next attempt is tried at once.
    /// - Throws: ``DomainError`` with the code `no_webhook_delivery` or `webhook_off`; `SQLError`; an `EncodingError`.
    package func resendWebhook(_ id: WebhookDelivery.ID, of customerID: Customer.ID) async throws -> WebhookDelivery {
        try await queue.write { work in
            let store = WebhookStore(work.transaction)
            guard var delivery = try store.delivery(id, customerID: customerID) else { throw Self.noDelivery }
            guard try Self.webhook(delivery.endpointID, of: customerID, in: work.transaction).off == nil else {
                throw Self.webhookOff
            }
            if delivery.state != .waiting {
                delivery.state = .waiting
                delivery.attempts = 0
                try store.update(delivery, now: work.now)
            }
            try work.enqueue(DeliverWebhook(delivery))
            return delivery
        }
    }

    private static func check(_ events: Set<WebhookEvent.Kind>) throws(DomainError) {
        guard !events.isEmpty, events.isSubset(of: WebhookEvent.Kind.choosable) else {
            throw DomainError(
                .invalid, code: "invalid_webhook_events",
                "Choose at least one of these events: "
                    + WebhookEvent.Kind.choosable.map(\.rawValue).joined(separator: ", ") + ".")
        }
    }

    private static func webhook(
        _ id: WebhookEndpoint.ID, of customerID: Customer.ID, in transaction: any Transaction
    ) throws -> WebhookEndpoint {
        guard let endpoint = try WebhookStore(transaction).endpoint(id, customerID: customerID) else { throw noWebhook }
        return endpoint
    }

    private static let noWebhook = DomainError(
        .notFound, code: "no_webhook", "There is no such webhook. It may have been deleted meanwhile.")
    private static let noDelivery = DomainError(
        .notFound, code: "no_webhook_delivery", "There is no such message. It may be too old.")
    private static let webhookOff = DomainError(
        .conflict, code: "webhook_off", "This webhook is switched off. Switch it on first.")
}
