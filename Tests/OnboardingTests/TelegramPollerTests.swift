import AsyncHTTPClient
import Core
import Jobs
import Logging
import ServiceLifecycle
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
                try await eventually { try await site.platform.queuedJobs(SendOnTelegram.kind).count == 2 }
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

    private func running(_ site: OnboardingSite, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(services: [TelegramPoller(onboarding: site.service)], logger: logger)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "it did not happen within 10 s")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
