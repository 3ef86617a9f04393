package import Core
package import SQL

/// What the host sees of everybody: who they are, what they pay, how their agents are. Nothing of what they say to them.
///
/// For the host alone: nothing here asks whose row it is.
package struct HostStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// The conditions of a list and the values of their placeholders.
    struct Conditions {
        private var texts: [String] = []
        private(set) var values: [SQLValue] = []

        /// - Parameter condition: gets the value's placeholder.
        mutating func add(_ value: SQLValue, _ condition: (String) -> String) {
            values.append(value)
            texts.append("(\(condition("?\(values.count)")))")
        }

        mutating func add(_ first: SQLValue, _ second: SQLValue, _ condition: (String, String) -> String) {
            values += [first, second]
            texts.append("(\(condition("?\(values.count - 1)", "?\(values.count)")))")
        }

        mutating func add(_ value: String?, _ condition: (String) -> String) {
            if let value { add(.text(value), condition) }
        }

        mutating func add(_ condition: String) {
            texts.append("(\(condition))")
        }

        var clause: String { texts.isEmpty ? "" : "WHERE " + texts.joined(separator: " AND ") }
    }

    /// - Parameters:
    ///   - select: everything up to the conditions.
    ///   - order: with which the list is gone through.
    /// - Returns: one row more than fits on a page, if there are more.
    func rows(_ select: String, _ conditions: Conditions, order: String, _ filter: HostFilter) throws -> [Row] {
        try transaction.query(
            "\(select) \(conditions.clause) ORDER BY \(order) LIMIT \(max(1, filter.limit) + 1)", conditions.values)
    }

    /// - Parameter word: what was typed.
    /// - Returns: a pattern for LIKE with `\` as its escape, in lowercase.
    static func pattern(_ word: String) -> String {
        let escaped = word.lowercased().reduce(into: "") { text, character in
            if "%_\\".contains(character) { text.append("\\") }
            text.append(character)
        }
        return "%\(escaped)%"
    }
}

// MARK: Customers

/// A customer as the host's list shows them.
package struct CustomerEntry: Sendable, Hashable {
    package let customer: Customer
    /// The box that isn't deleted, else the last one.
    package let box: Box?
    /// The last one.
    package let subscription: Subscription?

    package init(customer: Customer, box: Box?, subscription: Subscription?) {
        self.customer = customer
        self.box = box
        self.subscription = subscription
    }
}

extension HostStore {
    /// The platform's own accounts at the token proxy: nobody's, and no customer's.
    static let platformAccounts = "SELECT account_id FROM guide_accounts"

    private static let customerEntry = """
        SELECT c.*, b.id AS box, s.id AS subscription
        FROM customers c
        LEFT JOIN boxes b ON b.id = (SELECT x.id FROM boxes x WHERE x.customer_id = c.id
            ORDER BY CASE x.desired WHEN 'deleted' THEN 1 ELSE 0 END, x.id DESC LIMIT 1)
        LEFT JOIN subscriptions s ON s.id = (SELECT y.id FROM subscriptions y WHERE y.customer_id = c.id
            ORDER BY y.period_start DESC, y.id DESC LIMIT 1)
        """

    /// Customers, the youngest first; those who only chat are left out unless something is searched for.
    ///
    /// - Parameter filter: `search` is an id of ours, of Stripe's or of a bot, or a part of an address, of the agent's or of the
    ///   bot's name; `state` is a subscription's, or `none` for those without one.
    /// - Throws: `SQLError`.
    package func customers(_ filter: HostFilter = HostFilter()) throws -> HostList<CustomerEntry> {
        var conditions = Conditions()
        conditions.add("c.id NOT IN (\(Self.platformAccounts))")
        conditions.add(filter.after) { "c.id < \($0)" }
        if let search = filter.search, !search.isEmpty {
            let word = search.hasPrefix("@") ? String(search.dropFirst()) : search
            conditions.add(.text(word), .text(Self.pattern(word))) { id, pattern in
                """
                c.id = \(id) OR c.stripe_customer_id = \(id)
                OR c.id IN (SELECT customer_id FROM boxes WHERE id = \(id))
                OR c.id IN (SELECT customer_id FROM subscriptions WHERE id = \(id) OR stripe_id = \(id))
                OR lower(coalesce(c.email, '')) LIKE \(pattern) ESCAPE '\\'
                OR c.id IN (SELECT customer_id FROM boxes WHERE lower(agent_name) LIKE \(pattern) ESCAPE '\\'
                    OR lower(coalesce(bot_username, '')) LIKE \(pattern) ESCAPE '\\')
                """
            }
        } else {
            conditions.add("c.email IS NOT NULL OR s.id IS NOT NULL OR b.desired <> 'draft'")
        }
        if filter.state == "none" {
            conditions.add("s.id IS NULL")
        } else {
            conditions.add(filter.state) { "s.status = \($0)" }
        }
        let rows = try rows(Self.customerEntry, conditions, order: "c.id DESC", filter)
        return HostList(try rows.map(entry), limit: filter.limit) { $0.customer.id.rawValue }
    }

    /// - Throws: `SQLError`.
    package func customer(_ id: Customer.ID) throws -> CustomerEntry? {
        var conditions = Conditions()
        conditions.add(.text(id.rawValue)) { "c.id = \($0)" }
        return try rows(Self.customerEntry, conditions, order: "c.id", HostFilter(limit: 1)).first.map(entry)
    }

    /// How many there are.
    /// - Throws: `SQLError`.
    package func customerCount() throws -> Int64 {
        try transaction.first("SELECT count(*) AS n FROM customers WHERE id NOT IN (\(Self.platformAccounts))", [])?.integer(
            "n") ?? 0
    }

    private func entry(_ row: Row) throws -> CustomerEntry {
        let customer = try Customer(row: row)
        let box: Box.ID? = try row.optionalText("box").flatMap { Identifier($0) }
        let subscription = try row.optionalText("subscription")
        return CustomerEntry(
            customer: customer, box: try box.flatMap { try BoxStore(transaction).find($0, customerID: customer.id) },
            subscription: try subscription.flatMap { id in
                try transaction.first("SELECT * FROM subscriptions WHERE id = ?1", [.text(id)]).map(Subscription.init(row:))
            })
    }
}
