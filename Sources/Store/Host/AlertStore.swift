package import Core
package import SQL

/// What the host was told of, and whether somebody has taken notice.
package struct AlertStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Writes an alert down once, however often the job that tells it is tried.
    /// - Throws: `SQLError`.
    package func insert(id: String, subject: String, text: String, now: Timestamp) throws {
        try transaction.execute(
            "INSERT INTO alerts (id, subject, body, raised_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING",
            [.text(id), .text(subject), .text(text), .integer(now.milliseconds)])
    }

    /// - Throws: `SQLError`.
    package func markMailed(_ id: String, now: Timestamp) throws {
        try transaction.execute(
            "UPDATE alerts SET mailed_at = coalesce(mailed_at, ?2) WHERE id = ?1", [.text(id), .integer(now.milliseconds)])
    }

    /// - Returns: whether there was such an alert that nobody had taken notice of.
    /// - Throws: `SQLError`.
    package func acknowledge(_ id: String, by actor: String, now: Timestamp) throws -> Bool {
        try transaction.execute(
            "UPDATE alerts SET acknowledged_at = ?2, acknowledged_by = ?3 WHERE id = ?1 AND acknowledged_at IS NULL",
            [.text(id), .integer(now.milliseconds), .text(actor)]) == 1
    }

    /// - Throws: `SQLError`.
    package func find(_ id: String) throws -> Alert? {
        try transaction.first("SELECT * FROM alerts WHERE id = ?1", [.text(id)]).map(Alert.init(row:))
    }

    /// How many nobody has taken notice of.
    /// - Throws: `SQLError`.
    package func openCount() throws -> Int64 {
        try transaction.first("SELECT count(*) AS n FROM alerts WHERE acknowledged_at IS NULL", [])?.integer("n") ?? 0
    }

    /// The youngest first.
    /// - Parameter filter: `state` is `open` or `acknowledged`; `search` is a part of what it says.
    /// - Throws: `SQLError`.
    package func all(_ filter: HostFilter = HostFilter()) throws -> HostList<Alert> {
        var conditions = HostStore.Conditions()
        conditions.add(filter.after) { "id < \($0)" }
        if filter.state == "open" { conditions.add("acknowledged_at IS NULL") }
        if filter.state == "acknowledged" { conditions.add("acknowledged_at IS NOT NULL") }
        if let search = filter.search, !search.isEmpty {
            conditions.add(.text(HostStore.pattern(search))) {
                "lower(subject) LIKE \($0) ESCAPE '\\' OR lower(body) LIKE \($0) ESCAPE '\\'"
            }
        }
        let rows = try HostStore(transaction).rows("SELECT * FROM alerts", conditions, order: "id DESC", filter)
        return HostList(try rows.map(Alert.init(row:)), limit: filter.limit) { $0.id }
    }
}

extension Alert {
    init(row: Row) throws {
        self.init(
            id: try row.text("id"), subject: try row.text("subject"), text: try row.text("body"),
            raisedAt: try row.time("raised_at"), mailedAt: try row.optionalTime("mailed_at"),
            acknowledgedAt: try row.optionalTime("acknowledged_at"),
            acknowledgedBy: try row.optionalText("acknowledged_by"))
    }
}
