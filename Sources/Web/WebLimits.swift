import Core
import HTTPSupport
import NIOCore

/// How often the site does what costs something for people it doesn't know.
struct WebLimits: Sendable {
    private let newVisitors: RateLimiter
    private let loginAddresses: RateLimiter
    private let loginClients: RateLimiter
    private let messages: RateLimiter

    init(clock: WallClock) {
        // Everyone behind a reverse proxy looks like one client here, so the limits by client are wide.
        newVisitors = RateLimiter(capacity: 200, refillPerSecond: 5, clock: clock)
        loginClients = RateLimiter(capacity: 60, refillPerSecond: 1, clock: clock)
        loginAddresses = RateLimiter(capacity: 3, refillPerSecond: 1.0 / 60, clock: clock)
        messages = RateLimiter(capacity: 20, refillPerSecond: 1, clock: clock)
    }

    /// - Throws: `DomainError` with the code `too_many_requests`, as do the others.
    func checkNewVisitor(_ context: AppRequestContext) throws(DomainError) {
        try newVisitors.check(Self.client(context))
    }

    func checkLogin(address: String, context: AppRequestContext) throws(DomainError) {
        try loginClients.check(Self.client(context))
        // What is longer is no address (RFC 5321, 4.5.3.1), and mustn't fill the memory.
        try loginAddresses.check(String(decoding: address.utf8.prefix(254), as: UTF8.self).lowercased())
    }

    func checkMessage(_ customerID: Customer.ID) throws(DomainError) {
        try messages.check(customerID.rawValue)
    }

    private static func client(_ context: AppRequestContext) -> String {
        context.remoteAddress?.ipAddress ?? ""
    }
}
