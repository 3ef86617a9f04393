package import Core
package import SQL

/// The agents that run for nobody yet, see ``Spare``.
package struct SpareStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`.
    package func insert(_ spare: Spare) throws {
        try transaction.execute(
            """
            INSERT INTO spares (id, tier, image, proxy_token_hash, state, detail, created_at, ready_at, place_held_until)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            [
                .text(spare.id.rawValue), .text(spare.tier.rawValue), SQLValue(spare.image), SQLValue(spare.proxyTokenHash),
                .text(spare.state.rawValue), SQLValue(spare.detail), .integer(spare.createdAt.milliseconds),
                SQLValue(spare.readyAt), SQLValue(spare.placeHeldUntil),
            ])
    }

    /// - Returns: all that nobody has claimed, the oldest first.
    /// - Throws: `SQLError`.
    package func all() throws -> [Spare] {
        try transaction.query("SELECT * FROM spares ORDER BY id", []).map(Spare.init(row:))
    }

    /// - Throws: `SQLError`.
    package func find(_ id: Spare.ID) throws -> Spare? {
        try transaction.first("SELECT * FROM spares WHERE id = ?1", [.text(id.rawValue)]).map(Spare.init(row:))
    }

    /// Gives a spare that is starting another token at the token proxy.
    /// - Returns: whether it is still starting.
    /// - Throws: `SQLError`.
    package func setProxyToken(hash: String, of id: Spare.ID) throws -> Bool {
        try transaction.execute(
            "UPDATE spares SET proxy_token_hash = ?2 WHERE id = ?1 AND state = 'starting'",
            [.text(id.rawValue), .text(hash)]) == 1
    }

    /// Lets payments claim a spare that was starting.
    /// - Throws: `SQLError`.
    package func makeReady(_ id: Spare.ID, now: Timestamp) throws {
        try transaction.execute(
            "UPDATE spares SET state = 'ready', ready_at = ?2 WHERE id = ?1 AND state = 'starting'",
            [.text(id.rawValue), .integer(now.milliseconds)])
    }

    /// Has a spare started again that was ready, unless a box has claimed it.
    /// - Throws: `SQLError`.
    package func startAgain(_ id: Spare.ID) throws {
        try transaction.execute(
            "UPDATE spares SET state = 'starting' WHERE id = ?1 AND state = 'ready'", [.text(id.rawValue)])
    }

    /// Gives a spare up, unless a box has claimed it.
    /// - Parameters:
    ///   - detail: why, for the host.
    ///   - time: until then no other takes its place; `nil`: at once.
    /// - Throws: `SQLError`.
    package func retire(_ id: Spare.ID, detail: String, holdingPlaceUntil time: Timestamp?) throws {
        try transaction.execute(
            """
            UPDATE spares SET state = 'retired', detail = ?2, place_held_until = ?3, proxy_token_hash = NULL
            WHERE id = ?1 AND state <> 'retired'
            """, [.text(id.rawValue), .text(detail), SQLValue(time)])
    }

    /// Forgets a spare that was given up.
    /// - Throws: `SQLError`.
    package func forget(_ id: Spare.ID) throws {
        try transaction.execute("DELETE FROM spares WHERE id = ?1 AND state = 'retired'", [.text(id.rawValue)])
    }

    /// Has a box that was never real take over a spare of the plan that was paid for: it lives in the spare's place from then on, runs as its
    /// image and has its token. Two boxes never get the same one, and none gets two.
    /// - Returns: the box as it stands now; `nil` if there is no such spare, or the box has a place of its own.
    /// - Throws: `SQLError`; ``DomainError`` with the code `box_not_found` if there is no such box.
    package func claim(for box: Box, _ tier: Tier, now: Timestamp) throws -> Box? {
        guard box.desired == .draft, box.observedGeneration == 0, box.spareID == nil, box.bot != nil else { return nil }
        let free = try transaction.first(
            """
            SELECT * FROM spares WHERE state = 'ready' AND tier = ?1 AND proxy_token_hash IS NOT NULL
            ORDER BY ready_at, id LIMIT 1 \(transaction.dialect.skipLocked)
            """, [.text(tier.rawValue)])
        guard let spare = try free.map(Spare.init(row:)), let hash = spare.proxyTokenHash else { return nil }
        try transaction.execute("DELETE FROM spares WHERE id = ?1", [.text(spare.id.rawValue)])
        let row = try transaction.first(
            """
            UPDATE boxes SET spare_id = ?3, image = ?4
            WHERE id = ?1 AND customer_id = ?2 AND spare_id IS NULL RETURNING *
            """,
            [.text(box.id.rawValue), .text(box.customerID.rawValue), .text(spare.id.rawValue), SQLValue(spare.image)])
        guard let row else { throw DomainError(.notFound, code: "box_not_found", "There is no such agent.") }
        let usage = UsageStore(transaction)
        try usage.revokeProxyTokens(boxID: box.id, customerID: box.customerID, now: now)
        try usage.insertProxyToken(hash: hash, customerID: box.customerID, boxID: box.id, now: now)
        return try Box(row: row)
    }

    /// Gives one spare up, so that its room is free for an agent that somebody pays for.
    /// - Returns: whether there was one.
    /// - Throws: `SQLError`.
    package func makeRoom(holdingPlaceUntil time: Timestamp) throws -> Bool {
        guard let spare = try all().last(where: { $0.state != .retired }) else { return false }
        try retire(spare.id, detail: "its room was needed for a customer's agent", holdingPlaceUntil: time)
        return true
    }

    /// - Parameter hashes: SHA-256 of proxy tokens, in lowercase hex.
    /// - Returns: those that spares hold, each with what it stands for.
    /// - Throws: `SQLError`.
    func credentials(proxyTokenHashes hashes: [String]) throws -> [String: ProxyCredential] {
        let rows = try transaction.query(
            """
            SELECT id, tier, proxy_token_hash FROM spares
            WHERE \(transaction.dialect.isOneOf("proxy_token_hash", "?1")) AND state <> 'retired'
            """, [.texts(hashes)])
        return try rows.reduce(into: [:]) { credentials, row in
            let place = AgentReference(try row.id("id") as Spare.ID)
            credentials[try row.text("proxy_token_hash")] = ProxyCredential(
                customerID: place.customerID, boxID: place.boxID, tier: try row.value("tier"), isAgents: true,
                isSpare: true)
        }
    }
}

extension Spare {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), tier: try row.value("tier"), image: try row.optionalText("image"),
            proxyTokenHash: try row.optionalText("proxy_token_hash"), state: try row.value("state"),
            detail: try row.optionalText("detail"), createdAt: try row.time("created_at"),
            readyAt: try row.optionalTime("ready_at"), placeHeldUntil: try row.optionalTime("place_held_until"))
    }
}
