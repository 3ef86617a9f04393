import Core
import FoundationEssentials
import Jobs
import Logging
import SMTP
import SQL
import SQLite
import Sandbox
import ServiceLifecycle
import Store
import TestSupport
import Testing

@testable import Notifications

struct NotificationTests {
    @Test func aSignInLinkWorksOnceWithinFifteenMinutes() async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample(email: "ana@example.com")
            try await room.insert(customer, box: .sample(of: customer))
            try await room.perform(SendMagicLink(email: "ana@example.com", language: .english))
            let mail = try #require(try await room.mails().first)
            #expect(mail.contains("Subject: Your sign-in link"))
            #expect(mail.contains("Sign in to Ada"))
            let token = try #require(Self.token(in: mail))
            let now = room.platform.clock.now
            let hash = AccessToken(token).hash
            let (late, owner, again) = try await room.platform.database.write { transaction in
                let store = CustomerStore(transaction)
                return (
                    try store.magicLinkIsOpen(tokenHash: hash, now: now + .seconds(901)),
                    try store.consumeMagicLink(tokenHash: hash, now: now + .seconds(899))?.customerID,
                    try store.consumeMagicLink(tokenHash: hash, now: now + .seconds(899))?.customerID
                )
            }
            #expect(!late)
            #expect(owner == customer.id)
            #expect(again == nil)
        }
    }

    @Test(arguments: [(Language.english, "Ada was stopped"), (.portuguese, "Ada parou")])
    func theOwnerIsToldThatTheAgentWasStopped(_ language: Language, _ subject: String) async throws {
        try await MailRoom.run { room in
            let customer = Customer(
                id: testIDs.next(), email: "ana@example.com", language: language, createdAt: testNow)
            let box = Box.sample(of: customer, botID: 1, desired: .running)
            try await room.insert(customer, box: box)
            try await room.perform(TellOfHold(boxID: box.id, customerID: customer.id))
            #expect(try await room.mails().isEmpty, "it isn't held (any more)")
            _ = try await room.platform.database.write {
                try AgentGuardStore($0).hold(box.id, customerID: customer.id, .manyCalls, now: testNow)
            }
            try await room.perform(TellOfHold(boxID: box.id, customerID: customer.id))
            let mail = try #require(try await room.mails().first)
            #expect(mail.contains(subject))
            #expect(mail.contains("/dashboard"))
        }
    }

    @Test func oneMailHasALinkForEachAgent() async throws {
        try await MailRoom.run { room in
            let customers = (0..<3).map { _ in Customer.sample(email: "ana@example.com") }
            for customer in customers { try await room.insert(customer, box: .sample(of: customer)) }
            try await room.perform(SendMagicLink(email: "ana@example.com", language: .portuguese))
            let mails = try await room.mails()
            #expect(mails.count == 1)
            let links = mails.first?.components("/login/") ?? 0
            #expect(links == 6, "three links, each in the plain and in the HTML part")
        }
    }

    @Test func theOwnersLinkComesFirstHoweverManyOthersPaidWithTheAddress() async throws {
        try await MailRoom.run { room in
            let customers = (0..<40).map { _ in Customer.sample(email: "ana@example.com") }
            for (index, customer) in customers.enumerated() {
                var box = Box.sample(of: customer)
                box.agentName = "Agent\(index)."
                try await room.insert(customer, box: box)
            }
            let proved = customers.sorted { $0.id.rawValue < $1.id.rawValue }[20]
            _ = try await room.platform.database.write { try CustomerStore($0).proveEmail(proved.id, now: testNow) }
            try await room.perform(SendMagicLink(email: "ana@example.com", language: .english))
            let mail = try #require(try await room.mails().first)
            #expect(mail.components("/login/") == 2 * 21, "the owner's, ten of the oldest and ten of the youngest")
            let name = try #require(customers.firstIndex(of: proved)).description
            #expect(mail.firstMatch(of: /Sign in to Agent(\d+)\./)?.1 == Substring(name))
        }
    }

    @Test func anUnknownAddressGetsNothing() async throws {
        try await MailRoom.run { room in
            try await room.perform(SendMagicLink(email: "nobody@example.com", language: .english))
            #expect(try await room.mails().isEmpty)
        }
    }

    @Test func theWelcomeLeadsToTheBotAndIsTheSameMailWhenRepeated() async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample(email: "ana@example.com")
            var box = Box.sample(of: customer, botID: 5, desired: .running)
            box.readyAt = testNow
            try await room.insert(customer, box: box)
            let id: Job.ID = testIDs.next()
            for attempt in 1...2 { try await room.perform(SendWelcome(box), id: id, attempt: attempt) }
            let mails = try await room.mails()
            #expect(mails.count == 2)
            #expect(mails.allSatisfy { $0.contains("Message-ID: <\(id.rawValue)@cloud.example>") })
            #expect(
                mails.allSatisfy { $0.contains("https://t.me/ada_bot") && $0.contains("https://site.example/dashboard") })
        }
    }

    @Test(arguments: [DesiredState.running, .suspended, .deleted])
    func anAgentThatWasNeverReadyOrIsNotMeantToRunIsNotAnnounced(desired: DesiredState) async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample(email: "ana@example.com")
            var box = Box.sample(of: customer, botID: 5, desired: desired)
            if desired != .running { box.readyAt = testNow }
            try await room.insert(customer, box: box)
            try await room.perform(SendWelcome(box))
            #expect(try await room.mails().isEmpty)
        }
    }

    @Test func anOwnerWithoutAnAddressGetsNoWelcome() async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample()
            var box = Box.sample(of: customer, botID: 5, desired: .running)
            box.readyAt = testNow
            try await room.insert(customer, box: box)
            try await room.perform(SendWelcome(box))
            #expect(try await room.mails().isEmpty)
        }
    }

    @Test func aRefusalForGoodEndsTheJobAndOneForNowDoesNot() async throws {
        try await MailRoom.run { room in
            for address in ["bounce@example.com", "busy@example.com"] {
                let customer = Customer.sample(email: address)
                try await room.insert(customer, box: .sample(of: customer))
            }
            await #expect(throws: JobOutcome.cancel(reason: "the mail server refused: 550 5.1.1 nobody has this address")) {
                try await room.perform(SendMagicLink(email: "bounce@example.com", language: .english))
            }
            await #expect(throws: SMTPError.refused(code: 451, text: "4.2.0 this mailbox is busy, try again later")) {
                try await room.perform(SendMagicLink(email: "busy@example.com", language: .english))
            }
        }
    }

    @Test func anAlertReachesTheHostAndIsTheSameMailWhenRepeated() async throws {
        try await MailRoom.run(alertsTo: "host@cloud.example") { room in
            let alert = AlertHost(subject: "box_1 has failed 3 times", text: "It <crashes>.\n\nBox: box_1\nCustomer: cst_1")
            let id: Job.ID = testIDs.next()
            for attempt in 1...2 { try await room.perform(alert, id: id, attempt: attempt) }
            let mails = try await room.mails()
            #expect(mails.count == 2)
            for mail in mails {
                #expect(mail.contains("To: host@cloud.example") && mail.contains("Subject: box_1 has failed 3 times"))
                #expect(mail.contains("Message-ID: <\(id.rawValue)@cloud.example>"))
                #expect(mail.contains("It <crashes>.\r\n\r\nBox: box_1\r\nCustomer: cst_1"))
                let whole = mail.replacing("=\r\n", with: "")
                #expect(whole.contains(">It &lt;crashes&gt;.</p>") && whole.contains(">Box: box_1<br>Customer: cst_1</p>"))
            }
            let alerts = try await room.platform.database.read { try AlertStore($0).all().entries }
            #expect(alerts.map(\.id) == [id.rawValue] && alerts.first?.mailedAt == testNow)
        }
    }

    @Test func withoutAnAddressForThemAlertsAreNotMailed() async throws {
        try await MailRoom.run { room in
            try await room.perform(AlertHost(subject: "x", text: "y"))
            #expect(try await room.mails().isEmpty)
            let alerts = try await room.platform.database.read { try AlertStore($0).all().entries }
            #expect(alerts.map(\.subject) == ["x"] && alerts.first?.mailedAt == nil, "the desk shows it")
        }
    }

    @Test func aNameCannotBreakOutOfTheMail() {
        let mail = MailContent.welcome(
            agentName: "<b>Ada</b>\r\nBcc: x@y.z", botUsername: "ada_bot", botURL: "https://t.me/ada_bot",
            dashboardURL: "https://site.example/dashboard", language: .english)
        #expect(!mail.html.contains("<b>"))
        #expect(!mail.subject.contains("\n") && !mail.subject.contains("\r"))
    }

    private static func token(in mail: String) -> String? {
        let unfolded = mail.replacing("=\r\n", with: "")
        return unfolded.firstMatch(of: /\/login\/([0-9a-f]{64})/).map { String($0.output.1) }
    }
}

/// The notifications with the sandbox's mail server behind them.
struct MailRoom: Sendable {
    let platform: TestPlatform
    private let service: NotificationService
    private let outbox: any Database

    static func run(alertsTo: String? = nil, _ body: @escaping @Sendable (MailRoom) async throws -> Void) async throws {
        try await TestPlatform.run { platform in
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-mails-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: folder) }
            let outbox = try SQLiteDatabase(path: folder.appending(path: "mail.sqlite").path, logger: logger)
            try await Migrator([MailSandbox.migration], logger: logger).migrate(outbox)
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let sandbox = try MailSandbox(database: outbox, port: 0, logger: logger) { port.yield($0) }
            let group = ServiceGroup(services: [sandbox], logger: logger)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                let number = try #require(await ports.first { _ in true })
                let service = try NotificationService(
                    queue: platform.queue, smtp: try SMTPClient(url: "smtp://127.0.0.1:\(number)"),
                    publicURL: "https://site.example", from: "Openclaw <hello@cloud.example>", alertsTo: alertsTo,
                    vault: testVault, logger: logger)
                try await body(MailRoom(platform: platform, service: service, outbox: outbox))
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            await outbox.close()
        }
    }

    func insert(_ customer: Customer, box: Box) async throws {
        try await platform.queue.write { work in
            try CustomerStore(work.transaction).insert(customer)
            try BoxStore(work.transaction).insert(box)
        }
    }

    func perform(_ job: some JobArguments, id: Job.ID = testIDs.next(), attempt: Int = 1) async throws {
        var handlers = JobHandlers()
        service.register(in: &handlers)
        let handler = try #require(handlers.handlers[type(of: job).kind])
        try await handler(try JSONEncoder().encode(job), JobContext(id: id, attempt: attempt))
    }

    /// The mails as they came over the line.
    func mails() async throws -> [String] {
        try await outbox.read { transaction in
            try transaction.query("SELECT source FROM outbox_messages ORDER BY id", []).map { try $0.text("source") }
        }
    }
}

extension String {
    /// How often `text` occurs.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
