import AsyncHTTPClient
import Core
import Crypto
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import Jobs
import Logging
import NIOCore
import SQL
import Store
import Telegram
import TestSupport
import Testing

@testable import AgentTools

/// The agents' tools and the sender of reminders on a database of their own, and a Bot API that answers as it is told.
struct ToolLab: Sendable {
    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    let platform: TestPlatform
    let telegram: ScriptedTelegram
    let sender: ReminderSender
    let client: any TestClientProtocol
    let metrics: MetricsRegistry
    let vault: Vault

    static func run(search: WebSearch? = nil, _ body: @escaping @Sendable (ToolLab) async throws -> Void) async throws {
        try await TestPlatform.run { platform in
            let telegram = ScriptedTelegram()
            let metrics = MetricsRegistry()
            let botAPI = Router(context: BasicRequestContext.self)
            telegram.addRoutes(to: botAPI)
            try await Application(router: botAPI, logger: logger).test(.live) { bot in
                let root = "http://127.0.0.1:\(bot.port ?? 0)"
                let tools = AgentTools(
                    queue: platform.queue, plans: .builtIn, search: search, metrics: metrics, logger: logger
                ).router()
                tools.refuseOtherMethods()
                try await Application(router: tools, logger: logger).test(.router) { client in
                    let vault = Vault(key: SymmetricKey(size: .bits256))
                    let sender = ReminderSender(
                        queue: platform.queue, vault: vault, metrics: metrics,
                        makeBotClient: {
                            TelegramClient(httpClient: .shared, apiRoot: root, token: $0.reveal())
                        }, logger: logger)
                    try await body(
                        ToolLab(
                            platform: platform, telegram: telegram, sender: sender, client: client, metrics: metrics,
                            vault: vault))
                }
            }
        }
    }

    /// An agent that has a token, a bot and a month.
    struct Agent: Sendable {
        let box: Box
        let token: String
    }

    func agent(
        _ tier: Tier = .starter, zone: String? = "America/Sao_Paulo", language: Language = .english,
        desired: DesiredState = .running, botID: Int64 = 7_000_000_042
    ) async throws -> Agent {
        let customer = Customer.sample()
        let id: Box.ID = testIDs.next()
        var box = Box(
            id: id, customerID: customer.id, tier: tier, agentName: "Ada", purpose: "Recipes", language: language,
            desired: desired, createdAt: testNow, timeZone: zone)
        let token = Secret("\(botID):" + String(repeating: "b", count: 35))
        box.bot = Box.Bot(
            id: botID, username: "ada_bot", sealedToken: try vault.seal(token, context: box.botTokenContext),
            ownerUserID: botID + 1)
        let access = AccessToken.random(prefix: "ocp_")
        let (saved, now) = (box, platform.clock.now)
        try await platform.database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(saved)
            let usage = UsageStore(transaction)
            try usage.insertProxyToken(hash: access.hash, customerID: customer.id, boxID: id, now: now)
            try usage.setQuota(
                customerID: customer.id, periodStart: now, periodEnd: now + .days(30), limit: 1_000_000)
        }
        return Agent(box: box, token: access.secret.reveal())
    }

    // MARK: MCP

    func post(
        _ body: String, token: String?, _ more: HTTPFields = [:]
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.contentType: "application/json", .accept: "application/json, text/event-stream"]
        headers[.authorization] = token.map { "Bearer \($0)" }
        for field in more { headers[field.name] = field.value }
        return try await client.executeRequest(
            uri: "/mcp", method: .post, headers: headers, body: ByteBuffer(string: body))
    }

    /// - Returns: the answer to a request with the id 1.
    func ask(_ method: String, _ parameters: JSONValue = [:], of agent: Agent) async throws -> JSONValue {
        let message: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": parameters]
        let answer = try await post(String(decoding: message.text(), as: UTF8.self), token: agent.token)
        #expect(answer.status == .ok)
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(answer.body.readableBytesView))
        #expect(value["jsonrpc"] == "2.0" && value["id"] == 1)
        return value
    }

    /// - Returns: what the model reads, with `ERROR: ` before it if it is one.
    func call(_ tool: String, _ arguments: JSONValue = [:], by agent: Agent) async throws -> String {
        let answer = try await ask("tools/call", ["name": .string(tool), "arguments": arguments], of: agent)
        let result = try #require(answer["result"])
        guard case .array(let content) = result["content"], let text = content.first?["text"]?.string else {
            throw NoText()
        }
        return (result["isError"] == true ? "ERROR: " : "") + text
    }

    /// Books a call for each cause, with so many units.
    func use(_ agent: Agent, _ calls: [(UsageCause?, Int)], named name: String = "r") async throws {
        let now = platform.clock.now
        let events = calls.enumerated().map { number, call in
            UsageEvent(
                requestID: "\(name)\(number)", customerID: agent.box.customerID, boxID: agent.box.id, periodStart: testNow,
                model: "k2p5", usage: TokenUsage(input: call.1, output: 0), estimated: false, cause: call.0, createdAt: now)
        }
        _ = try await platform.database.write { try UsageStore($0).record(events, holder: "h", isRepeated: false) }
    }

    // MARK: Reminders

    func set(
        _ text: String, _ when: String, _ repetition: Reminder.Repetition = .once, by agent: Agent
    ) async throws {
        let answer = try await call(
            "reminders_set", ["text": .string(text), "when": .string(when), "repeat": .string(repetition.rawValue)],
            by: agent)
        #expect(answer.hasPrefix("Reminder "), "\(answer)")
    }

    func waiting(_ agent: Agent) async throws -> [Reminder] {
        try await platform.database.read {
            try ReminderStore($0).waiting(boxID: agent.box.id, customerID: agent.box.customerID)
        }
    }

    func failed(_ agent: Agent) async throws -> [Reminder.End?] {
        try await platform.database.read {
            try ReminderStore($0).failed(boxID: agent.box.id, customerID: agent.box.customerID).map(\.end)
        }
    }

    /// When reminders are looked for next.
    func nextLook() async throws -> Timestamp? {
        try await platform.database.read { transaction in
            try transaction.first("SELECT run_at FROM jobs WHERE kind = 'reminders.send' AND state = 'queued'", [])
                .map { Timestamp(milliseconds: try $0.integer("run_at")) }
        }
    }

    /// Lets time pass to this moment of UTC, and looks for reminders.
    func goTo(_ time: String) async throws {
        let moment = try #require(LocalTime(time)).moment(in: .gmt)
        platform.clock.advance(by: moment - platform.clock.now)
        // The job that looks is running then.
        try await platform.database.write { transaction in
            try transaction.execute(
                "DELETE FROM jobs WHERE kind = 'reminders.send' AND run_at <= ?1", [.integer(moment.milliseconds)])
        }
        try await sender.sendDue()
    }
}

private struct NoText: Error {}
