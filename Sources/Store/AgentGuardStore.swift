package import Core
package import SQL

/// What watches over agents that run away, see ``AgentHold``: counts that all token proxies share, and who is held.
package struct AgentGuardStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// A turn that has had no call for so long is over.
    private static let turnTime = Duration.hours(1)

    /// Counts agents' calls that were just booked.
    /// - Returns: the boxes that are held from now on.
    /// - Throws: `SQLError`.
    package func count(_ events: [UsageEvent], now: Timestamp) throws -> [Box.ID] {
        var held: [Box.ID] = []
        // In one order, or two proxies could wait for each other.
        let boxes = Dictionary(grouping: events.filter { $0.turn != nil }, by: \.boxID)
        for (boxID, events) in boxes.sorted(by: { $0.key < $1.key }) {
            let customerID = events[0].customerID
            let reason =
                try countTurns(events, boxID, now)
                ? AgentHold.Reason.manyCalls : try countUnasked(events, boxID, now) ? .unasked : nil
            if let reason, try hold(boxID, customerID: customerID, reason, now: now) { held.append(boxID) }
        }
        return held
    }

    /// - Returns: whether one of the turns has had more calls than there should be.
    private func countTurns(_ events: [UsageEvent], _ boxID: Box.ID, _ now: Timestamp) throws -> Bool {
        try transaction.execute(
            "DELETE FROM agent_turns WHERE box_id = ?1 AND at < ?2",
            [.text(boxID.rawValue), .integer((now - Self.turnTime).milliseconds)])
        var isTooMuch = false
        var counts: [Int64: Int64] = [:]
        for event in events { if let turn = event.turn, turn != 0 { counts[turn, default: 0] += 1 } }
        for (mark, calls) in counts.sorted(by: { $0.key < $1.key }) {
            let total = try transaction.first(
                """
                INSERT INTO agent_turns (box_id, mark, calls, at) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (box_id, mark) DO UPDATE SET calls = agent_turns.calls + excluded.calls, at = excluded.at
                RETURNING calls
                """, [.text(boxID.rawValue), .integer(mark), .integer(calls), .integer(now.milliseconds)]
            )?.integer("calls")
            if let total, total > Int64(AgentHold.mostCalls) { isTooMuch = true }
        }
        return isTooMuch
    }

    /// - Returns: whether the agent has used too much since a person has last written.
    private func countUnasked(_ events: [UsageEvent], _ boxID: Box.ID, _ now: Timestamp) throws -> Bool {
        let last = events.last { $0.cause == .message }?.createdAt
        if last != nil {
            try transaction.execute(
                "UPDATE agent_guards SET unasked_units = 0 WHERE box_id = ?1 AND unasked_units > 0",
                [.text(boxID.rawValue)])
        }
        let unasked = events.filter {
            ($0.cause == .background || $0.cause == .resumed) && $0.createdAt > last ?? Timestamp(milliseconds: .min)
        }
        guard let event = unasked.first else { return false }
        let units = unasked.reduce(0) { $0 + $1.usage.units }
        let total = try transaction.first(
            """
            INSERT INTO agent_guards (box_id, customer_id, unasked_since, unasked_units, releases)
            VALUES (?1, ?2, ?3, ?4, 0)
            ON CONFLICT (box_id) DO UPDATE SET
                unasked_since = CASE WHEN agent_guards.unasked_units = 0 OR agent_guards.unasked_since < ?5
                    THEN excluded.unasked_since ELSE agent_guards.unasked_since END,
                unasked_units = CASE WHEN agent_guards.unasked_since < ?5
                    THEN excluded.unasked_units ELSE agent_guards.unasked_units + excluded.unasked_units END
            RETURNING unasked_units
            """,
            [
                .text(boxID.rawValue), .text(event.customerID.rawValue), .integer(now.milliseconds),
                .integer(Int64(units)), .integer((now - AgentHold.unaskedTime).milliseconds),
            ]
        )?.integer("unasked_units")
        guard let total, let quota = try UsageStore(transaction).quota(customerID: event.customerID, at: now) else {
            return false
        }
        return total * Int64(AgentHold.unaskedShare) >= Int64(quota.limit)
    }

    /// - Returns: whether it wasn't held before.
    /// - Throws: `SQLError`.
    package func hold(
        _ boxID: Box.ID, customerID: Customer.ID, _ reason: AgentHold.Reason, now: Timestamp
    ) throws -> Bool {
        try transaction.execute(
            """
            INSERT INTO agent_guards (box_id, customer_id, unasked_since, unasked_units, held_at, reason, releases)
            SELECT id, customer_id, CAST(?3 AS bigint), 0, CAST(?3 AS bigint), ?4, 0 FROM boxes
            WHERE id = ?1 AND customer_id = ?2
            ON CONFLICT (box_id) DO UPDATE SET held_at = excluded.held_at, reason = excluded.reason
            WHERE agent_guards.held_at IS NULL
            """,
            [
                .text(boxID.rawValue), .text(customerID.rawValue), .integer(now.milliseconds), .text(reason.rawValue),
            ]) == 1
    }

    /// Lets an agent go on; its counts begin anew.
    /// - Returns: whether it was held.
    /// - Throws: `SQLError`.
    package func release(_ boxID: Box.ID, customerID: Customer.ID) throws -> Bool {
        let released = try transaction.execute(
            """
            UPDATE agent_guards SET held_at = NULL, reason = NULL, unasked_units = 0, releases = releases + 1
            WHERE box_id = ?1 AND customer_id = ?2 AND held_at IS NOT NULL
            """, [.text(boxID.rawValue), .text(customerID.rawValue)])
        guard released == 1 else { return false }
        try transaction.execute("DELETE FROM agent_turns WHERE box_id = ?1", [.text(boxID.rawValue)])
        return true
    }

    /// - Returns: `nil` if the box isn't held.
    /// - Throws: `SQLError`.
    package func hold(of boxID: Box.ID, customerID: Customer.ID) throws -> AgentHold? {
        let row = try transaction.first(
            "SELECT held_at, reason FROM agent_guards WHERE box_id = ?1 AND customer_id = ?2 AND held_at IS NOT NULL",
            [.text(boxID.rawValue), .text(customerID.rawValue)])
        guard let row else { return nil }
        return AgentHold(reason: try row.value("reason"), since: try row.time("held_at"))
    }
}
