/// Which rows of a list the host wants to see, and how many of them.
package struct HostFilter: Sendable, Hashable {
    /// An id, or a part of an address or a name, whatever the case.
    package var search: String?
    /// One of the list's own words, such as `failed`.
    package var state: String?
    /// One of the list's own words, such as `operator.reconcile`.
    package var kind: String?
    package var customerID: Customer.ID?
    /// The id of the last row that was seen already.
    package var after: String?
    /// Rows of a page, above zero.
    package var limit: Int

    package init(
        search: String? = nil, state: String? = nil, kind: String? = nil, customerID: Customer.ID? = nil,
        after: String? = nil, limit: Int = 50
    ) {
        self.search = search
        self.state = state
        self.kind = kind
        self.customerID = customerID
        self.after = after
        self.limit = limit
    }
}

/// One page of a list, the youngest rows first.
package struct HostList<Entry: Sendable>: Sendable {
    package let entries: [Entry]
    /// What to pass as ``HostFilter/after`` for the next page; `nil` on the last one.
    package let next: String?

    /// - Parameter rows: one more than fits on a page, if there are more.
    package init(_ rows: [Entry], limit: Int, id: (Entry) -> String) {
        entries = Array(rows.prefix(limit))
        next = rows.count > limit ? entries.last.map(id) : nil
    }
}
