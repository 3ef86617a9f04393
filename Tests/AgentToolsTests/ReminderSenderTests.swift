import Core
import FoundationEssentials
import HTTPSupport
import Jobs
import SQL
import Store
import Synchronization
import Telegram
import TestSupport
import Testing

@testable import AgentTools

/// It is 2026-01-01T00:00Z when each of these begins.
struct ReminderSenderTests {
    @Test func arrivesAtItsMinuteInTheOwnersChatAndNotBefore() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            try await lab.set("Pay the rent", "2026-01-02T09:00", by: agent)
            #expect(try await lab.nextLook()?.description == "2026-01-02T12:00:00Z")
            try await lab.goTo("2026-01-02T11:59")
            #expect(lab.telegram.messages.isEmpty)
            try await lab.goTo("2026-01-02T12:00")
            #expect(
                lab.telegram.messages == [.init(botID: 7_000_000_042, chatID: 7_000_000_043, text: "⏰ Pay the rent")])
            #expect(try await lab.waiting(agent).isEmpty)
            try await lab.goTo("2026-01-02T12:10")
            #expect(lab.telegram.messages.count == 1)
            #expect(lab.platform.notifier.topics.contains(.customer(agent.box.customerID)))
            #expect(lab.metrics.text().contains(#"reminders_total{outcome="arrived"} 1"#))
        }
    }

    @Test func repeatsAndHasItselfLookedForAgain() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent()
            try await lab.set("Water the plants", "2026-01-02T09:00", .weekdays, by: agent)
            for day in ["02", "05", "06"] {
                #expect(try await lab.waiting(agent).first?.localTime.description == "2026-01-\(day)T09:00")
                try await lab.goTo("2026-01-\(day)T12:00")
            }
            #expect(lab.telegram.texts == Array(repeating: "⏰ Water the plants", count: 3))
            #expect(try await lab.waiting(agent).first?.localTime.description == "2026-01-07T09:00")
        }
    }

    @Test func afterADownTimeWhatWasMissedComesOnceAndSaysSo() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(language: .portuguese)
            try await lab.set("Tomar água", "2026-01-02T09:00", .daily, by: agent)
            try await lab.goTo("2026-01-05T13:00")
            #expect(lab.telegram.texts == ["⏰ Tomar água\n\n(Era para 2026-01-02 09:00. Desculpe o atraso.)"])
            #expect(try await lab.waiting(agent).first?.localTime.description == "2026-01-06T09:00")
        }
    }

    @Test func aLostAnswerHasItSentAgainWithAWordAboutIt() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(zone: "UTC")
            try await lab.set("Call Bob", "2026-01-02T09:00", by: agent)
            lab.telegram.answer(.lost)
            try await lab.goTo("2026-01-02T09:00")
            #expect(try await lab.nextLook()?.description == "2026-01-02T09:00:05Z" && lab.telegram.texts == ["⏰ Call Bob"])
            try await lab.goTo("2026-01-02T09:01")
            #expect(
                lab.telegram.texts.last
                    == "⏰ Call Bob\n\n(You may have got this before: we were interrupted while sending it.)")
            #expect(try await lab.waiting(agent).isEmpty)
        }
    }

    /// What a process that died between taking a reminder and writing that it had arrived leaves behind.
    @Test func whatADeadProcessHadTakenIsSentByTheNext() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(zone: "UTC")
            try await lab.set("Call Bob", "2026-01-02T09:00", by: agent)
            let moment = try #require(LocalTime("2026-01-02T09:00")).moment(in: .gmt)
            let taken = try await lab.platform.database.write { try ReminderStore($0).claim(limit: 9, now: moment).count }
            #expect(taken == 1)
            try await lab.goTo("2026-01-02T09:00")
            #expect(lab.telegram.texts.isEmpty, "it may be on its way")
            #expect(try await lab.nextLook() == moment + ReminderStore.patience)
            try await lab.goTo("2026-01-02T09:01")
            #expect(lab.telegram.texts.map { $0.contains("may have got this before") } == [true])
        }
    }

    @Test(arguments: [(403, "Forbidden: bot was blocked by the user"), (400, "Bad Request: chat not found")])
    func aChatThatIsClosedEndsIt(_ code: Int, _ text: String) async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(zone: "UTC")
            try await lab.set("Call Bob", "2026-01-02T09:00", .daily, by: agent)
            lab.telegram.answer(.refused(code, text))
            try await lab.goTo("2026-01-02T09:00")
            #expect(try await lab.waiting(agent).isEmpty)
            #expect(try await lab.failed(agent) == [.refused])
        }
    }

    @Test func whatTelegramAsksToWaitIsWaited() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(zone: "UTC")
            for text in ["One", "Two"] { try await lab.set(text, "2026-01-02T09:00", by: agent) }
            try await lab.set("Three", "2026-01-02T09:01", by: agent)
            lab.telegram.answer(.refused(429, "Too Many Requests", retryAfter: 100))
            try await lab.goTo("2026-01-02T09:00")
            try await lab.goTo("2026-01-02T09:01")
            #expect(lab.telegram.texts == ["⏰ One"], "nothing else is tried meanwhile")
            #expect(try await lab.nextLook()?.description == "2026-01-02T09:01:40Z")
            try await lab.goTo("2026-01-02T09:02")
            #expect(lab.telegram.texts == ["⏰ One", "⏰ One", "⏰ Two", "⏰ Three"])
        }
    }

    @Test func aFaultOfTelegramsIsOutlastedForADay() async throws {
        let occursAt = testNow
        func outcome(_ error: any Error, late: Duration) -> ReminderOutcome {
            ReminderOutcome(error, occursAt: occursAt, now: occursAt + late)
        }
        let fault = TelegramError.refused(code: 502, description: "Bad Gateway")
        #expect(outcome(fault, late: .seconds(1)) == .later(occursAt + .seconds(6)))
        #expect(outcome(fault, late: .seconds(60)) == .later(occursAt + .seconds(90)))
        #expect(outcome(fault, late: .hours(5)) == .later(occursAt + .hours(5) + .seconds(300)))
        #expect(outcome(fault, late: .days(1)) == .skipped(.undelivered))
        #expect(outcome(TelegramError.unauthorized, late: .seconds(1)) == .later(occursAt + .seconds(6)))
        #expect(outcome(TelegramError.notConnected("x"), late: .seconds(1)) == .later(occursAt + .seconds(6)))
        #expect(outcome(TelegramError.unreachable("x"), late: .seconds(1)) == .unknown(tryAgain: occursAt + .seconds(6)))
        #expect(outcome(TelegramError.tooManyRequests(retryAfter: 3600), late: .zero) == .later(occursAt + .hours(1)))
    }

    @Test func aPausedBoxSendsNothingAndGoesOnWithWhatRepeats() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(zone: "UTC")
            try await lab.set("Once", "2026-01-02T09:00", by: agent)
            try await lab.set("Daily", "2026-01-02T09:00", .daily, by: agent)
            try await lab.platform.want(agent.box) { $0.desired = .suspended }
            try await lab.goTo("2026-01-02T09:00")
            #expect(lab.telegram.messages.isEmpty)
            #expect(try await lab.failed(agent) == [.suspended])
            try await lab.platform.want(agent.box) { $0.desired = .running }
            try await lab.goTo("2026-01-03T09:00")
            #expect(lab.telegram.texts == ["⏰ Daily"])
        }
    }

    @Test func oneSilentBotKeepsNoOther() async throws {
        try await ToolLab.run { lab in
            let slow = try await lab.agent(zone: "UTC", botID: 7_000_000_100)
            let agents = try await Self.agents(20, of: lab)
            try await lab.set("Slow", "2026-01-02T09:00", by: slow)
            for agent in agents { try await lab.set("Hi", "2026-01-02T09:00", by: agent) }
            lab.telegram.whenAsked { message in
                guard message.text == "⏰ Slow" else { return }
                try? await eventually("the others arrive") { lab.telegram.messages.count == 21 }
            }
            try await lab.goTo("2026-01-02T09:00")
            #expect(Set(lab.telegram.messages.map(\.chatID)).count == 21)
        }
    }

    /// More than are on their way at once.
    @Test func manyAtOnceArriveOnceEach() async throws {
        try await ToolLab.run { lab in
            let agents = try await Self.agents(30, of: lab)
            let time = try #require(LocalTime("2026-01-02T09:00"))
            try await lab.platform.queue.write { work in
                for agent in agents {
                    for number in 1...20 {
                        _ = try ReminderStore(work.transaction).insert(
                            id: work.ids.next(), customerID: agent.box.customerID, boxID: agent.box.id,
                            text: "\(number)", repetition: .once, localTime: time, limit: 100, now: work.now)
                    }
                }
            }
            try await lab.goTo("2026-01-02T09:00")
            #expect(lab.telegram.messages.count == 600 && Set(lab.telegram.messages).count == 600)
            let left = try await lab.platform.database.read { try ReminderStore($0).nextTry() }
            #expect(left == nil)
        }
    }

    @Test func tenThousandThatWaitDontKeepTheOneThatIsDue() async throws {
        try await ToolLab.run { lab in
            let agents = try await Self.agents(100, of: lab)
            try await lab.platform.queue.write { work in
                for (number, agent) in agents.enumerated() {
                    for minute in 0..<100 {
                        let time = LocalTime(testNow + .days(30) + .seconds(60 * (number + minute)), in: .gmt)
                        _ = try ReminderStore(work.transaction).insert(
                            id: work.ids.next(), customerID: agent.box.customerID, boxID: agent.box.id, text: "Later",
                            repetition: .once, localTime: time, limit: 100, now: work.now)
                    }
                }
            }
            let last = try await lab.agent(zone: "UTC")
            try await lab.set("Now", "2026-01-02T09:00", by: last)
            try await lab.goTo("2026-01-02T09:00")
            #expect(lab.telegram.texts == ["⏰ Now"])
        }
    }

    /// Through the queue, as in the product.
    @Test func itsJobRunsOnItsOwn() async throws {
        try await ToolLab.run { lab in
            let agent = try await lab.agent(zone: "UTC")
            try await lab.set("Call Bob", "2026-01-02T09:00", by: agent)
            var handlers = JobHandlers()
            lab.sender.register(in: &handlers)
            let handler = try #require(handlers.handlers["reminders.send"])
            let job = try #require(try await lab.platform.queuedJobs("reminders.send").first)
            lab.platform.clock.advance(by: .days(1) + .hours(9))
            try await handler(Data(job.utf8), JobContext(id: testIDs.next(), attempt: 1))
            #expect(lab.telegram.texts == ["⏰ Call Bob"])
        }
    }

    private static func agents(_ count: Int, of lab: ToolLab) async throws -> [ToolLab.Agent] {
        var agents: [ToolLab.Agent] = []
        for number in 0..<count {
            agents.append(try await lab.agent(zone: "UTC", botID: 7_000_001_000 + Int64(number) * 10))
        }
        return agents
    }
}
