import Core
import HTTPSupport

/// How often the site does what costs something for people it doesn't know.
struct WebLimits: Sendable {
    private let newVisitors: SharedRateLimiter
    private let logins: SharedRateLimiter
    private let loginAddresses: [RateLimiter]
    private let messages: RateLimiter

    init(clock: WallClock) {
        // A client may be an office.
        newVisitors = SharedRateLimiter(
            client: .init(burst: 20, perSecond: 0.2), all: .init(burst: 200, perSecond: 20), clock: clock)
        logins = SharedRateLimiter(
            client: .init(burst: 10, perSecond: 1.0 / 15), all: .init(burst: 60, perSecond: 2), clock: clock)
        loginAddresses = [
            RateLimiter(.init(burst: 3, perSecond: 1.0 / 60), clock: clock),
            RateLimiter(.init(burst: 6, perSecond: 6.0 / 3600), clock: clock),
            RateLimiter(.init(burst: 12, perSecond: 12.0 / 86400), clock: clock),
        ]
        messages = RateLimiter(.init(burst: 20, perSecond: 1), clock: clock)
    }

    /// - Throws: `DomainError` with the code `too_many_requests`, as do the others.
    func checkNewVisitor(_ context: AppRequestContext) throws(DomainError) {
        try newVisitors.check(context.client)
    }

    func checkLogin(_ context: AppRequestContext) throws(DomainError) {
        try logins.check(context.client)
    }

    /// By the minute, the hour and the day, so that nobody's mailbox is filled with our mails.
    func checkMail(to address: EmailAddress) throws(DomainError) {
        for limiter in loginAddresses { try limiter.check(address.text) }
    }

    func checkMessage(_ customerID: Customer.ID) throws(DomainError) {
        try messages.check(customerID.rawValue)
    }
}
