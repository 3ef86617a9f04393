package import Core

/// How often one customer may have done what costs something: us, Stripe, or the agent's own time.
package struct CustomerLimits: Sendable {
    /// A restart takes the agent away for a moment.
    package let restarts: RateLimit
    /// A change of its settings does, too.
    package let changes: RateLimit
    /// Each asks Telegram about the agent's bot.
    package let checks: RateLimit
    /// Each opens a page at Stripe.
    package let portals: RateLimit
    /// Each asks Stripe whether it was paid.
    package let confirmations: RateLimit

    /// Each has us write to somebody's server.
    package let webhooks: RateLimit

    package init(clock: WallClock, shared: SharedRates? = nil) {
        func limit(_ name: String, burst: Double, perSecond: Double) -> RateLimit {
            RateLimit(name, .init(burst: burst, perSecond: perSecond), shared: shared, clock: clock)
        }
        restarts = limit("restarts", burst: 3, perSecond: 1.0 / 60)
        changes = limit("changes", burst: 10, perSecond: 1.0 / 15)
        checks = limit("checks", burst: 5, perSecond: 1.0 / 20)
        portals = limit("portals", burst: 5, perSecond: 1.0 / 20)
        confirmations = limit("confirmations", burst: 10, perSecond: 1.0 / 5)
        webhooks = limit("webhooks", burst: 10, perSecond: 1.0 / 10)
    }
}
