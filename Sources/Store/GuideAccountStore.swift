package import Core
package import SQL

/// The platform's own account at the token proxy: a customer without a name, a box without a bot, and a limit a day.
package struct GuideAccountStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// What the token is sealed for, see `Vault`.
    package static let context = "guide_account/token"

    /// The account, once it has been made.
    /// - Returns: whose it is, and its sealed token.
    /// - Throws: `SQLError`.
    package func find() throws -> (customerID: Customer.ID, sealedToken: String)? {
        guard let row = try transaction.first("SELECT * FROM guide_accounts WHERE id = 1", []) else { return nil }
        return (customerID: try row.id("account_id"), sealedToken: try row.text("token_sealed"))
    }

    /// Puts this account, whose rows exist, in the place of any other.
    /// - Throws: `SQLError`.
    package func save(customerID: Customer.ID, sealedToken: String) throws {
        try transaction.execute(
            """
            INSERT INTO guide_accounts (id, account_id, token_sealed) VALUES (1, ?1, ?2)
            ON CONFLICT (id) DO UPDATE SET account_id = excluded.account_id, token_sealed = excluded.token_sealed
            """, [.text(customerID.rawValue), .text(sealedToken)])
    }

    /// Makes the account's customer, box and token, and lets it use so many units a day from now on.
    /// - Parameter tokenHash: of a token that nobody has yet.
    /// - Throws: `SQLError`.
    package func make(
        customerID: Customer.ID, boxID: Box.ID, tokenHash: String, sealedToken: String, now: Timestamp
    ) throws {
        try CustomerStore(transaction).insert(Customer(id: customerID, language: .english, createdAt: now))
        // Wanted running, so that the token is valid; without a bot there is nothing for the operator to start.
        try BoxStore(transaction).insert(
            Box(
                id: boxID, customerID: customerID, tier: .team, agentName: "guide", purpose: "", language: .english,
                desired: .running, createdAt: now))
        try UsageStore(transaction).insertProxyToken(
            hash: tokenHash, customerID: customerID, boxID: boxID, isPaced: false, now: now)
        try save(customerID: customerID, sealedToken: sealedToken)
    }

    /// Lets the account use so many units on this day, by UTC.
    /// - Throws: `SQLError`.
    package func allow(_ units: Int, customerID: Customer.ID, on now: Timestamp) throws {
        let usage = UsageStore(transaction)
        guard try usage.quota(customerID: customerID, at: now) == nil else { return }
        let day: Int64 = 24 * 3600 * 1000
        let start = Timestamp(milliseconds: now.milliseconds / day * day)
        try usage.setQuota(customerID: customerID, periodStart: start, periodEnd: start + .days(1), limit: units)
    }
}
