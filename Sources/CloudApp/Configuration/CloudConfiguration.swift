import AgentTools
import Configuration
import Core
import FoundationEssentials
import HTTPSupport
import Logging
import Operator
import SystemPackage
import TokenProxy

/// The configuration, read and checked: environment first, `.env` second, defaults third.
struct CloudConfiguration: Sendable {
    var dataDirectory: String
    /// `postgres://…`; `nil` for the SQLite file in the data directory.
    var postgresURL: Secret?
    /// The same database with no pooler in between; `nil` where ``postgresURL`` has none.
    var postgresDirectURL: Secret?
    /// Transactions at once of this process.
    var databaseConnections: Int
    /// `nil`: PostgreSQL carries the news between services.
    var redisURL: Secret?
    /// The key-encryption key; `nil` where the data directory's own serves.
    var encryptionKey: [UInt8]?
    var previousEncryptionKeys: [[UInt8]]
    var publicURL: String
    var host: String
    var trustedProxies: TrustedProxies
    var webPort: Int
    var apiPort: Int
    var tokenProxyPort: Int
    var agentToolsPort: Int
    var opsPort: Int
    /// The port is the default, so another free one may be used instead.
    var opsPortMayDiffer: Bool
    var plans: PlanTable
    /// `nil`: none of the host's own texts are shown.
    var legalFolder: String?
    var kimi: Kimi
    /// Of the model that leads the set-up chat; 0: the script does.
    var guideUnitsADay: Int
    var fallback: Fallback?
    /// `nil`: nobody writes down voice notes, or searches the web.
    var transcription: TranscriptionUpstream?
    var search: SearchProvider?
    var metricsByCustomer: Bool
    /// `nil`: nobody collects traces.
    var traces: TraceCollector?
    var stripe: Stripe
    var telegram: Telegram
    /// `nil`: the sandbox's outbox.
    var smtpURL: Secret?
    var mailFrom: String
    /// `nil`: alerts are only logged.
    var alertMailTo: String?
    /// Who may open the host's desk, as ``EmailAddress`` writes them.
    var hostEmails: [String]
    /// `nil`: `openclaw` from PATH, else the stand-in.
    var agentExecutable: String?
    /// `nil`: what the plans say; zero: never.
    var agentSleepAfter: Duration?
    var spares: SpareKeeper.Wish
    var cluster: Cluster
    /// `nil`: agents' states aren't saved.
    var backup: Backup?
    var agentTokenProxyURL: String?
    var agentToolsURL: String?
    /// What the sandbox may play though strangers, or real money, come in.
    var namedSandboxParts: Set<Part>
    var sandboxPort: Int
    var sandboxSMTPPort: Int
    var logLevel: Logger.Level

    struct Kimi: Sendable {
        /// None: the sandbox.
        var apiKeys: [Secret]
        var baseURL: String
        var anthropicBaseURL: String
        /// By our names.
        var models: [String: String]
        /// Calls at once.
        var concurrency: Int

        /// Our name of the model that agents ask for: the usual one if it is there, else the first in the order of the alphabet.
        var agentModel: String {
            let usual = AgentSettings.Model().id
            return models[usual] == nil ? models.keys.min() ?? usual : usual
        }
    }

    /// A second place that answers model calls.
    struct Fallback: Sendable {
        var apiKeys: [Secret]
        var baseURL: String
        var anthropicBaseURL: String
        var models: [String: String]
    }

    struct Stripe: Sendable {
        /// `nil`: the sandbox.
        var secretKey: Secret?
        var webhookSecrets: [Secret]
        /// `bpc_…`
        var portalConfiguration: String?
        var baseURL: String
    }

    struct Telegram: Sendable {
        /// `nil`: the sandbox.
        var botToken: Secret?
        var apiRoot: String
        var linkBase: String
    }

    var sandboxURL: String { "http://127.0.0.1:\(sandboxPort)" }

    /// Every fault of a configuration, to be shown at once.
    struct Invalid: Error, CustomStringConvertible {
        let faults: [String]

        var description: String {
            "The configuration can't be used:\n" + faults.map { "  - \($0)\n" }.joined()
                + "`openclaw-cloud config` shows what is set; .env.example says what each setting means.\n"
        }
    }

    /// Settings come from the environment first, then from `.env` in the current directory.
    static func reader() async throws -> ConfigReader {
        ConfigReader(providers: [
            EnvironmentVariablesProvider(),
            try await EnvironmentVariablesProvider(environmentFilePath: ".env", allowMissing: true),
        ])
    }

    /// - Parameter isSettingUp: whether what Stripe gives only once it is set up may be missing.
    /// - Throws: ``Invalid`` with every fault.
    init(_ reader: ConfigReader, isSettingUp: Bool = false) throws(Invalid) {
        var settings = SettingsReader(reader)
        dataDirectory = settings.text(.dataDirectory) ?? ""
        postgresURL = settings.postgres(.databaseURL)
        postgresDirectURL = settings.postgres(.databaseDirectURL)
        databaseConnections = settings.count(.databaseConnections)
        redisURL = settings.redis(.redisURL)
        encryptionKey = settings.text(.encryptionKey).flatMap { settings.key(.encryptionKey, $0) }
        previousEncryptionKeys = settings.list(.previousEncryptionKeys).compactMap {
            settings.key(.previousEncryptionKeys, $0)
        }
        host = settings.text(.host) ?? ""
        trustedProxies = TrustedProxies(settings.ranges(.trustedProxies))
        webPort = settings.port(.webPort)
        apiPort = settings.port(.apiPort)
        tokenProxyPort = settings.port(.tokenProxyPort)
        agentToolsPort = settings.port(.agentToolsPort)
        opsPort = settings.port(.opsPort)
        opsPortMayDiffer = !settings.isSet(.opsPort)
        namedSandboxParts = Self.sandboxParts(&settings)
        sandboxPort = settings.port(.sandboxPort)
        sandboxSMTPPort = settings.port(.sandboxSMTPPort)
        publicURL = settings.url(.publicURL) ?? "http://localhost:\(webPort)"
        plans = Self.plans(&settings)
        plans.terms = Self.terms(&settings)
        legalFolder = Self.legalFolder(&settings)
        kimi = Self.kimi(&settings, sandbox: "http://127.0.0.1:\(sandboxPort)")
        guideUnitsADay = settings.count(.guideUnitsADay, least: 0)
        fallback = Self.fallback(&settings)
        transcription = Self.transcription(&settings)
        search = Self.search(&settings)
        metricsByCustomer = settings.flag(.metricsByCustomer)
        traces = TraceCollector(&settings)
        stripe = Self.stripe(&settings, sandbox: "http://127.0.0.1:\(sandboxPort)", isSettingUp: isSettingUp)
        telegram = Self.telegram(&settings, sandbox: "http://127.0.0.1:\(sandboxPort)")
        smtpURL = settings.mailServer(.smtpURL)
        mailFrom = settings.sender(.mailFrom)
        alertMailTo = settings.address(.alertMailTo)
        hostEmails = settings.addresses(.hostEmails)
        agentExecutable = settings.program(.agentExecutable)
        agentSleepAfter = settings.isSet(.agentSleepAfter) ? .seconds(settings.seconds(.agentSleepAfter)) : nil
        spares = SpareKeeper.Wish(
            count: settings.count(.spareAgents, least: 0), tier: settings.tier(.sparePlan))
        backup = Self.backup(&settings)
        cluster = Self.cluster(&settings, backup: backup)
        agentTokenProxyURL = settings.url(.agentTokenProxyURL)
        agentToolsURL = settings.url(.agentToolsURL)
        logLevel = settings.logLevel()
        checkPairs(&settings)
        checkAgentURLs(&settings)
        checkPorts(&settings)
        guard settings.faults.isEmpty else { throw Invalid(faults: settings.faults) }
    }

    /// What is of no use alone.
    private func checkPairs(_ settings: inout SettingsReader) {
        if postgresURL == nil, postgresDirectURL != nil {
            settings.fault(.databaseDirectURL, "needs DATABASE_URL beside it")
        }
        if encryptionKey == nil, !previousEncryptionKeys.isEmpty {
            settings.fault(.previousEncryptionKeys, "needs ENCRYPTION_KEY beside it")
        }
    }

    private func checkAgentURLs(_ settings: inout SettingsReader) {
        for (setting, url) in [(Setting.agentTokenProxyURL, agentTokenProxyURL), (.agentToolsURL, agentToolsURL)] {
            guard let url, !cluster.settings.letsAgentsReach(url) else { continue }
            settings.fault(
                setting,
                "must name a Service (….svc.cluster.local), an address, or, where AGENT_EGRESS is open, port 443 of a public name"
            )
        }
    }

    /// Two services can't have one port.
    private func checkPorts(_ settings: inout SettingsReader) {
        let ports = [
            (Setting.webPort, webPort), (.tokenProxyPort, tokenProxyPort), (.agentToolsPort, agentToolsPort),
            (.opsPort, opsPort), (.sandboxPort, sandboxPort), (.sandboxSMTPPort, sandboxSMTPPort),
        ]
        for (index, (setting, port)) in ports.enumerated() where port != 0 {
            if let other = ports[..<index].first(where: { $0.1 == port }) {
                settings.fault(setting, "must not be \(port): \(other.0.rawValue) has that port already")
            }
        }
    }

    private static func plans(_ settings: inout SettingsReader) -> PlanTable {
        guard let path = settings.text(.plansFile) else { return .builtIn }
        do {
            return try PlanTable(json: try Data(contentsOf: URL(filePath: path)))
        } catch let error as DomainError {
            settings.fault(.plansFile, "names \(path): \(error.message)")
        } catch {
            settings.fault(.plansFile, "names \(path), which can't be read")
        }
        return .builtIn
    }

    private static func kimi(_ settings: inout SettingsReader, sandbox: String) -> Kimi {
        let keys = settings.list(.kimiAPIKey).map(Secret.init)
        return Kimi(
            apiKeys: keys,
            baseURL: settings.url(.kimiBaseURL) ?? (keys.isEmpty ? sandbox + "/v1" : "https://api.moonshot.ai/v1"),
            anthropicBaseURL: settings.url(.kimiAnthropicBaseURL)
                ?? (keys.isEmpty ? sandbox + "/anthropic" : "https://api.moonshot.ai/anthropic"),
            models: models(.kimiModels, &settings), concurrency: settings.count(.kimiConcurrency))
    }

    private static func fallback(_ settings: inout SettingsReader) -> Fallback? {
        let keys = settings.list(.fallbackAPIKey).map(Secret.init)
        if keys.isEmpty { return nil }
        let urls = [Setting.fallbackBaseURL, .fallbackAnthropicBaseURL].map { setting in
            if settings.text(setting) == nil {
                settings.fault(setting, "must be set when FALLBACK_API_KEY is")
                return ""
            }
            return settings.url(setting) ?? ""
        }
        return Fallback(
            apiKeys: keys, baseURL: urls[0], anthropicBaseURL: urls[1], models: models(.fallbackModels, &settings))
    }

    private static func models(_ setting: Setting, _ settings: inout SettingsReader) -> [String: String] {
        let models = settings.pairs(setting)
        if models.isEmpty { settings.fault(setting, "must name at least one model") }
        if models.keys.contains(where: { $0.utf8.count > 63 }) {
            settings.fault(setting, "must not have names longer than 63 bytes")
        }
        return models
    }

    private static func stripe(_ settings: inout SettingsReader, sandbox: String, isSettingUp: Bool) -> Stripe {
        let key = settings.secret(.stripeSecretKey)
        let secrets = settings.list(.stripeWebhookSecrets).map(Secret.init)
        if key != nil, secrets.isEmpty, !isSettingUp {
            settings.fault(
                .stripeWebhookSecrets,
                "must be set when STRIPE_SECRET_KEY is: payments arrive by webhook "
                    + "(`openclaw-cloud admin stripe-setup` makes the endpoint and shows its secret)")
        }
        let portal = settings.text(.stripePortalConfiguration)
        if portal?.hasPrefix("bpc_") == false {
            settings.fault(.stripePortalConfiguration, "must start with bpc_ and go on as Stripe shows it")
        }
        // With an empty or guessable secret anybody could sign an event that says a subscription was paid.
        if secrets.contains(where: { !$0.reveal().hasPrefix("whsec_") || $0.reveal().utf8.count < 10 }) {
            settings.fault(.stripeWebhookSecrets, "must each start with whsec_ and go on as Stripe shows them")
        }
        if let key, !["sk_", "rk_"].contains(where: key.reveal().hasPrefix) || key.reveal().utf8.count < 8 {
            settings.fault(.stripeSecretKey, "must start with sk_ or rk_ and go on as Stripe shows it")
        }
        return Stripe(
            secretKey: key, webhookSecrets: secrets, portalConfiguration: portal,
            baseURL: settings.url(.stripeBaseURL) ?? (key == nil ? sandbox : "https://api.stripe.com"))
    }

    private static func telegram(_ settings: inout SettingsReader, sandbox: String) -> Telegram {
        let token = settings.secret(.telegramBotToken)
        return Telegram(
            botToken: token,
            apiRoot: settings.url(.telegramAPIRoot) ?? (token == nil ? sandbox : "https://api.telegram.org"),
            linkBase: settings.url(.telegramLinkBase) ?? (token == nil ? sandbox + "/t.me" : "https://t.me"))
    }
}
