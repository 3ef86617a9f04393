import Core
import HTTPSupport

/// How often the site does what costs something for people it doesn't know.
struct WebLimits: Sendable {
    private let newVisitors: SharedRateLimiter
    private let logins: SharedRateLimiter
    private let loginAddresses: [RateLimit]
    private let exports: RateLimit

    init(clock: WallClock, shared: SharedRates? = nil) {
        // A client may be an office.
        newVisitors = SharedRateLimiter(
            "new-visitors", client: .init(burst: 20, perSecond: 0.2), all: .init(burst: 200, perSecond: 20), shared: shared,
            clock: clock)
        logins = SharedRateLimiter(
            "logins", client: .init(burst: 10, perSecond: 1.0 / 15), all: .init(burst: 60, perSecond: 2), shared: shared,
            clock: clock)
        loginAddresses = [
            RateLimit("mails-a-minute", .init(burst: 3, perSecond: 1.0 / 60), shared: shared, clock: clock),
            RateLimit("mails-a-hour", .init(burst: 6, perSecond: 6.0 / 3600), shared: shared, clock: clock),
            RateLimit("mails-a-day", .init(burst: 12, perSecond: 12.0 / 86400), shared: shared, clock: clock),
        ]
        exports = RateLimit("exports", .init(burst: 20, perSecond: 1), shared: shared, clock: clock)
    }

    /// - Throws: `DomainError` with the code `too_many_requests`, as do the others.
    func checkNewVisitor(_ context: AppRequestContext) async throws(DomainError) {
        try await newVisitors.check(context.client)
    }

    func checkLogin(_ context: AppRequestContext) async throws(DomainError) {
        try await logins.check(context.client)
    }

    /// By the minute, the hour and the day, so that nobody's mailbox is filled with our mails.
    func checkMail(to address: EmailAddress) async throws(DomainError) {
        for limiter in loginAddresses { try await limiter.check(address.text) }
    }

    /// Each reads all that a customer has.
    func checkExport(_ customerID: Customer.ID) async throws(DomainError) {
        try await exports.check(customerID.rawValue)
    }
}
