package import Core
import SQL

/// The proxy tokens: what a box shows the token proxy. Only their hashes are stored.
extension UsageStore {
    /// - Parameter hash: SHA-256 of the token, in lowercase hex.
    /// - Throws: `SQLError`, `.uniqueViolation` if the box has a token that isn't revoked; ``DomainError`` with the code
    ///   `box_not_found` if the customer has no such box.
    package func insertProxyToken(hash: String, customerID: Customer.ID, boxID: Box.ID, now: Timestamp) throws {
        let inserted = try transaction.execute(
            """
            INSERT INTO proxy_tokens (token_hash, customer_id, box_id, created_at)
            SELECT ?1, customer_id, id, CAST(?4 AS bigint) FROM boxes WHERE customer_id = ?2 AND id = ?3
            """,
            [.text(hash), .text(customerID.rawValue), .text(boxID.rawValue), .integer(now.milliseconds)])
        guard inserted == 1 else { throw DomainError(.notFound, code: "box_not_found", "There is no such agent.") }
    }

    /// - Throws: `SQLError`.
    package func revokeProxyTokens(boxID: Box.ID, customerID: Customer.ID, now: Timestamp) throws {
        try transaction.execute(
            "UPDATE proxy_tokens SET revoked_at = ?3 WHERE box_id = ?1 AND customer_id = ?2 AND revoked_at IS NULL",
            [.text(boxID.rawValue), .text(customerID.rawValue), .integer(now.milliseconds)])
    }

    /// - Returns: the hash of the box's token, unless it has none or it is revoked.
    /// - Throws: `SQLError`.
    package func activeProxyTokenHash(boxID: Box.ID, customerID: Customer.ID) throws -> String? {
        try transaction.first(
            "SELECT token_hash FROM proxy_tokens WHERE box_id = ?1 AND customer_id = ?2 AND revoked_at IS NULL",
            [.text(boxID.rawValue), .text(customerID.rawValue)]
        )?.text("token_hash")
    }

    /// - Returns: whom the token stands for; `nil` if it is unknown or revoked, or its box isn't wanted running.
    /// - Throws: `SQLError`.
    package func credential(proxyTokenHash hash: String) throws -> ProxyCredential? {
        try transaction.first(
            """
            SELECT t.customer_id, t.box_id, b.tier FROM proxy_tokens t JOIN boxes b ON b.id = t.box_id
            WHERE t.token_hash = ?1 AND t.revoked_at IS NULL AND b.desired = 'running'
            """, [.text(hash)]
        ).map {
            ProxyCredential(customerID: try $0.id("customer_id"), boxID: try $0.id("box_id"), tier: try $0.value("tier"))
        }
    }
}
