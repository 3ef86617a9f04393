import Core
import Jobs
import SQLite
import Sandbox
import ServiceLifecycle
import Store
import TokenProxy
import Web

extension Composition {
    /// The stand-ins, on a database of their own.
    /// - Throws: `SQLError` if it can't be opened.
    func sandbox() throws -> SandboxServer {
        let secrets = platform.sandboxSecrets
        let api = roles.contains(.web) ? configuration.webPort : configuration.apiPort
        return SandboxServer(
            settings: .init(
                port: configuration.sandboxPort, smtpPort: configuration.sandboxSMTPPort,
                webhookURL: "http://127.0.0.1:\(api)/webhooks/stripe",
                webhookSecret: secrets.stripeWebhookSecret.reveal(),
                manager: TelegramManager(
                    token: secrets.telegramBotToken.reveal(), username: SandboxSecrets.telegramBotUsername,
                    name: SandboxSecrets.telegramBotName)),
            database: try SQLiteDatabase(path: platform.data.file("sandbox.sqlite"), logger: platform.logger),
            httpClient: platform.httpClient, logger: platform.logger)
    }

    /// The site's bar that says what is played, while anything is.
    var sandboxLinks: SandboxLinks? {
        configuration.sandboxedParts.isEmpty
            ? nil : SandboxLinks(phone: configuration.sandboxURL + "/phone", outbox: configuration.sandboxURL + "/outbox")
    }

    /// The proxy, and what settles for those that died.
    func tokenProxy() -> [any Service] {
        let storage = TokenProxyStorage(database: platform.database, clock: platform.clock) {
            [notifier = platform.notifier] in
            await notifier.notify(.customer($0))
        }
        var settings = TokenProxyConfiguration(
            openAIBaseURL: configuration.kimi.baseURL, anthropicBaseURL: configuration.kimi.anthropicBaseURL,
            upstreamKey: configuration.kimi.apiKey ?? SandboxSecrets.kimiKey, models: configuration.kimi.models,
            upgradeURL: configuration.publicURL + "/dashboard")
        settings.host = configuration.host
        settings.port = configuration.tokenProxyPort
        settings.plans = configuration.plans
        return [
            TokenProxy(
                configuration: settings, storage: storage, clock: platform.clock, ids: .random(clock: platform.clock),
                holder: platform.instance, logger: platform.logger),
            TokenProxyRecovery(
                storage: storage, clock: platform.clock, holder: platform.instance, isOnlyProxy: isAlone,
                logger: platform.logger),
        ]
    }
}
