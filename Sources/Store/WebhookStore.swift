package import Core
import FoundationEssentials
package import SQL

/// Where customers want to be told of what happens, and what was sent there.
package struct WebhookStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    // MARK: Endpoints

    /// - Throws: `SQLError`; an `EncodingError`.
    package func insert(_ endpoint: WebhookEndpoint) throws {
        try transaction.execute(
            """
            INSERT INTO webhook_endpoints (id, customer_id, url, events, secret_sealed, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            [
                .text(endpoint.id.rawValue), .text(endpoint.customerID.rawValue), .text(endpoint.url),
                .text(try endpoint.events.asJSON), .text(endpoint.sealedSecret),
                .integer(endpoint.createdAt.milliseconds),
            ])
    }

    /// The oldest first.
    /// - Throws: `SQLError`.
    package func endpoints(of customerID: Customer.ID) throws -> [WebhookEndpoint] {
        try transaction.query(
            "SELECT * FROM webhook_endpoints WHERE customer_id = ?1 ORDER BY id", [.text(customerID.rawValue)]
        ).map(WebhookEndpoint.init(row:))
    }

    /// - Throws: `SQLError`.
    package func endpoint(_ id: WebhookEndpoint.ID, customerID: Customer.ID) throws -> WebhookEndpoint? {
        try transaction.first(
            "SELECT * FROM webhook_endpoints WHERE id = ?1 AND customer_id = ?2",
            [.text(id.rawValue), .text(customerID.rawValue)]
        ).map(WebhookEndpoint.init(row:))
    }

    /// Writes what it is told of, how it does, and whether it is on.
    /// - Throws: `SQLError`; an `EncodingError`.
    package func update(_ endpoint: WebhookEndpoint) throws {
        try transaction.execute(
            """
            UPDATE webhook_endpoints SET events = ?3, failing_since = ?4, off_since = ?5, off_reason = ?6
            WHERE id = ?1 AND customer_id = ?2
            """,
            [
                .text(endpoint.id.rawValue), .text(endpoint.customerID.rawValue), .text(try endpoint.events.asJSON),
                SQLValue(endpoint.failingSince), SQLValue(endpoint.off?.since), SQLValue(endpoint.off?.reason.rawValue),
            ])
    }

    /// What was sent to it goes, too.
    /// - Returns: whether there was one.
    /// - Throws: `SQLError`.
    package func delete(_ id: WebhookEndpoint.ID, customerID: Customer.ID) throws -> Bool {
        try transaction.execute(
            "DELETE FROM webhook_endpoints WHERE id = ?1 AND customer_id = ?2",
            [.text(id.rawValue), .text(customerID.rawValue)]) == 1
    }

    // MARK: Sealed secrets

    /// In the order of their ids.
    /// - Parameter id: only those after it.
    /// - Throws: `SQLError`.
    func endpoints(after id: String, limit: Int) throws -> [WebhookEndpoint] {
        try transaction.query(
            "SELECT * FROM webhook_endpoints WHERE id > ?1 ORDER BY id LIMIT ?2", [.text(id), .integer(Int64(limit))]
        ).map(WebhookEndpoint.init(row:))
    }

    /// - Returns: whether the endpoint still had the secret that was read.
    /// - Throws: `SQLError`.
    func reseal(_ endpoint: WebhookEndpoint, to sealed: String) throws -> Bool {
        try transaction.execute(
            "UPDATE webhook_endpoints SET secret_sealed = ?3 WHERE id = ?1 AND secret_sealed = ?2",
            [.text(endpoint.id.rawValue), .text(endpoint.sealedSecret), .text(sealed)]) == 1
    }
}

extension Set<WebhookEvent.Kind> {
    fileprivate var asJSON: String {
        get throws { String(decoding: try JSONEncoder().encode(map(\.rawValue).sorted()), as: UTF8.self) }
    }
}

extension WebhookEndpoint {
    init(row: Row) throws {
        let events = try JSONDecoder().decode(Set<WebhookEvent.Kind>.self, from: Data(try row.text("events").utf8))
        let reason: OffReason? = try row.optionalValue("off_reason")
        let off = try row.optionalTime("off_since").flatMap { since in reason.map { Off(since: since, reason: $0) } }
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), url: try row.text("url"), events: events,
            sealedSecret: try row.text("secret_sealed"), createdAt: try row.time("created_at"),
            failingSince: try row.optionalTime("failing_since"), off: off)
    }
}
