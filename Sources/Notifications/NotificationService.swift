package import Core
package import Jobs
package import Logging
package import SMTP
import SQL
package import Store

/// The mails that the product sends, each one a job.
package struct NotificationService: Sendable {
    /// How long a mailed link signs in.
    static let linkLifetime = Duration.seconds(15 * 60)
    /// Of accounts that were paid for with an address and never signed in by mail, which may be anybody's: so many of the
    /// oldest and so many of the youngest have links in one mail. The others are the owner's, and all have theirs.
    static let mostUnproved = 10

    let queue: WorkQueue
    private let smtp: SMTPClient
    let publicURL: String
    let plans: PlanTable
    /// Writes into the agents' own chats; `nil`: notices only go by mail.
    let messenger: BotMessenger?
    /// Signs the links that switch mails off.
    let vault: Vault
    private let telegramLinkBase: String
    private let from: Mailbox
    /// The host's address; `nil`: alerts only go to the log.
    private let alertsTo: String?
    let logger: Logger

    /// - Parameters:
    ///   - publicURL: the site's address; a slash at its end is ignored.
    ///   - from: `address` or `name <address>`.
    ///   - telegramLinkBase: what a bot's name is appended to, for a link that opens the chat with it.
    ///   - plans: what notices say of the plans.
    ///   - vault: signs the links that switch mails off.
    ///   - messenger: writes into the agents' own chats; without one, notices only go by mail.
    ///   - alertsTo: the address that the host reads; without one, what they must know is only logged.
    /// - Throws: `SMTPError.invalidMessage` if `from` is no address.
    package init(
        queue: WorkQueue, smtp: SMTPClient, publicURL: String, from: String, telegramLinkBase: String = "https://t.me",
        alertsTo: String? = nil, plans: PlanTable = .builtIn, vault: Vault, messenger: BotMessenger? = nil, logger: Logger
    ) throws(SMTPError) {
        self.queue = queue
        self.smtp = smtp
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.telegramLinkBase = telegramLinkBase
        self.from = try Mailbox(parsing: from)
        self.alertsTo = alertsTo
        self.plans = plans
        self.messenger = messenger
        self.vault = vault
        self.logger = logger
    }

    package func register(in handlers: inout JobHandlers) {
        handlers.register(SendMagicLink.self, sendMagicLink)
        handlers.register(SendWelcome.self, sendWelcome)
        handlers.register(AlertHost.self, alertHost)
        handlers.register(SendEmailChange.self, sendEmailChange)
        handlers.register(TellOfHold.self, tellOfHold)
        handlers.register(TellOfWebhookOff.self, tellOfWebhookOff)
        handlers.register(TellCustomer.self, tellCustomer)
    }

    /// Mails one link for each account with the address; to an unknown address, nothing.
    ///
    /// Only a link's hash is stored, so a second attempt mints new ones: those of the first simply expire.
    private func sendMagicLink(_ job: SendMagicLink, _ context: JobContext) async throws {
        let links = try await queue.write { [publicURL] work in
            let customers = CustomerStore(work.transaction)
            return try Self.offered(customers.all(email: job.email)).map { customer in
                let token = AccessToken.random()
                try customers.insertMagicLink(
                    tokenHash: token.hash, customerID: customer.id, now: work.now, expiresAt: work.now + Self.linkLifetime)
                let box = try BoxStore(work.transaction).current(customerID: customer.id)
                return SignInLink(
                    agentName: box?.agentName, botUsername: box?.bot?.username, since: customer.createdAt,
                    isProved: customer.emailProvedAt != nil, url: Secret("\(publicURL)/login/\(token.secret.reveal())"))
            }
        }
        guard !links.isEmpty else { return }
        try await send(
            .magicLink(links, minutes: Int(Self.linkLifetime.components.seconds / 60), language: job.language),
            to: job.email, identity: "\(context.id.rawValue).\(context.attempt)")
    }

    /// - Parameter customers: the oldest first.
    /// - Returns: the owner's own first.
    private static func offered(_ customers: [Customer]) -> [Customer] {
        let unproved = customers.filter { $0.emailProvedAt == nil }
        let shown =
            unproved.count > 2 * mostUnproved
            ? Array(unproved.prefix(mostUnproved) + unproved.suffix(mostUnproved)) : unproved
        return customers.filter { $0.emailProvedAt != nil } + shown
    }

    /// Tells the owner that the agent is ready. An owner without an address, or an agent that isn't meant to run (any more),
    /// or was never ready, needs no mail.
    private func sendWelcome(_ job: SendWelcome, _ context: JobContext) async throws {
        let recipient = try await queue.database.read { transaction -> (address: String, content: MailContent)? in
            guard let customerID = job.customerID, let customer = try CustomerStore(transaction).find(customerID),
                let address = customer.email, let box = try BoxStore(transaction).find(job.boxID, customerID: customerID),
                let bot = box.bot, box.desired == .running, box.readyAt != nil
            else { return nil }
            return (
                address,
                .welcome(
                    agentName: box.agentName, botUsername: bot.username, botURL: "\(telegramLinkBase)/\(bot.username)",
                    dashboardURL: "\(publicURL)/dashboard", language: customer.language)
            )
        }
        guard let recipient else { return }
        try await send(recipient.content, to: recipient.address, identity: context.id.rawValue)
    }

    /// Tells the owner that the agent was stopped; unless they have let it go on meanwhile.
    private func tellOfHold(_ job: TellOfHold, _ context: JobContext) async throws {
        let recipient = try await queue.database.read { transaction -> (address: String, content: MailContent)? in
            guard let customerID = job.customerID, let customer = try CustomerStore(transaction).find(customerID),
                let address = customer.email, let box = try BoxStore(transaction).find(job.boxID, customerID: customerID),
                box.desired == .running,
                let hold = try AgentGuardStore(transaction).hold(of: job.boxID, customerID: customerID)
            else { return nil }
            return (
                address,
                .held(
                    hold.reason, agentName: box.agentName, dashboardURL: "\(publicURL)/dashboard",
                    language: customer.language)
            )
        }
        guard let recipient else { return }
        try await send(recipient.content, to: recipient.address, identity: context.id.rawValue)
    }

    /// Tells the host: on the desk, and by mail; by the log instead if nobody is named to be mailed.
    private func alertHost(_ job: AlertHost, _ context: JobContext) async throws {
        try await queue.write { work in
            try AlertStore(work.transaction).insert(
                id: context.id.rawValue, subject: job.subject, text: job.text, now: work.now)
        }
        guard let alertsTo else {
            logger.error(
                "an alert has nobody to go to; ALERT_MAIL_TO names no one",
                metadata: ["subject": "\(job.subject)", "text": "\(job.text)"])
            return
        }
        try await send(.alert(job), to: alertsTo, identity: context.id.rawValue)
        try await queue.write { try AlertStore($0.transaction).markMailed(context.id.rawValue, now: $0.now) }
    }

    /// - Parameter identity: the same for a repetition of the same mail.
    func send(_ content: MailContent, to address: String, identity: String) async throws {
        let messageID = "\(identity)@\(from.domain)"
        do {
            try await deliver(content, to: address, messageID: messageID)
        } catch {
            if error.isPermanent { throw JobOutcome.cancel(reason: error.description) }
            throw error
        }
        logger.info("mail sent", metadata: ["message_id": "\(messageID)"])
    }

    private func deliver(_ content: MailContent, to address: String, messageID: String) async throws(SMTPError) {
        try await smtp.send(
            MailMessage(
                from: from, to: try Mailbox(address: address), subject: content.subject, text: content.text,
                html: content.html, messageID: messageID, date: queue.clock.now.date,
                unsubscribeURL: content.unsubscribeURL))
    }
}
