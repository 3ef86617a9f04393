package import Core
package import SQL

/// The tokens that customers' programs use the API with.
package struct APITokenStore {
    /// How old a token's last use may get before it is written again.
    private static let usedEvery = Duration.seconds(60)

    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Parameter hash: SHA-256 of the token, in lowercase hex.
    /// - Throws: `SQLError`.
    package func insert(_ token: APIToken, hash: String) throws {
        try transaction.execute(
            "INSERT INTO api_tokens (id, customer_id, name, token_hash, scope, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            [
                .text(token.id.rawValue), .text(token.customerID.rawValue), .text(token.name), .text(hash),
                .text(token.scope.rawValue), .integer(token.createdAt.milliseconds),
            ])
    }

    /// The youngest first.
    /// - Throws: `SQLError`.
    package func all(customerID: Customer.ID) throws -> [APIToken] {
        try transaction.query(
            "SELECT * FROM api_tokens WHERE customer_id = ?1 ORDER BY id DESC", [.text(customerID.rawValue)]
        ).map(APIToken.init(row:))
    }

    /// - Returns: whether there was one.
    /// - Throws: `SQLError`.
    package func delete(_ id: APIToken.ID, customerID: Customer.ID) throws -> Bool {
        try transaction.execute(
            "DELETE FROM api_tokens WHERE id = ?1 AND customer_id = ?2",
            [.text(id.rawValue), .text(customerID.rawValue)]) == 1
    }

    /// - Throws: `SQLError`.
    package func find(hash: String) throws -> APIToken? {
        try transaction.first("SELECT * FROM api_tokens WHERE token_hash = ?1", [.text(hash)]).map(APIToken.init(row:))
    }

    package func isUseStale(_ token: APIToken, now: Timestamp) -> Bool {
        token.lastUsedAt.map { now - $0 >= Self.usedEvery } ?? true
    }

    /// - Throws: `SQLError`.
    package func noteUse(_ token: APIToken, now: Timestamp) throws {
        try transaction.execute(
            "UPDATE api_tokens SET last_used_at = ?2 WHERE id = ?1",
            [.text(token.id.rawValue), .integer(now.milliseconds)])
    }
}

extension APIToken {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), name: try row.text("name"),
            scope: try row.value("scope"), createdAt: try row.time("created_at"),
            lastUsedAt: try row.optionalTime("last_used_at"))
    }
}
