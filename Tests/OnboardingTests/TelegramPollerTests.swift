import AsyncHTTPClient
import Core
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Jobs
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import Telegram
import TestSupport
import Testing

@testable import Onboarding

struct TelegramPollerTests {
    private let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    @Test func takesUpdatesUntilShutdownAndGoesOnWhereItStopped() async throws {
        try await OnboardingSite.run { site in
            let code = try await site.conversation().telegramCode
            try await running(site) {
                try await site.phone.send("/start \(code)")
                try await eventually { try await site.conversation().telegramUserID != nil }
            }
            try await site.phone.send("are you there?")
            try await running(site) {
                try await eventually { try await site.messages().contains { $0.text == "are you there?" } }
            }
        }
    }

    @Test func whileTelegramIsDownTheChatGoesOnAndAShutdownIsQuick() async throws {
        try await OnboardingSite.run { site in
            let nobody = TelegramClient(
                httpClient: .shared, apiRoot: "http://127.0.0.1:1", token: OnboardingSite.managerToken)
            let service = OnboardingService(
                queue: site.platform.queue, plans: .builtIn, vault: site.vault, manager: nobody,
                publicURL: "https://site.example", telegramLinkBase: "https://t.me", makeBotClient: { _ in nobody },
                logger: logger)
            let group = ServiceGroup(services: [TelegramPoller(onboarding: service)], logger: logger)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                // The chat itself goes on without Telegram meanwhile.
                try await service.say("plan my week", clientKey: nil, customer: site.customer)
                let conversation = try await site.conversation()
                try await service.answer(
                    AnswerVisitor(conversationID: conversation.id, customerID: site.customer.id), attempt: 1)
                #expect(try await site.messages().count == 3)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    @Test func anUpdateThatCannotBeReadHoldsUpNothing() async throws {
        try await OnboardingSite.run { site in
            let telegram = ScriptedTelegram()
            try await Application(router: telegram.router(), logger: logger).test(.live) { client in
                let manager = TelegramClient(
                    httpClient: .shared, apiRoot: "http://127.0.0.1:\(client.port ?? 0)", token: OnboardingSite.managerToken)
                let log = RecordedLog()
                let service = OnboardingService(
                    queue: site.platform.queue, plans: .builtIn, vault: site.vault, manager: manager,
                    publicURL: "https://site.example", telegramLinkBase: "https://t.me", makeBotClient: { _ in manager },
                    logger: log.logger)
                try await running(service) {
                    try await eventually { telegram.offsets.withLock { $0.contains(9) } }
                }
                #expect(try await site.platform.queuedJobs(ShowOnTelegram.kind).count == 1)
                let lines = log.lines.filter { $0.contains("can't be read") }
                #expect(lines.count == 1)
                #expect(lines.allSatisfy { $0.contains("7") && !$0.contains("secret words") })
            }
        }
    }

    @Test func theGuideIsSeenTypingOnTelegramUntilItHasAnswered() async throws {
        try await OnboardingSite.run { site in
            let actions = Mutex(0)
            let router = Router(context: BasicRequestContext.self)
            router.post("/:bot/sendChatAction") { _, _ in
                actions.withLock { $0 += 1 }
                return #"{"ok": true, "result": true}"#
            }
            try await Application(router: router, logger: logger).test(.live) { client in
                let manager = TelegramClient(
                    httpClient: .shared, apiRoot: "http://127.0.0.1:\(client.port ?? 0)", token: OnboardingSite.managerToken)
                let service = OnboardingService(
                    queue: site.platform.queue, plans: .builtIn, vault: site.vault, manager: manager,
                    publicURL: "https://site.example", telegramLinkBase: "https://t.me", makeBotClient: { _ in manager },
                    logger: logger)
                var conversation = try await site.conversation()
                conversation.telegramUserID = 72
                await service.showTyping(in: conversation)
                #expect(actions.withLock { $0 } == 0, "who speaks on the page sees the words there")
                conversation.onTelegram = ShownOnTelegram(position: 1)
                let shown = conversation
                try await withThrowingTaskGroup { tasks in
                    tasks.addTask { await service.showTyping(in: shown) }
                    try await eventually { actions.withLock { $0 } == 1 }
                    tasks.cancelAll()
                    try await tasks.waitForAll()
                }
            }
        }
    }

    private func running(_ site: OnboardingSite, _ body: () async throws -> Void) async throws {
        try await running(site.service, body)
    }

    private func running(_ service: OnboardingService, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(services: [TelegramPoller(onboarding: service)], logger: logger)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// A Telegram with two updates, the first of which has a shape that nobody expects.
private final class ScriptedTelegram: Sendable {
    /// With which offsets updates were asked for.
    let offsets = Mutex<[Int64]>([])

    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.post("/:bot/getMe") { _, _ in
            #"{"ok": true, "result": {"id": 1, "is_bot": true, "first_name": "Manager", "can_manage_bots": true}}"#
        }
        router.post("/:bot/getUpdates") { request, _ in
            struct Parameters: Decodable { let offset: Int64? }
            let body = try await request.body.collect(upTo: 10_000)
            let offset = try JSONDecoder().decode(Parameters.self, from: Data(body.readableBytesView)).offset ?? 0
            self.offsets.withLock { $0.append(offset) }
            if offset >= 9 {
                // A long poll without news, only shorter.
                try await Task.sleep(for: .milliseconds(50))
                return #"{"ok": true, "result": []}"#
            }
            return """
                {"ok": true, "result": [
                    {"update_id": 7, "message": {"message_id": "odd", "text": "secret words"}},
                    {"update_id": 8, "message": {"message_id": 2, "date": 0, "text": "hello",
                        "from": {"id": 72, "is_bot": false, "first_name": "Ben"}, "chat": {"id": 72, "type": "private"}}}]}
                """
        }
        return router
    }
}
