package import Core
package import SQL

/// What the host's people looked at and did.
package struct AuditStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`.
    package func insert(_ entry: AuditEntry) throws {
        try transaction.execute(
            """
            INSERT INTO host_audit (id, at, actor, origin, act, subject, customer_id, detail)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            [
                .text(entry.id.rawValue), .integer(entry.at.milliseconds), .text(entry.actor), .text(entry.origin.rawValue),
                .text(entry.act), SQLValue(entry.subject), SQLValue(entry.customerID?.rawValue), SQLValue(entry.detail),
            ])
    }

    /// The youngest first.
    /// - Parameter filter: `kind` is an act; `search` is an actor; `state` is `acts` for all but looks.
    /// - Throws: `SQLError`.
    package func all(_ filter: HostFilter = HostFilter()) throws -> HostList<AuditEntry> {
        var conditions = HostStore.Conditions()
        conditions.add(filter.after) { "id < \($0)" }
        conditions.add(filter.customerID?.rawValue) { "customer_id = \($0)" }
        conditions.add(filter.kind) { "act = \($0)" }
        conditions.add(filter.search) { "actor = \($0)" }
        if filter.state == "acts" { conditions.add("act <> 'look'") }
        let rows = try HostStore(transaction).rows("SELECT * FROM host_audit", conditions, order: "id DESC", filter)
        return HostList(try rows.map(AuditEntry.init(row:)), limit: filter.limit) { $0.id.rawValue }
    }
}

extension AuditEntry {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), at: try row.time("at"), actor: try row.text("actor"), origin: try row.value("origin"),
            act: try row.text("act"), subject: try row.optionalText("subject"),
            customerID: try row.optionalText("customer_id").flatMap { Identifier($0) },
            detail: try row.optionalText("detail"))
    }
}
