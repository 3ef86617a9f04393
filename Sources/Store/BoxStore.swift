package import Core
package import SQL

/// The boxes: what is wanted of each, and what the operator last saw.
package struct BoxStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`; `.uniqueViolation` if the customer has a box that isn't deleted, or the bot serves another one.
    package func insert(_ box: Box) throws {
        try transaction.execute(
            """
            INSERT INTO boxes (id, customer_id, tier, agent_name, purpose, language, bot_id, bot_username, bot_token_sealed,
                bot_owner_user_id, desired, generation, observed_generation, status, detail, created_at, ready_at,
                restart_marker, image, image_before, restarts, seen_at, failures, backup_waived_for,
                time_zone, spare_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
                ?23, ?24, ?25, ?26)
            """,
            [
                .text(box.id.rawValue), .text(box.customerID.rawValue), .text(box.tier.rawValue), .text(box.agentName),
                .text(box.purpose), .text(box.language.rawValue), SQLValue(box.bot?.id), SQLValue(box.bot?.username),
                SQLValue(box.bot?.sealedToken), SQLValue(box.bot?.ownerUserID), .text(box.desired.rawValue),
                .integer(box.generation), .integer(box.observedGeneration), .text(box.status.rawValue),
                SQLValue(box.message?.code),
                .integer(box.createdAt.milliseconds), SQLValue(box.readyAt), .integer(box.restartMarker),
                SQLValue(box.image), SQLValue(box.imageBefore), .integer(box.restarts), SQLValue(box.seenAt),
                .integer(box.failures), SQLValue(box.backupWaivedFor?.rawValue), SQLValue(box.timeZone),
                SQLValue(box.spareID?.rawValue),
            ])
    }

    /// - Throws: `SQLError`.
    package func find(_ id: Box.ID, customerID: Customer.ID) throws -> Box? {
        try transaction.first(
            "SELECT * FROM boxes WHERE id = ?1 AND customer_id = ?2", [.text(id.rawValue), .text(customerID.rawValue)]
        ).map(Box.init(row:))
    }

    /// The box that lives there. One that has claimed a spare is found by its own ids as well.
    /// - Throws: `SQLError`.
    package func find(at agent: AgentReference) throws -> Box? {
        try transaction.first(
            "SELECT * FROM boxes WHERE (id = ?1 AND customer_id = ?2) OR spare_id = ?3",
            [.text(agent.boxID.rawValue), .text(agent.customerID.rawValue), .text(agent.spareID.rawValue)]
        ).map(Box.init(row:))
    }

    /// Any customer's box: for the host alone, who asks by the box's id.
    /// - Throws: `SQLError`.
    package func findForHost(_ id: Box.ID) throws -> Box? {
        try transaction.first("SELECT * FROM boxes WHERE id = ?1", [.text(id.rawValue)]).map(Box.init(row:))
    }

    /// The customer's box that isn't deleted.
    /// - Throws: `SQLError`.
    package func current(customerID: Customer.ID) throws -> Box? {
        try transaction.first(
            "SELECT * FROM boxes WHERE customer_id = ?1 AND desired <> 'deleted'", [.text(customerID.rawValue)]
        ).map(Box.init(row:))
    }

    /// The box of any customer that uses this bot and isn't deleted.
    /// - Throws: `SQLError`.
    package func isTaken(botID: Int64, except id: Box.ID) throws -> Bool {
        try transaction.first(
            "SELECT id FROM boxes WHERE bot_id = ?1 AND desired <> 'deleted' AND id <> ?2",
            [.integer(botID), .text(id.rawValue)]) != nil
    }

    /// Changes what is wanted, and so starts a new generation. A box that is deleted stays as it is.
    /// - Returns: the box as it stands now, with its new generation; the box as it was given, if it can't be changed.
    /// - Throws: `SQLError`.
    package func want(_ box: Box) throws -> Box {
        try transaction.first(
            """
            UPDATE boxes SET tier = ?3, agent_name = ?4, purpose = ?5, language = ?6, bot_id = ?7, bot_username = ?8,
                bot_token_sealed = ?9, bot_owner_user_id = ?10, desired = ?11,
                restart_marker = ?12, generation = generation + 1
            WHERE id = ?1 AND customer_id = ?2 AND desired <> 'deleted' RETURNING *
            """,
            [
                .text(box.id.rawValue), .text(box.customerID.rawValue), .text(box.tier.rawValue), .text(box.agentName),
                .text(box.purpose), .text(box.language.rawValue), SQLValue(box.bot?.id), SQLValue(box.bot?.username),
                SQLValue(box.bot?.sealedToken), SQLValue(box.bot?.ownerUserID), .text(box.desired.rawValue),
                .integer(box.restartMarker),
            ]
        ).map(Box.init(row:)) ?? box
    }

    /// Wants the agent restarted though nothing else changes.
    /// - Returns: the box as it stands now, with its new generation; `nil` if it isn't meant to run.
    /// - Throws: `SQLError`.
    package func restart(_ box: Box, now: Timestamp) throws -> Box? {
        try transaction.first(
            """
            UPDATE boxes SET restart_marker = restart_marker + 1, restarted_at = ?3, generation = generation + 1
            WHERE id = ?1 AND customer_id = ?2 AND desired = 'running' RETURNING *
            """, [.text(box.id.rawValue), .text(box.customerID.rawValue), .integer(now.milliseconds)]
        ).map(Box.init(row:))
    }

    /// Writes what was seen of the box.
    /// - Parameters:
    ///   - generation: the generation that was made real.
    ///   - restarts: of its agent in all; `nil` leaves what is stored, and so do the next two.
    ///   - seenAt: when the agent was seen to answer.
    ///   - failures: in a row.
    /// - Throws: `SQLError`.
    package func observe(
        _ box: Box, generation: Int64, status: BoxStatus, message: OwnerMessage?, readyAt: Timestamp?,
        restarts: Int64? = nil,
        seenAt: Timestamp? = nil, failures: Int64? = nil
    ) throws {
        try transaction.execute(
            """
            UPDATE boxes SET observed_generation = ?3, status = ?4, detail = ?5, ready_at = coalesce(ready_at, ?6),
                restarts = coalesce(?7, restarts), seen_at = coalesce(?8, seen_at), failures = coalesce(?9, failures)
            WHERE id = ?1 AND customer_id = ?2
            """,
            [
                .text(box.id.rawValue), .text(box.customerID.rawValue), .integer(generation), .text(status.rawValue),
                SQLValue(message?.code), SQLValue(readyAt), SQLValue(restarts), SQLValue(seenAt), SQLValue(failures),
            ])
    }

    /// - Parameter zone: a name that `TimeZone.named` knows.
    /// - Returns: the box as it stands now; `nil` if the customer has no such box.
    /// - Throws: `SQLError`.
    package func setTimeZone(_ zone: String, of id: Box.ID, customerID: Customer.ID) throws -> Box? {
        try transaction.first(
            "UPDATE boxes SET time_zone = ?3 WHERE id = ?1 AND customer_id = ?2 RETURNING *",
            [.text(id.rawValue), .text(customerID.rawValue), .text(zone)]
        ).map(Box.init(row:))
    }

    /// The boxes that have a bot, in the order of their ids.
    /// - Parameter id: only those after it.
    /// - Throws: `SQLError`.
    package func withBot(after id: String, limit: Int) throws -> [Box] {
        try transaction.query(
            "SELECT * FROM boxes WHERE bot_id IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2",
            [.text(id), .integer(Int64(limit))]
        ).map(Box.init(row:))
    }

    /// Writes the same token, sealed anew. Nothing else changes, and nothing has to be made real for it.
    /// - Returns: whether the box still had the token that was given.
    /// - Throws: `SQLError`.
    package func reseal(_ box: Box, from old: String, to new: String) throws -> Bool {
        try transaction.execute(
            "UPDATE boxes SET bot_token_sealed = ?2 WHERE id = ?1 AND bot_token_sealed = ?3",
            [.text(box.id.rawValue), .text(new), .text(old)]) == 1
    }

    /// Every box that has ever been wanted and isn't gone for good: what a resync goes through.
    /// - Throws: `SQLError`.
    package func allToReconcile() throws -> [Box] {
        try transaction.query(
            "SELECT * FROM boxes WHERE desired <> 'draft' AND NOT (desired = 'deleted' AND status = 'deleted') ORDER BY id",
            []
        ).map(Box.init(row:))
    }
}

extension Box {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), tier: try row.value("tier"),
            agentName: try row.text("agent_name"), purpose: try row.text("purpose"), language: try row.value("language"),
            bot: try Bot(row: row), desired: try row.value("desired"), generation: try row.integer("generation"),
            restartMarker: try row.integer("restart_marker"),
            observedGeneration: try row.integer("observed_generation"), status: try row.value("status"),
            message: try row.optionalText("detail").flatMap(OwnerMessage.init(code:)),
            createdAt: try row.time("created_at"),
            readyAt: try row.optionalTime("ready_at"), image: try row.optionalText("image"),
            imageBefore: try row.optionalText("image_before"),
            backupWaivedFor: try row.optionalValue("backup_waived_for"), restarts: try row.integer("restarts"),
            seenAt: try row.optionalTime("seen_at"), failures: try row.integer("failures"),
            timeZone: try row.optionalText("time_zone"))
        restartedAt = try row.optionalTime("restarted_at")
        profile = try AgentProfile(json: try row.text("profile"))
        spareID = try row.optionalID("spare_id")
    }
}

extension Box.Bot {
    init?(row: Row) throws {
        guard let id = try row.optionalInteger("bot_id") else { return nil }
        self.init(
            id: id, username: try row.text("bot_username"), sealedToken: try row.text("bot_token_sealed"),
            ownerUserID: try row.integer("bot_owner_user_id"))
    }
}
