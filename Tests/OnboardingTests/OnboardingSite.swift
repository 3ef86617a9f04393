import AsyncHTTPClient
import Core
import Crypto
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Jobs
import Logging
import NIOCore
import NIOHTTP1
import SQL
import SQLite
import Sandbox
import Store
import Telegram
import TestSupport

@testable import Onboarding

/// The onboarding on a database of its own, with the sandbox's Telegram on the other end of the line.
struct OnboardingSite: Sendable {
    static let managerToken = "7000000001:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    let platform: TestPlatform
    let service: OnboardingService
    let phone: TestPhone
    let customer: Customer

    /// - Parameter canManageBots: whether the manager may create bots for visitors.
    static func run(canManageBots: Bool = true, _ body: @escaping @Sendable (OnboardingSite) async throws -> Void)
        async throws
    {
        try await TestPlatform.run { platform in
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-telegram-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let telegram = try SQLiteDatabase(path: folder.appending(path: "sandbox.sqlite").path, logger: logger)
            try await Migrator([TelegramSandbox.migration], logger: logger).migrate(telegram)
            let sandbox = try await TelegramSandbox(
                database: telegram, publicURL: "http://127.0.0.1",
                manager: TelegramManager(
                    token: managerToken, username: "manager_bot", name: "Manager", canManageBots: canManageBots),
                logger: logger, now: { platform.clock.now.milliseconds })
            let router = Router(context: BasicRequestContext.self)
            sandbox.addRoutes(to: router)
            try await Application(router: router, logger: logger).test(.live) { client in
                let root = "http://127.0.0.1:\(client.port ?? 0)"
                try await body(try await OnboardingSite(platform, telegramRoot: root, logger: logger))
            }
            await telegram.close()
        }
    }

    private init(_ platform: TestPlatform, telegramRoot: String, logger: Logger) async throws {
        self.platform = platform
        let vault = Vault(key: SymmetricKey(size: .bits256))
        let makeBotClient: @Sendable (Secret) -> TelegramClient = {
            TelegramClient(httpClient: .shared, apiRoot: telegramRoot, token: $0.reveal())
        }
        service = OnboardingService(
            queue: platform.queue, plans: .builtIn, vault: vault, manager: makeBotClient(Secret(Self.managerToken)),
            publicURL: "https://site.example", telegramLinkBase: "\(telegramRoot)/t.me", makeBotClient: makeBotClient,
            logger: logger)
        phone = TestPhone(root: telegramRoot)
        customer = Customer.sample()
        let customer = customer
        try await platform.queue.write { try CustomerStore($0.transaction).insert(customer) }
    }

    var vault: Vault { service.vault }

    /// Says something and has it answered.
    func say(_ texts: String...) async throws {
        for text in texts {
            try await service.say(text, clientKey: nil, customer: customer)
            try await work()
        }
    }

    /// Does the waiting jobs of the onboarding, and those that come of them, once each.
    func work() async throws {
        var handlers = JobHandlers()
        service.register(in: &handlers)
        service.registerAnswers(in: &handlers)
        while let job = try await claim(handlers) {
            try await handlers.handlers[job.kind]?(Data(job.arguments.utf8), JobContext(id: job.id, attempt: 1))
        }
    }

    private func claim(_ handlers: JobHandlers) async throws -> (id: Job.ID, kind: String, arguments: String)? {
        let kinds = Set(handlers.handlers.keys)
        let now = platform.queue.clock.now
        return try await platform.database.write { transaction in
            let rows = try transaction.query(
                "SELECT * FROM jobs WHERE state = 'queued' AND run_at <= ?1 ORDER BY id", [.integer(now.milliseconds)])
            guard let row = try rows.first(where: { kinds.contains(try $0.text("kind")) }),
                let id = Job.ID(try row.text("id"))
            else { return nil }
            try transaction.execute("UPDATE jobs SET state = 'complete' WHERE id = ?1", [.text(id.rawValue)])
            return (id, try row.text("kind"), try row.text("arguments"))
        }
    }

    /// Handles what has arrived for the manager, as the poller does.
    /// - Parameter afterEach: is called after each update.
    func poll(afterEach: () async throws -> Void = {}) async throws {
        let botID = try await service.managerBot.identity().id
        var offset = try await service.nextUpdateID(botID: botID)
        for update in try await service.manager.getUpdates(offset: offset) {
            offset = try await service.handle(update, botID: botID, offset: offset)
            try await afterEach()
        }
    }

    func messages() async throws -> [ChatMessage] {
        try await service.messages(for: customer, language: .english, after: 0)
    }

    func conversation() async throws -> Conversation {
        try await service.start(for: customer)
    }

    func box() async throws -> Box? {
        let id = customer.id
        return try await platform.database.read { try BoxStore($0).current(customerID: id) }
    }

    /// Answers the questions up to Telegram.
    func reachTelegram() async throws {
        _ = try await service.start(for: customer)
        try await say("plan my week", "Nova", "every day", "pro")
    }
}

/// A person's phone in the sandbox.
actor TestPhone {
    struct PhoneMessage: Decodable, Sendable {
        let id: Int64
        let from: String
        let text: String
        let buttons: [[InlineButton]]?
        let edited: Bool
        let deleted: Bool
    }

    struct Chat: Decodable, Sendable {
        struct State: Decodable, Sendable {
            let keyboard: ReplyKeyboard?
        }

        let chat: State
        let messages: [PhoneMessage]
    }

    struct NewBot: Decodable, Sendable {
        let id: Int64
        let username: String
        let token: String?
    }

    private let root: String
    private var cookie: String?

    init(root: String) {
        self.root = root
    }

    func send(_ text: String, to bot: String = "manager_bot") async throws {
        _ = try await call("/phone/chats/\(bot)/messages", body: JSONEncoder().encode(["text": text]))
    }

    func chat(with bot: String = "manager_bot") async throws -> Chat {
        try JSONDecoder().decode(Chat.self, from: try await call("/phone/chats/\(bot)/messages?after=0"))
    }

    /// - Returns: what the manager has said, the oldest first.
    func said() async throws -> [PhoneMessage] {
        try await chat().messages.filter { $0.from == "bot" }
    }

    /// Presses a button below the last message that has one with this beginning.
    func press(_ label: String) async throws {
        let found = try await chat().messages.reversed().lazy.compactMap { message in
            (message.buttons ?? []).joined().first { $0.text.hasPrefix(label) }.map { (message.id, $0.callbackData) }
        }.first
        guard let (id, data) = found, let data else { throw NoSuchButton(label: label) }
        try await press(messageID: id, data)
    }

    func press(messageID: Int64, _ data: String) async throws {
        struct Press: Encodable {
            let messageID: Int64
            let data: String

            enum CodingKeys: String, CodingKey {
                case data
                case messageID = "message_id"
            }
        }
        let body = try JSONEncoder().encode(Press(messageID: messageID, data: data))
        _ = try await call("/phone/chats/manager_bot/presses", body: body)
    }

    struct NoSuchButton: Error {
        let label: String
    }

    /// Confirms the button that the manager has sent.
    func createManagedBot() async throws -> NewBot? {
        let buttons = try await chat().chat.keyboard?.keyboard.flatMap { $0 } ?? []
        guard let request = buttons.compactMap(\.requestManagedBot).first else { return nil }
        return try await createBot(
            [
                "manager": "manager_bot", "name": request.suggestedName ?? "", "username": request.suggestedUsername ?? "",
            ], at: "/phone/managed-bots")
    }

    /// Makes a bot with BotFather.
    func createOwnBot(_ username: String) async throws -> NewBot {
        try await createBot(["name": "Mine", "username": username], at: "/phone/bots")
    }

    private func createBot(_ fields: [String: String], at path: String) async throws -> NewBot {
        try JSONDecoder().decode(NewBot.self, from: try await call(path, body: JSONEncoder().encode(fields)))
    }

    private func call(_ path: String, body: Data? = nil) async throws -> Data {
        var request = HTTPClientRequest(url: root + path)
        if let cookie { request.headers.add(name: "Cookie", value: cookie) }
        if let body {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        if let set = response.headers.first(name: "Set-Cookie") { cookie = String(set.prefix { $0 != ";" }) }
        return Data(try await response.body.collect(upTo: 1_000_000).readableBytesView)
    }
}
