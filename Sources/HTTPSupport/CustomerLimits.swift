package import Core

/// How often one customer may have done what costs something: us, Stripe, or the agent's own time.
package struct CustomerLimits: Sendable {
    /// A restart takes the agent away for a moment.
    package let restarts: RateLimiter
    /// A change of its settings does, too.
    package let changes: RateLimiter
    /// Each asks Telegram about the agent's bot.
    package let checks: RateLimiter
    /// Each opens a page at Stripe.
    package let portals: RateLimiter
    /// Each asks Stripe whether it was paid.
    package let confirmations: RateLimiter

    package init(clock: WallClock) {
        restarts = RateLimiter(.init(burst: 3, perSecond: 1.0 / 60), clock: clock)
        changes = RateLimiter(.init(burst: 10, perSecond: 1.0 / 15), clock: clock)
        checks = RateLimiter(.init(burst: 5, perSecond: 1.0 / 20), clock: clock)
        portals = RateLimiter(.init(burst: 5, perSecond: 1.0 / 20), clock: clock)
        confirmations = RateLimiter(.init(burst: 10, perSecond: 1.0 / 5), clock: clock)
    }
}
