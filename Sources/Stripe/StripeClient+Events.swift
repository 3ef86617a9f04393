extension StripeClient {
    /// How many types of events can be asked for at once.
    package static let mostEventTypes = 20

    /// A part of the list of events, the youngest first.
    package struct EventPage: Sendable {
        /// `evt_…`
        package let ids: [String]
        package let hasMore: Bool
    }

    /// Events of the last 30 days, which is how long Stripe keeps them (https://docs.stripe.com/api/events/list).
    /// - Parameters:
    ///   - types: such as `invoice.paid`, ``mostEventTypes`` at most.
    ///   - earliest: Unix seconds.
    ///   - isUndelivered: only those that a webhook endpoint hasn't acknowledged yet, or never did.
    ///   - id: the last of the page before.
    /// - Throws: ``StripeError``.
    package func events(
        _ types: [String], since earliest: Int64, isUndelivered: Bool, after id: String?
    ) async throws -> EventPage {
        var query = StripeForm()
        query.add("types", types)
        query.add("created[gte]", Int(earliest))
        if isUndelivered { query.add("delivery_success", "false") }
        query.add("limit", 50)
        query.add("starting_after", id)
        let list: StripeList<Listed> = try await get("/v1/events", query)
        return EventPage(ids: list.data.map(\.id), hasMore: list.hasMore ?? false)
    }

    private struct Listed: Decodable, Sendable {
        let id: String
    }

    /// An event in the shape of the account's API version at its time, whatever version is asked with.
    /// - Parameter id: `evt_…`
    /// - Returns: its JSON.
    /// - Throws: ``StripeError``.
    package func eventJSON(_ id: String) async throws -> [UInt8] {
        try await bytes("/v1/events/\(id)")
    }
}
