import Core
import Jobs
import SQL
import Store
import Telegram
import TestSupport
import Testing

@testable import Onboarding

/// What a new agent says by itself.
struct HelloTests {
    /// An agent that has just become ready for the first time.
    private func withNewAgent(
        language: Language = .english, _ body: @escaping @Sendable (OnboardingSite, Box, SayHello) async throws -> Void
    ) async throws {
        try await OnboardingSite.run { site in
            try await site.reachPayment()
            let draft = try #require(try await site.box())
            var customer = site.customer
            customer.language = language
            let speaker = customer
            let box = try await site.platform.queue.write { work in
                try CustomerStore(work.transaction).update(speaker)
                var wanted = draft
                wanted.desired = .running
                let box = try BoxStore(work.transaction).want(wanted)
                try BoxStore(work.transaction).observe(
                    box, generation: box.generation, status: .running, message: nil, readyAt: work.now)
                try work.enqueue(SayHello(box, since: work.now))
                return box
            }
            try await body(site, box, SayHello(box, since: site.platform.queue.clock.now))
        }
    }

    private func hellos(_ site: OnboardingSite, _ box: Box) async throws -> [String] {
        let bot = try #require(box.bot).username
        return try await site.phone.chat(with: bot).messages.filter { $0.from == "bot" }.map(\.text).filter(Hello.isOne)
    }

    private func pressStart(_ site: OnboardingSite, _ box: Box) async throws {
        try await site.phone.send("/start", to: try #require(box.bot).username)
    }

    @Test func saysItsNameWhatItIsForAndThreeThingsToTry() async throws {
        try await withNewAgent { site, box, _ in
            try await pressStart(site, box)
            try await site.work()
            #expect(
                try await hellos(site, box) == [
                    """
                    Hello! I'm Nova, your own AI agent. I'm here for: “plan your week”.

                    Three things to try:
                    1. Write: “Remind me tomorrow at 9 to call Ana.”
                    2. Send me the address of a web page and ask what it says.
                    3. Write: “Start a shopping list: coffee, milk, bread.”
                    """
                ])
        }
    }

    @Test func saysItInTheCustomersLanguage() async throws {
        try await withNewAgent(language: .portuguese) { site, box, _ in
            try await pressStart(site, box)
            try await site.work()
            let hello = try #require(try await hellos(site, box).first)
            #expect(hello.hasPrefix("Olá! Sou Nova, seu próprio agente de IA."))
            #expect(hello.contains("Três coisas para experimentar:\n1. Escreva: “Me lembre amanhã"))
        }
    }

    @Test func waitsUntilTheOwnerHasPressedStart() async throws {
        try await withNewAgent { site, box, _ in
            try await site.work()
            #expect(try await hellos(site, box).isEmpty)
            site.platform.clock.advance(by: .seconds(1))
            try await pressStart(site, box)
            try await site.work()
            #expect(try await hellos(site, box).count == 1)
            #expect(try await site.platform.queuedJobs(SayHello.kind).isEmpty)
        }
    }

    @Test func asksLessAndLessOftenForADay() async throws {
        try await withNewAgent { site, box, job in
            let since = job.since
            #expect(job.pause(at: since) == .seconds(1))
            #expect(job.pause(at: since + .hours(2)) == .seconds(300))
            #expect(job.pause(at: since + .hours(24)) == nil)
            site.platform.clock.advance(by: .hours(24))
            try await site.work()
            #expect(try await site.platform.queuedJobs(SayHello.kind).isEmpty)
            #expect(try await hellos(site, box).isEmpty)
        }
    }

    @Test func aJobThatRunsAgainSaysNothing() async throws {
        try await withNewAgent { site, box, job in
            try await pressStart(site, box)
            // The worker died after Telegram had taken the message.
            for _ in 1...3 { try await site.service.sayHello(job) }
            try await withThrowingTaskGroup { group in
                for _ in 1...4 { group.addTask { try await site.service.sayHello(job) } }
                try await group.waitForAll()
            }
            #expect(try await hellos(site, box).count == 1)
        }
    }

    @Test func workersAtTheSameTimeSayItOnce() async throws {
        try await withNewAgent { site, box, job in
            try await pressStart(site, box)
            try await withThrowingTaskGroup { group in
                for _ in 1...8 { group.addTask { try await site.service.sayHello(job) } }
                try await group.waitForAll()
            }
            #expect(try await hellos(site, box).count == 1)
        }
    }

    @Test func whatTelegramRefusesIsSaidLater() async throws {
        try await withNewAgent { site, box, job in
            try await pressStart(site, box)
            let (_, bot) = try #require(try await site.service.connectedBot(site.customer.id))
            let owner = try #require(box.bot?.ownerUserID)
            // As much as one bot may send within a second.
            await #expect(throws: TelegramError.tooManyRequests(retryAfter: 1)) {
                try await withThrowingTaskGroup { group in
                    for number in 1...60 {
                        group.addTask { try await bot.sendMessage(chatID: owner, text: "news \(number)") }
                    }
                    try await group.waitForAll()
                }
            }
            try await eventually("hello is said") {
                site.platform.clock.advance(by: .seconds(1))
                try await site.work()
                return try await hellos(site, box).count == 1
            }
        }
    }

    @Test func anAgentThatIsStoppedSaysNothing() async throws {
        try await withNewAgent { site, box, job in
            try await pressStart(site, box)
            try await site.platform.want(box) { $0.desired = .suspended }
            try await site.work()
            #expect(try await hellos(site, box).isEmpty)
        }
    }

    @Test func somethingIsSuggestedWhateverIsSwitchedOff() {
        var profile = AgentProfile()
        profile.switchedOff = Set(AgentProfile.Ability.allCases)
        let things = ThingToTry.offered(
            on: PlanTable.builtIn[.starter], profile, hearsVoiceNotes: true, searchesTheWeb: true)
        #expect(things == [.picture, .writing, .phrase])
    }
}
