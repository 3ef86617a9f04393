package import Core
import SQL

/// The proxy tokens: what a box shows the token proxy. Only their hashes are stored.
extension UsageStore {
    /// - Parameters:
    ///   - hash: SHA-256 of the token, in lowercase hex.
    ///   - isPaced: whether the plan's rate and concurrency hold for it.
    /// - Throws: `SQLError`, `.uniqueViolation` if the box has a token that isn't revoked; ``DomainError`` with the code
    ///   `box_not_found` if the customer has no such box.
    package func insertProxyToken(
        hash: String, customerID: Customer.ID, boxID: Box.ID, isPaced: Bool = true, now: Timestamp
    ) throws {
        let inserted = try transaction.execute(
            """
            INSERT INTO proxy_tokens (token_hash, customer_id, box_id, created_at, unpaced_at)
            SELECT ?1, customer_id, id, CAST(?4 AS bigint), CAST(?5 AS bigint) FROM boxes WHERE customer_id = ?2 AND id = ?3
            """,
            [
                .text(hash), .text(customerID.rawValue), .text(boxID.rawValue), .integer(now.milliseconds),
                SQLValue(isPaced ? nil : now.milliseconds),
            ])
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
        try credentials(proxyTokenHashes: [hash])[hash]
    }

    /// - Parameter withSuspended: also those whose box is suspended, who may be told so and nothing else.
    /// - Returns: whom each token stands for; those are missing that are unknown or revoked, or whose box isn't wanted running.
    ///   Spares are among them.
    /// - Throws: `SQLError`.
    package func credentials(
        proxyTokenHashes hashes: [String], withSuspended: Bool = false
    ) throws -> [String: ProxyCredential] {
        let rows = try transaction.query(
            """
            SELECT t.token_hash, t.customer_id, t.box_id, t.unpaced_at, b.tier, b.desired, b.bot_id, b.language,
                CASE WHEN g.held_at IS NOT NULL THEN g.reason END AS hold, coalesce(g.releases, 0) AS releases
            FROM proxy_tokens t JOIN boxes b ON b.id = t.box_id LEFT JOIN agent_guards g ON g.box_id = t.box_id
            WHERE \(transaction.dialect.isOneOf("t.token_hash", "?1")) AND t.revoked_at IS NULL
            AND b.desired IN ('running', ?2)
            """, [.texts(hashes), .text(withSuspended ? "suspended" : "running")])
        let boxes: [String: ProxyCredential] = try rows.reduce(into: [:]) { credentials, row in
            let isPaced = try row.optionalInteger("unpaced_at") == nil
            // Without a bot there is no agent: such as the host's own tokens.
            let hasBot = try row.optionalInteger("bot_id") != nil
            let desired: DesiredState = try row.value("desired")
            credentials[try row.text("token_hash")] = ProxyCredential(
                customerID: try row.id("customer_id"), boxID: try row.id("box_id"), tier: try row.value("tier"),
                isPaced: isPaced, isAgents: isPaced && hasBot, isSuspended: desired == .suspended,
                hold: try row.optionalValue("hold"), releases: try row.integer("releases"),
                language: try row.value("language"))
        }
        let rest = hashes.filter { boxes[$0] == nil }
        if rest.isEmpty { return boxes }
        return try SpareStore(transaction).credentials(proxyTokenHashes: rest).merging(boxes) { $1 }
    }
}
