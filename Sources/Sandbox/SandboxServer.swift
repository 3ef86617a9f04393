package import AsyncHTTPClient
import Hummingbird
package import Logging
package import SQL
import ServiceLifecycle

/// The stand-ins for Kimi, Stripe, Telegram and mail, on one HTTP port and one SMTP port of loopback.
package struct SandboxServer: Service, CustomStringConvertible {
    /// Where the sandbox listens and whom it talks to.
    package struct Settings: Sendable {
        package var port: Int
        package var smtpPort: Int
        /// Where Stripe's events go.
        package var webhookURL: String
        /// `whsec_…`, signs those events.
        package var webhookSecret: String
        /// The platform's own bot.
        package var manager: TelegramManager

        package init(port: Int, smtpPort: Int, webhookURL: String, webhookSecret: String, manager: TelegramManager) {
            self.port = port
            self.smtpPort = smtpPort
            self.webhookURL = webhookURL
            self.webhookSecret = webhookSecret
            self.manager = manager
        }
    }

    private let settings: Settings
    private let database: any Database
    private let httpClient: HTTPClient
    private let logger: Logger

    package init(settings: Settings, database: any Database, httpClient: HTTPClient, logger: Logger) {
        self.settings = settings
        self.database = database
        self.httpClient = httpClient
        self.logger = logger
    }

    /// Services are logged when they start and end; the settings hold secrets.
    package var description: String { "SandboxServer" }

    /// - Throws: `SQLError`; an `IOError` if a port is taken.
    package func run() async throws {
        try await Migrator(
            [
                StripeSandbox.migration, TelegramSandbox.migration, KimiSandbox.migration, MailSandbox.migration,
                VoiceStore.migration,
            ], logger: logger
        ).migrate(database)
        let publicURL = "http://127.0.0.1:\(settings.port)"
        let stripe = try StripeSandbox(
            database: database, webhookURL: settings.webhookURL, webhookSecret: settings.webhookSecret, publicURL: publicURL,
            httpClient: httpClient, logger: logger)
        let telegram = try await TelegramSandbox(
            database: database, publicURL: publicURL, manager: settings.manager, logger: logger)
        let kimi = KimiSandbox(database: database, logger: logger)
        let mail = try MailSandbox(database: database, port: settings.smtpPort, logger: logger)

        let router = Router(context: BasicRequestContext.self)
        try IndexPage().addRoutes(to: router)
        stripe.addRoutes(to: router)
        telegram.addRoutes(to: router)
        kimi.addRoutes(to: router)
        mail.addRoutes(to: router)
        TranscriptionSandbox().addRoutes(to: router)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: settings.port), serverName: "openclaw-cloud sandbox"),
            logger: logger)
        // One after the other: a port that is taken is then told by its own error.
        try await ServiceGroup(configuration: .init(services: [application, stripe, mail], logger: logger)).run()
    }
}
