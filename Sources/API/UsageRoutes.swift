import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Jobs
import SQL
import Store

/// `GET /v1/usage` and `GET /v1/usage/events`: what the signed-in customer's agent has used.
struct UsageRoutes: Sendable {
    private static let pageSizes = 1...100
    private static let defaultPageSize = 50

    let queue: WorkQueue

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/usage", use: quota)
        router.get("/v1/usage/events", use: events)
    }

    @Sendable private func quota(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let now = queue.clock.now
        let found = try await queue.database.read { transaction -> QuotaBody? in
            let store = UsageStore(transaction)
            guard let quota = try store.quota(customerID: customer.id, at: now) else { return nil }
            return QuotaBody(
                quota, try store.causes(customerID: customer.id, periodStart: quota.periodStart),
                try store.forecast(quota, customerID: customer.id, at: now))
        }
        guard let found else {
            throw DomainError(.notFound, code: "no_quota", "There is no paid period at the moment, so nothing can be used.")
        }
        return try Response(json: found)
    }

    @Sendable private func events(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let query = request.uri.queryParameters
        let limit = try Self.pageSize(query["limit"].map(String.init))
        let cursor = try query["cursor"].map { try Cursor(String($0)) }
        // One more than asked for says whether there is another page.
        let found = try await queue.database.read {
            try UsageStore($0).recentEvents(
                customerID: customer.id, before: cursor.map { ($0.time, $0.id) }, limit: limit + 1)
        }
        let events = Array(found.prefix(limit))
        let next = found.count > limit ? events.last.map { Cursor(time: $0.createdAt, id: $0.requestID) } : nil
        return try Response(json: Page(data: events.map(UsageEventBody.init), nextCursor: next))
    }

    private static func pageSize(_ text: String?) throws(DomainError) -> Int {
        guard let text else { return defaultPageSize }
        guard let size = Int(text), pageSizes.contains(size) else {
            throw DomainError(
                .invalid, code: "invalid_limit", "The limit must be from \(pageSizes.lowerBound) to \(pageSizes.upperBound)."
            )
        }
        return size
    }
}

/// A quota, as the API shows it. All figures are units.
struct QuotaBody: Encodable, Sendable {
    let periodStart: String
    let periodEnd: String
    let limit: Int
    let used: Int
    let reserved: Int
    let available: Int
    /// How many messages were answered, and what one took with all steps.
    let messages: Int
    let unitsPerMessage: Int
    /// What used it, the dearest first.
    let causes: [CauseBody]
    /// Until when the units last if they are used as in the last days, the period's end at most; left out where that can't be told.
    let lastsUntil: String?

    init(_ quota: Quota, _ causes: [CauseUse], _ forecast: UsageForecast?) {
        periodStart = quota.periodStart.description
        periodEnd = quota.periodEnd.description
        limit = quota.limit
        used = quota.used
        reserved = quota.reserved
        available = quota.available
        (messages, unitsPerMessage) = causes.messages
        self.causes = causes.map(CauseBody.init)
        lastsUntil =
            switch forecast {
            case .until(let end): end.description
            case .toTheEnd: periodEnd
            case nil: nil
            }
    }
}

/// What one cause has used, as the API shows it.
struct CauseBody: Encodable, Sendable {
    let cause: String
    let calls: Int
    let units: Int

    init(_ use: CauseUse) {
        cause = use.cause?.rawValue ?? "unknown"
        calls = use.calls
        units = use.units
    }
}

/// A metered call, as the API shows it.
struct UsageEventBody: Encodable, Sendable {
    let requestID: String
    let model: String
    let inputTokens: Int
    /// The part of ``inputTokens`` that came from the cache.
    let cachedTokens: Int
    let outputTokens: Int
    /// What the tokens weigh: what counts against the plan.
    let units: Int
    let estimated: Bool
    let interrupted: Bool
    let cause: String
    let createdAt: String

    init(_ event: UsageEvent) {
        requestID = event.requestID
        model = event.model
        inputTokens = event.usage.input
        cachedTokens = event.usage.cached
        outputTokens = event.usage.output
        units = event.usage.units
        estimated = event.estimated
        interrupted = event.interrupted
        cause = event.cause?.rawValue ?? "unknown"
        createdAt = event.createdAt.description
    }
}
