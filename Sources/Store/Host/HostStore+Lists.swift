package import Core
import SQL

/// A subscription with whose it is.
package struct SubscriptionEntry: Sendable, Hashable {
    package let subscription: Subscription
    package let email: String?
}

/// A box with whose it is.
package struct BoxEntry: Sendable, Hashable {
    package let box: Box
    package let email: String?
}

/// An event that Stripe has sent, without its body.
package struct EventEntry: Sendable, Hashable {
    /// `evt_…`
    package let id: String
    package let type: String
    package let receivedAt: Timestamp
    package let handledAt: Timestamp?
}

extension HostStore {
    /// Subscriptions, the youngest first.
    /// - Parameter filter: `state` is Stripe's word, `kind` a tier.
    /// - Throws: `SQLError`.
    package func subscriptions(_ filter: HostFilter = HostFilter()) throws -> HostList<SubscriptionEntry> {
        var conditions = Conditions()
        conditions.add(filter.after) { "s.id < \($0)" }
        conditions.add(filter.customerID?.rawValue) { "s.customer_id = \($0)" }
        conditions.add(filter.state) { "s.status = \($0)" }
        conditions.add(filter.kind) { "s.tier = \($0)" }
        let rows = try rows(
            "SELECT s.*, c.email AS owner FROM subscriptions s JOIN customers c ON c.id = s.customer_id", conditions,
            order: "s.id DESC", filter)
        let entries = try rows.map {
            SubscriptionEntry(subscription: try Subscription(row: $0), email: try $0.optionalText("owner"))
        }
        return HostList(entries, limit: filter.limit) { $0.subscription.id.rawValue }
    }

    /// - Parameter id: ours (`sbs_…`) or Stripe's (`sub_…`).
    /// - Throws: `SQLError`.
    package func subscription(_ id: String) throws -> Subscription? {
        try transaction.first("SELECT * FROM subscriptions WHERE id = ?1 OR stripe_id = ?1", [.text(id)])
            .map(Subscription.init(row:))
    }

    /// Those that haven't ended.
    /// - Throws: `SQLError`.
    package func openSubscriptions() throws -> [Subscription] {
        try transaction.query(
            "SELECT * FROM subscriptions WHERE status NOT IN ('canceled', 'incomplete_expired') ORDER BY id", []
        ).map(Subscription.init(row:))
    }

    /// What `trouble` as a box's state means: it is meant to run and doesn't, or not yet as it is wanted. Without a bot it only
    /// makes a token valid.
    private static let trouble =
        "b.desired = 'running' AND b.bot_id IS NOT NULL AND (b.status <> 'running' OR b.observed_generation < b.generation)"

    /// Boxes that were ever wanted, the youngest first.
    /// - Parameter filter: `state` is a box's status, or `trouble`; `kind` is a tier; `search` is a part of what is wrong.
    /// - Throws: `SQLError`.
    package func boxes(_ filter: HostFilter = HostFilter()) throws -> HostList<BoxEntry> {
        var conditions = Conditions()
        conditions.add("b.desired <> 'draft' AND b.customer_id NOT IN (\(Self.platformAccounts))")
        conditions.add(filter.after) { "b.id < \($0)" }
        conditions.add(filter.customerID?.rawValue) { "b.customer_id = \($0)" }
        if filter.state == "trouble" {
            conditions.add(Self.trouble)
        } else {
            conditions.add(filter.state) { "b.status = \($0)" }
        }
        conditions.add(filter.kind) { "b.tier = \($0)" }
        if let search = filter.search, !search.isEmpty {
            conditions.add(.texts(try messages(saying: search))) { transaction.dialect.isOneOf("b.detail", $0) }
        }
        let rows = try rows(
            "SELECT b.*, c.email AS owner FROM boxes b JOIN customers c ON c.id = b.customer_id", conditions,
            order: "b.id DESC", filter)
        let entries = try rows.map { BoxEntry(box: try Box(row: $0), email: try $0.optionalText("owner")) }
        return HostList(entries, limit: filter.limit) { $0.box.id.rawValue }
    }

    /// What boxes' owners are told at the moment, where its English text has these words. Only its code is stored.
    private func messages(saying words: String) throws -> [String] {
        let words = words.lowercased()
        return try transaction.query("SELECT DISTINCT detail FROM boxes WHERE detail IS NOT NULL", [])
            .map { try $0.text("detail") }
            .filter { OwnerMessage(code: $0)?.text[.english].lowercased().contains(words) ?? false }
    }

    /// How many boxes there are of each tier, as they are wanted and as they are.
    /// - Throws: `SQLError`.
    package func boxCounts() throws -> [BoxCount] {
        try transaction.query(
            """
            SELECT b.tier, b.desired, b.status, count(*) AS boxes,
                coalesce(sum(CASE WHEN \(Self.trouble) THEN 1 ELSE 0 END), 0) AS troubled
            FROM boxes b WHERE b.desired <> 'draft' AND b.customer_id NOT IN (\(Self.platformAccounts))
            GROUP BY b.tier, b.desired, b.status ORDER BY b.tier, b.desired, b.status
            """, []
        ).map { row in
            BoxCount(
                tier: try row.value("tier"), desired: try row.value("desired"), status: try row.value("status"),
                count: try row.integer("boxes"), inTrouble: try row.integer("troubled"))
        }
    }

    /// How many subscriptions there are of each tier and state.
    /// - Throws: `SQLError`.
    package func subscriptionCounts() throws -> [SubscriptionCount] {
        try transaction.query(
            "SELECT tier, status, count(*) AS n FROM subscriptions GROUP BY tier, status ORDER BY tier, status", []
        ).map { row in
            SubscriptionCount(tier: try row.value("tier"), status: try row.value("status"), count: try row.integer("n"))
        }
    }

    /// Events of Stripe's, the youngest first.
    /// - Parameter filter: `state` is `handled` or `waiting`; `kind` is a type; `search` is an event's id, or another of Stripe's ids
    ///   that the event names.
    /// - Throws: `SQLError`.
    package func events(_ filter: HostFilter = HostFilter()) throws -> HostList<EventEntry> {
        var conditions = Conditions()
        conditions.add(filter.after) { last in
            "(received_at, id) < ((SELECT l.received_at FROM stripe_events l WHERE l.id = \(last)), \(last))"
        }
        if filter.state == "handled" { conditions.add("handled_at IS NOT NULL") }
        if filter.state == "waiting" { conditions.add("handled_at IS NULL") }
        conditions.add(filter.kind) { "type = \($0)" }
        if let search = filter.search, !search.isEmpty {
            let quoted = "%\"" + search.filter { $0.isLetter || $0.isNumber || $0 == "_" } + "\"%"
            conditions.add(.text(search), .text(quoted)) { "id = \($0) OR payload LIKE \($1)" }
        }
        let rows = try rows(
            "SELECT id, type, received_at, handled_at FROM stripe_events", conditions, order: "received_at DESC, id DESC",
            filter)
        return HostList(try rows.map(EventEntry.init(row:)), limit: filter.limit) { $0.id }
    }

    /// - Parameter id: `evt_…`
    /// - Throws: `SQLError`.
    package func event(_ id: String) throws -> EventEntry? {
        try transaction.first("SELECT id, type, received_at, handled_at FROM stripe_events WHERE id = ?1", [.text(id)])
            .map(EventEntry.init(row:))
    }

    /// Everybody's backups, the youngest first.
    /// - Parameter filter: `state` is `running`, `done` or `failed`; `kind` is a reason.
    /// - Throws: `SQLError`.
    package func backups(_ filter: HostFilter = HostFilter()) throws -> HostList<Backup> {
        var conditions = Conditions()
        conditions.add(filter.after) { "id < \($0)" }
        conditions.add(filter.customerID?.rawValue) { "customer_id = \($0)" }
        conditions.add(filter.state) { "state = \($0)" }
        conditions.add(filter.kind) { "reason = \($0)" }
        let rows = try rows("SELECT * FROM backups", conditions, order: "id DESC", filter)
        return HostList(try rows.map(Backup.init(row:)), limit: filter.limit) { $0.id.rawValue }
    }
}

/// How many boxes are alike.
package struct BoxCount: Sendable, Hashable {
    package let tier: Tier
    package let desired: DesiredState
    package let status: BoxStatus
    package let count: Int64
    /// Those that are meant to run and don't, or not yet as they are wanted.
    package let inTrouble: Int64
}

/// How many subscriptions are alike.
package struct SubscriptionCount: Sendable, Hashable {
    package let tier: Tier
    package let status: Subscription.Status
    package let count: Int64
}

extension EventEntry {
    init(row: Row) throws {
        self.init(
            id: try row.text("id"), type: try row.text("type"), receivedAt: try row.time("received_at"),
            handledAt: try row.optionalTime("handled_at"))
    }
}
