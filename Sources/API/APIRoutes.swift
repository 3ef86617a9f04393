package import Account
package import Core
package import HTTPSupport
package import Hummingbird
package import Jobs

/// The JSON API of customers, and the address where Stripe reports. `openapi.json` describes every route.
///
/// Customers prove who they are by the session's cookie, programs of theirs by a token; no route takes an id of somebody's, so that nobody can ask for
/// what is another's.
package struct APIRoutes: Sendable {
    private let queue: WorkQueue
    private let account: AccountService
    private let plans: PlanTable
    private let telegramLinkBase: String
    private let limit: RateLimit
    private let limits: CustomerLimits
    private let cookie: SessionCookie
    private let receiveStripeEvent: StripeWebhookRoute.Receiver

    /// - Parameters:
    ///   - limits: those that the site has, too.
    ///   - sharedRates: what other processes count with us.
    ///   - cookie: the session's.
    ///   - telegramLinkBase: what links to bots start with, such as `https://t.me`.
    ///   - receiveStripeEvent: verifies and stores an event; see ``StripeWebhookRoute/Receiver``.
    package init(
        queue: WorkQueue, account: AccountService, plans: PlanTable, telegramLinkBase: String, limits: CustomerLimits? = nil,
        sharedRates: SharedRates? = nil,
        cookie: SessionCookie = SessionCookie(isSecure: true),
        receiveStripeEvent: @escaping StripeWebhookRoute.Receiver
    ) {
        self.queue = queue
        self.account = account
        self.plans = plans
        self.telegramLinkBase = telegramLinkBase
        limit = RateLimit("api", .init(burst: 20, perSecond: 10), shared: sharedRates, clock: queue.clock)
        self.cookie = cookie
        self.limits = limits ?? CustomerLimits(clock: queue.clock, shared: sharedRates)
        self.receiveStripeEvent = receiveStripeEvent
    }

    /// - Parameter router: one that has ``HTTPSupport``'s middlewares already, see `Router.app`.
    package func addRoutes(to router: Router<AppRequestContext>) {
        // Stripe isn't limited: an event that is refused comes late.
        let limited = router.group().add(middleware: TokenMiddleware(account: account))
            .add(middleware: RateLimitMiddleware(limit))
        PlansRoute(plans: plans).add(to: limited)
        MeRoute().add(to: limited)
        BoxRoutes(queue: queue, limits: limits, telegramLinkBase: telegramLinkBase).add(to: limited)
        AgentRoutes(queue: queue, account: account, limits: limits).add(to: limited)
        AccountDataRoutes(account: account).add(to: limited)
        NoticeRoutes(account: account).add(to: limited)
        WebhookRoutes(account: account, limits: limits).add(to: limited)
        UsageRoutes(queue: queue).add(to: limited)
        ReminderRoutes(queue: queue).add(to: limited)
        StripeWebhookRoute(receive: receiveStripeEvent).add(to: router)
        OpenAPIRoute(cookie: cookie).add(to: router)
    }
}
