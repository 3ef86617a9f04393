package import Account
package import Billing
package import Core
package import HTTPSupport
package import HostDesk
package import Hummingbird
package import Identity
package import Jobs
package import Onboarding

/// The site: landing page, chat, checkout, dashboard.
package struct WebRoutes: Sendable {
    private let site: Site
    private let language: LanguageChoice
    private let landing: LandingRoutes
    private let chat: ChatRoutes
    private let checkout: CheckoutRoutes
    private let dashboard: DashboardRoutes
    private let plan: PlanRoutes
    private let events: BoxEvents
    private let login: LoginRoutes
    private let privacy: PrivacyRoutes
    private let legal: LegalRoutes
    private let host: HostRoutes
    private let hostMails: HostMails
    private let account: AccountRoutes
    private let status: StatusRoutes
    private let webhooks: WebhookRoutes
    private let unsubscribe: UnsubscribeRoutes
    private let agentSettings: AgentSettingsRoutes
    private let silence: SilenceRoutes

    /// - Parameters:
    ///   - customerLimits: those that the API has, too.
    ///   - host: who may open the desk below `/host`.
    ///   - publicURL: where the site is reached, without a slash at its end.
    ///   - telegramLinkBase: what bots' names are appended to: `https://t.me`, or the sandbox's.
    ///   - sandbox: what the bar says that tells what is played; `nil` for no bar.
    ///   - contact: the e-mail address at which people are read; `nil` shows none.
    ///   - legal: what only the host can write.
    ///   - maximumStreams: how many live pages there may be at once.
    ///   - sharedRates: what other processes count with us.
    ///   - interval: how often live pages look for themselves, and say that they are alive.
    /// - Throws: if a template or a text that was built in is malformed.
    package init(
        queue: WorkQueue, notifier: any Notifier, identity: IdentityService, account accounts: AccountService,
        onboarding: OnboardingService, billing: BillingService, host: HostAccess,
        limits customerLimits: CustomerLimits? = nil,
        plans: PlanTable, publicURL: String,
        telegramLinkBase: String,
        sandbox: SandboxBar? = nil, contact: String? = nil, legal: LegalTexts = LegalTexts(), maximumStreams: Int = 1024,
        sharedRates: SharedRates? = nil, interval: Duration = .seconds(10)
    ) throws {
        let site = try Site(sandbox: sandbox, contact: contact, legal: legal)
        let isSecure = publicURL.hasPrefix("https://")
        let cookie = SessionCookie(isSecure: isSecure)
        let limits = WebLimits(clock: queue.clock, shared: sharedRates)
        let customerLimits = customerLimits ?? CustomerLimits(clock: queue.clock, shared: sharedRates)
        let streams = EventStreams(inAll: maximumStreams)
        let views = BoxViews(plans: plans, telegramLinkBase: telegramLinkBase)
        self.site = site
        language = LanguageChoice(queue: queue, isSecure: isSecure)
        landing = LandingRoutes(
            site: site, plans: plans, publicURL: publicURL, contact: contact, limits: limits,
            telegramLink: onboarding.telegramLink)
        chat = ChatRoutes(
            site: site, identity: identity, onboarding: onboarding, billing: billing, notifier: notifier, plans: plans,
            cookie: cookie,
            limits: limits, streams: streams, interval: interval)
        checkout = CheckoutRoutes(
            site: site, queue: queue, billing: billing, limits: customerLimits, views: views)
        dashboard = DashboardRoutes(
            site: site, queue: queue, billing: billing, limits: customerLimits, views: views)
        plan = PlanRoutes(site: site, queue: queue, billing: billing, limits: customerLimits, views: views)
        events = BoxEvents(
            site: site, queue: queue, identity: identity, streams: streams, notifier: notifier, views: views,
            interval: interval)
        login = LoginRoutes(site: site, identity: identity, cookie: cookie, limits: limits, streams: streams, host: host)
        privacy = PrivacyRoutes(site: site)
        self.legal = LegalRoutes(site: site)
        let gate = HostGate(site: site, access: host, desk: HostDesk(queue: queue, plans: plans))
        self.host = HostRoutes(gate: gate)
        hostMails = HostMails(gate: gate, plans: plans, publicURL: publicURL)
        account = AccountRoutes(site: site, account: accounts, limits: limits)
        status = StatusRoutes(site: site, queue: queue)
        webhooks = WebhookRoutes(site: site, account: accounts, limits: customerLimits)
        unsubscribe = UnsubscribeRoutes(site: site, account: accounts)
        silence = SilenceRoutes(
            site: site, account: accounts, limits: customerLimits, views: views, contact: contact)
        agentSettings = AgentSettingsRoutes(
            site: site, queue: queue, account: accounts, limits: customerLimits, plans: plans)
    }

    /// - Parameter router: made by `Router.app`, with ``errorPage`` as its page for errors.
    package func addRoutes(to router: Router<AppRequestContext>) {
        let group = router.group().add(middleware: language)
        site.assets.addRoutes(to: group)
        landing.addRoutes(to: group)
        chat.addRoutes(to: group)
        checkout.addRoutes(to: group)
        dashboard.addRoutes(to: group)
        plan.addRoutes(to: group)
        events.addRoutes(to: group)
        login.addRoutes(to: group)
        privacy.addRoutes(to: group)
        legal.addRoutes(to: group)
        host.addRoutes(to: group)
        hostMails.addRoutes(to: group)
        account.addRoutes(to: group)
        status.addRoutes(to: group)
        webhooks.addRoutes(to: group)
        unsubscribe.addRoutes(to: group)
        agentSettings.addRoutes(to: group)
        silence.addRoutes(to: group)
    }

    /// The page that tells a person what went wrong.
    package var errorPage: @Sendable (Problem, AppRequestContext) -> Response {
        { [site] problem, context in
            site.response(ErrorPage(problem, texts: site.texts(context.language)), context: context)
        }
    }
}
