package import Core
package import SQL

/// The second factors of the host's people, and the browser sessions that have shown one.
package struct HostAccessStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// What proves one person a second time.
    package struct Factor: Sendable, Hashable {
        package let email: String
        /// See ``context(of:)``.
        package let sealedSecret: String
        /// When its first code was shown; `nil` while it is being set up.
        package let confirmedAt: Timestamp?
        /// The time step of the last code that was taken: no code is taken twice.
        package let lastStep: Int64
        /// Wrong codes in a row.
        package let failures: Int64
        package let lockedUntil: Timestamp?
    }

    /// The context under which the secret is sealed.
    package static func context(of email: String) -> String { "\(email)/second_factor" }

    /// - Throws: `SQLError`.
    package func factor(_ email: String) throws -> Factor? {
        try transaction.first("SELECT * FROM host_factors WHERE email = ?1", [.text(email)]).map(Factor.init(row:))
    }

    /// Every factor after an address, in the order of the addresses.
    /// - Throws: `SQLError`.
    package func factors(after email: String = "", limit: Int = 1000) throws -> [Factor] {
        try transaction.query(
            "SELECT * FROM host_factors WHERE email > ?1 ORDER BY email LIMIT ?2", [.text(email), .integer(Int64(limit))]
        ).map(Factor.init(row:))
    }

    /// Begins to set a factor up; whatever wasn't confirmed before is replaced.
    /// - Returns: whether it was begun: a confirmed factor stays.
    /// - Throws: `SQLError`.
    package func begin(email: String, sealedSecret: String, now: Timestamp) throws -> Bool {
        try transaction.execute(
            """
            INSERT INTO host_factors (email, secret_sealed, last_step, failures, created_at) VALUES (?1, ?2, 0, 0, ?3)
            ON CONFLICT (email) DO UPDATE SET secret_sealed = excluded.secret_sealed, created_at = excluded.created_at
            WHERE host_factors.confirmed_at IS NULL
            """, [.text(email), .text(sealedSecret), .integer(now.milliseconds)]) == 1
    }

    /// Takes a code of a step, if none of that step or of a later one was taken before.
    /// - Returns: whether it was taken.
    /// - Throws: `SQLError`.
    package func take(step: Int64, email: String, now: Timestamp) throws -> Bool {
        try transaction.execute(
            """
            UPDATE host_factors SET last_step = ?2, failures = 0, locked_until = NULL,
                confirmed_at = coalesce(confirmed_at, ?3)
            WHERE email = ?1 AND last_step < ?2
            """, [.text(email), .integer(step), .integer(now.milliseconds)]) == 1
    }

    /// Counts a wrong code.
    /// - Parameters:
    ///   - limit: so many in a row lock the factor.
    ///   - end: until when.
    /// - Returns: whether it is locked by this one.
    /// - Throws: `SQLError`.
    package func countFailure(email: String, limit: Int64, until end: Timestamp) throws -> Bool {
        let row = try transaction.first(
            """
            UPDATE host_factors SET failures = CASE WHEN failures + 1 >= ?2 THEN 0 ELSE failures + 1 END,
                locked_until = CASE WHEN failures + 1 >= ?2 THEN ?3 ELSE locked_until END
            WHERE email = ?1 RETURNING failures
            """, [.text(email), .integer(limit), .integer(end.milliseconds)])
        return try row?.integer("failures") == 0
    }

    /// Forgets a factor with its recovery codes, and ends its sessions: the next sign-in sets a new one up.
    /// - Returns: whether there was one.
    /// - Throws: `SQLError`.
    package func reset(email: String) throws -> Bool {
        try transaction.execute("DELETE FROM host_factors WHERE email = ?1", [.text(email)]) == 1
    }

    /// - Returns: whether the factor still had the secret that was given.
    /// - Throws: `SQLError`.
    package func reseal(_ factor: Factor, to new: String) throws -> Bool {
        try transaction.execute(
            "UPDATE host_factors SET secret_sealed = ?2 WHERE email = ?1 AND secret_sealed = ?3",
            [.text(factor.email), .text(new), .text(factor.sealedSecret)]) == 1
    }

    // MARK: Recovery codes

    /// Replaces all recovery codes.
    /// - Parameter hashes: SHA-256, in hex.
    /// - Throws: `SQLError`.
    package func setRecoveryCodes(_ hashes: [String], email: String) throws {
        try transaction.execute("DELETE FROM host_recovery_codes WHERE email = ?1", [.text(email)])
        for hash in hashes {
            try transaction.execute(
                "INSERT INTO host_recovery_codes (code_hash, email) VALUES (?1, ?2)", [.text(hash), .text(email)])
        }
    }

    /// Uses a recovery code up, and lifts a lock.
    /// - Returns: whether there was such a code that hadn't been used.
    /// - Throws: `SQLError`.
    package func useRecoveryCode(hash: String, email: String, now: Timestamp) throws -> Bool {
        let used = try transaction.execute(
            "UPDATE host_recovery_codes SET used_at = ?3 WHERE code_hash = ?1 AND email = ?2 AND used_at IS NULL",
            [.text(hash), .text(email), .integer(now.milliseconds)])
        guard used == 1 else { return false }
        try transaction.execute(
            "UPDATE host_factors SET failures = 0, locked_until = NULL WHERE email = ?1", [.text(email)])
        return true
    }

    /// How many can still be used.
    /// - Throws: `SQLError`.
    package func recoveryCodesLeft(email: String) throws -> Int64 {
        try transaction.first(
            "SELECT count(*) AS n FROM host_recovery_codes WHERE email = ?1 AND used_at IS NULL", [.text(email)]
        )?.integer("n") ?? 0
    }

    // MARK: Sessions

    /// - Parameter sessionHash: of the browser's session, SHA-256 in hex.
    /// - Throws: `SQLError`.
    package func openSession(sessionHash: String, email: String, now: Timestamp, expiresAt: Timestamp) throws {
        try transaction.execute(
            """
            INSERT INTO host_sessions (session_hash, email, verified_at, expires_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (session_hash)
            DO UPDATE SET email = excluded.email, verified_at = excluded.verified_at, expires_at = excluded.expires_at
            """, [.text(sessionHash), .text(email), .integer(now.milliseconds), .integer(expiresAt.milliseconds)])
    }

    /// - Returns: whether this session has shown this person's second factor, and not too long ago.
    /// - Throws: `SQLError`.
    package func isOpen(sessionHash: String, email: String, now: Timestamp) throws -> Bool {
        try transaction.first(
            "SELECT 1 AS open FROM host_sessions WHERE session_hash = ?1 AND email = ?2 AND expires_at > ?3",
            [.text(sessionHash), .text(email), .integer(now.milliseconds)]) != nil
    }

    /// - Throws: `SQLError`.
    package func endSession(sessionHash: String) throws {
        try transaction.execute("DELETE FROM host_sessions WHERE session_hash = ?1", [.text(sessionHash)])
    }
}

extension HostAccessStore.Factor {
    init(row: Row) throws {
        self.init(
            email: try row.text("email"), sealedSecret: try row.text("secret_sealed"),
            confirmedAt: try row.optionalTime("confirmed_at"), lastStep: try row.integer("last_step"),
            failures: try row.integer("failures"), lockedUntil: try row.optionalTime("locked_until"))
    }
}
