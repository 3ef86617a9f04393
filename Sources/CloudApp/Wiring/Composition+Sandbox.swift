import Core
import SQLite
import Sandbox
import ServiceLifecycle
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
    var sandboxBar: SandboxBar? {
        let parts = configuration.sandboxedParts(of: roles)
        guard !parts.isEmpty else { return nil }
        return SandboxBar(
            parts: parts.map(\.rawValue), phone: parts.contains(.telegram) ? configuration.sandboxURL + "/phone" : nil,
            outbox: parts.contains(.mail) ? configuration.sandboxURL + "/outbox" : nil)
    }

    /// Where forms may lead to besides our own site: to the pages on which people pay.
    var paymentOrigins: [String] {
        configuration.stripe.secretKey == nil
            ? [configuration.sandboxURL] : ["https://checkout.stripe.com", "https://billing.stripe.com"]
    }
}
