import API
import Account
import AsyncHTTPClient
import Billing
import Core
import FoundationEssentials
import HTTPSupport
import HostDesk
import Hummingbird
import Identity
import Jobs
import Kubernetes
import Logging
import Notifications
import Onboarding
import Operator
import SMTP
import SQL
import SQLite
import Sandbox
import ServiceLifecycle
import Store
import Telegram
import TokenProxy
import Web

/// Builds a process's services from its roles. This is the one place that knows every part.
struct Composition {
    let platform: Platform
    let roles: Set<Role>
    /// Whether this process is the whole product.
    let isAlone: Bool
    /// How many of them the site's connections may take: the rest is the token proxy's, the database's and the agents'.
    private let siteConnections: Int
    /// Whether health and metrics are served on a port of their own.
    private let hasOpsPort: Bool
    let health: HealthRoutes
    let metrics = MetricsRegistry()
    let proxyFigures = ProxyFigures()

    let identity: IdentityService
    let account: AccountService
    let billing: BillingService
    let onboarding: OnboardingService

    var configuration: CloudConfiguration { platform.configuration }

    /// - Parameters:
    ///   - isMeantForUse: whether a host watches it, as those do who start it by a service command.
    ///   - descriptors: how many files and connections this process may have open.
    /// - Throws: ``DomainError`` or a client's error, fit to be shown.
    init(
        _ platform: Platform, roles: Set<Role>, isAlone: Bool, isMeantForUse: Bool = false,
        descriptors: Int = DescriptorLimit.raise()
    ) throws {
        self.platform = platform
        self.roles = roles
        self.isAlone = isAlone
        siteConnections = max(64, descriptors / 4)
        hasOpsPort = isMeantForUse && PortCheck.hasOpsPort(roles)
        health = Self.health(platform, roles: roles, metrics: metrics, proxyFigures: proxyFigures)
        let configuration = platform.configuration
        let secrets = platform.sandboxSecrets
        identity = IdentityService(queue: platform.queue, hostEmails: Set(configuration.hostEmails))
        billing = platform.billing
        let apiRoot = configuration.telegram.apiRoot
        let httpClient = platform.httpClient
        let manager = TelegramClient(
            httpClient: httpClient, apiRoot: apiRoot,
            token: (configuration.telegram.botToken ?? secrets.telegramBotToken).reveal())
        onboarding = OnboardingService(
            queue: platform.queue, plans: configuration.plans, vault: platform.vault, manager: manager,
            publicURL: configuration.publicURL, telegramLinkBase: configuration.telegram.linkBase,
            makeBotClient: { TelegramClient(httpClient: httpClient, apiRoot: apiRoot, token: $0.reveal()) },
            contact: Self.contact(configuration), hearsVoiceNotes: configuration.transcription != nil,
            searchesTheWeb: configuration.search != nil, guide: Self.guide(platform), logger: platform.logger)
        account = AccountService(
            queue: platform.queue, plans: configuration.plans, vault: platform.vault,
            checkBot: { [onboarding] in await onboarding.botState(of: $0) }, objects: Self.objects(platform),
            allowsLocalWebhooks: CloudConfiguration.isThisMachine(configuration.publicURL))
    }

    /// The model that leads conversations, called through the token proxy like any other.
    private static func guide(_ platform: Platform) -> GuideModel? {
        let configuration = platform.configuration
        guard configuration.guideUnitsADay > 0 else { return nil }
        let account = GuideAccount(queue: platform.queue, vault: platform.vault, unitsADay: configuration.guideUnitsADay)
        return GuideModel(
            httpClient: platform.httpClient,
            baseURL: configuration.agentSettings(inCluster: platform.cluster != nil).tokenProxyURL,
            model: configuration.kimi.agentModel, token: { try await account.token() })
    }

    /// Where people can write to: the sender of our mails, unless that is the built-in one, which nobody reads.
    private static func contact(_ configuration: CloudConfiguration) -> String? {
        guard let sender = try? Mailbox(parsing: configuration.mailFrom), !sender.isLocal else { return nil }
        return sender.address
    }

    /// Everything that runs in this process, in the order in which it starts; it ends in the opposite order.
    /// - Throws: ``DomainError`` or a client's error, fit to be shown.
    func services() async throws -> [any Service] {
        var services: [any Service] = []
        if let redis = platform.redis { services.append(RedisService(client: redis)) }
        if let notifier = platform.sharedNotifier { services.append(notifier) }
        if roles.contains(.sandbox), !(isAlone && configuration.sandboxedParts.isEmpty) { services.append(try sandbox()) }
        if roles.contains(.tokenProxy) { services += try tokenProxy() }
        services += try await workers()
        if roles.contains(.agentTools) { services += agentTools() }
        if roles.contains(.web) || roles.contains(.api) {
            services.append(try site())
        }
        if hasOpsPort { services.append(try await ops()) }
        return services
    }

    // MARK: Workers

    private func workers() async throws -> [any Service] {
        var services: [any Service] = []
        var handlers = JobHandlers()
        var periodic: [PeriodicJob] = []
        if roles.contains(.onboardingAgent) {
            services += try onboardingServices(&handlers, &periodic)
        }
        if roles.contains(.billingWorker) {
            billing.register(in: &handlers)
            periodic.append(PeriodicJob(every: .seconds(60), SweepSubscriptions()))
            periodic.append(PeriodicJob(every: .hours(1), ReconcileStripe()))
        }
        if roles.contains(.operator) {
            let runtime = try agentRuntime()
            let boxes = operatorServices(runtime)
            boxes.register(in: &handlers)
            periodic.append(PeriodicJob(every: ResyncBoxes.interval, ResyncBoxes()))
            periodic.append(PeriodicJob(every: .seconds(60), KeepSpares()))
            if platform.cluster != nil { periodic.append(PeriodicJob(every: .seconds(15), AdvanceRollout())) }
            if boxes.backups.isEnabled { periodic.append(PeriodicJob(every: .seconds(60), SaveNightly())) }
            services += [runtime, boxes.follower]
        }
        guard !handlers.handlers.isEmpty else { return [] }
        if isAlone {
            // Nobody else can be working on what an earlier run of this process had begun.
            _ = try await platform.queue.write { try JobStore($0.transaction).releaseAbandoned(now: $0.now) }
        }
        services.append(
            JobWorker(
                queue: platform.queue, handlers: handlers, periodic: periodic, notifier: platform.notifier,
                // Most of a box's time is waiting for the cluster.
                concurrency: platform.cluster == nil ? 8 : 32, logger: platform.logger,
                onStuck: { [stuck = metrics.counter("jobs_stuck_total", help: "Runs of jobs that took too long.")] kind in
                    stuck.increment(labels: ["kind": kind])
                }, onEnd: jobEnds))
        if roles == [.operator] { services = [electing(services)] }
        return services
    }

    /// Registers what follows conversations.
    /// - Returns: what listens to Telegram, and answers in time whatever else is to be done.
    private func onboardingServices(
        _ handlers: inout JobHandlers, _ periodic: inout [PeriodicJob]
    ) throws -> [any Service] {
        onboarding.register(in: &handlers)
        identity.register(in: &handlers)
        account.register(in: &handlers)
        try notifications().register(in: &handlers)
        statusProbes.register(in: &handlers)
        periodic.append(PeriodicJob(every: StatusPart.interval, ProbeParts()))
        periodic.append(PeriodicJob(every: .hours(1), DeleteExpiredSessions()))
        periodic.append(PeriodicJob(every: .hours(24), ApplyRetention()))
        // Telegram has one reader of a bot's updates.
        let poller = TelegramPoller(onboarding: onboarding)
        let name = "telegram-poller"
        var answers = JobHandlers()
        onboarding.registerAnswers(in: &answers)
        return [
            isAlone ? poller : SingleService(lease: lease(name), service: poller, isLeading: leader(name)),
            separateWorker(answers, concurrency: 256), webhookWorker,
        ]
    }

    private func notifications() throws -> NotificationService {
        let url = configuration.smtpURL?.reveal() ?? "smtp://127.0.0.1:\(configuration.sandboxSMTPPort)"
        return try NotificationService(
            queue: platform.queue, smtp: try SMTPClient(url: url), publicURL: configuration.publicURL,
            from: configuration.mailFrom, telegramLinkBase: configuration.telegram.linkBase,
            alertsTo: configuration.alertMailTo, plans: configuration.plans, vault: platform.vault,
            messenger: BotMessenger(vault: platform.vault, makeBotClient: makeBotClient), logger: platform.logger)
    }

    /// The client of the bot that has this token.
    var makeBotClient: @Sendable (Secret) -> TelegramClient {
        { [httpClient = platform.httpClient, apiRoot = configuration.telegram.apiRoot] in
            TelegramClient(httpClient: httpClient, apiRoot: apiRoot, token: $0.reveal())
        }
    }

    /// Only one of several operators is active. A process that is the whole product is alone on its database already.
    private func electing(_ services: [any Service]) -> LeaderElectedService {
        let name = OperatorAccess.lease
        let election = platform.cluster.map { cluster in
            LeaderElectedService.Election.cluster(
                LeaderElection(
                    client: cluster, namespace: configuration.cluster.settings.platformNamespace, name: name,
                    identity: platform.instance, logger: platform.logger))
        }
        return LeaderElectedService(
            election: election ?? .database(lease(name)), services: services, isLeading: leader(name),
            logger: platform.logger)
    }

    private func leader(_ lease: String) -> Gauge {
        let gauge = metrics.gauge(
            "leader", help: "Whether this process does what one process does at a time.", labels: ["lease": lease])
        gauge.set(0)
        return gauge
    }

    private func lease(_ name: String) -> LeaderLease {
        LeaderLease(queue: platform.queue, name: name, holder: platform.instance, logger: platform.logger)
    }

    // MARK: HTTP

    var sharedRates: SharedRates? { platform.redis.map(SharedRates.redis) }

    private var hostAccess: HostAccess {
        HostAccess(queue: platform.queue, vault: platform.vault, emails: Set(configuration.hostEmails))
    }

    private func site() throws -> HTTPService {
        let hasPages = roles.contains(.web)
        let limits = CustomerLimits(clock: platform.clock, shared: sharedRates)
        let web =
            hasPages
            ? try WebRoutes(
                queue: platform.queue, notifier: platform.notifier, identity: identity, account: account,
                onboarding: onboarding, billing: billing, host: hostAccess, limits: limits,
                plans: configuration.plans, publicURL: configuration.publicURL,
                telegramLinkBase: configuration.telegram.linkBase, sandbox: sandboxBar,
                contact: Self.contact(configuration), legal: configuration.legalTexts, maximumStreams: siteConnections / 2,
                sharedRates: sharedRates) : nil
        let router = Router.app(
            service: hasPages ? "web" : "api", publicOrigin: configuration.publicURL,
            formTargets: paymentOrigins,
            proxies: configuration.trustedProxies, metrics: metrics, htmlErrorPage: web?.errorPage,
            session: { [identity] in try await identity.customer(sessionToken: $0) })
        health.addProbes(to: router)
        web?.addRoutes(to: router)
        if roles.contains(.api) {
            APIRoutes(
                queue: platform.queue, account: account, plans: configuration.plans,
                telegramLinkBase: configuration.telegram.linkBase,
                limits: limits, sharedRates: sharedRates,
                cookie: SessionCookie(isSecure: configuration.publicURL.hasPrefix("https://")),
                receiveStripeEvent: { [billing] in try await billing.receive(event: $0, signature: $1) }
            ).addRoutes(to: router)
        }
        return HTTPService(
            name: hasPages ? "web" : "api", router: router, host: configuration.host,
            port: hasPages ? configuration.webPort : configuration.apiPort,
            connections: ConnectionBounds(inAll: siteConnections, proxies: configuration.trustedProxies),
            logger: platform.logger,
            onListening: { [greeting = isAlone ? Greeting(configuration: configuration) : nil] _ in greeting?.show() })
    }

    /// Health and figures, for the host.
    private func ops() async throws -> HTTPService {
        let router = Router.app(
            service: "ops", publicOrigin: configuration.publicURL, metrics: metrics, session: { _ in nil })
        health.addRoutes(to: router)
        let port = try await PortCheck(configuration).opsPort()
        return HTTPService(
            name: "ops", router: router, host: configuration.host, port: port, logger: platform.logger,
            onListening: { [logger = platform.logger] port in
                logger.info("health and metrics can be asked for", metadata: ["OPS_PORT": "\(port)"])
            })
    }
}
