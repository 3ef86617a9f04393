import Core
import Jobs
import SQL
import Store
import Telegram
import TestSupport
import Testing

@testable import Onboarding

/// The set-up chat inside Telegram.
struct TelegramChatTests {
    @Test func whoSaysHiIsGreetedOnceWithButtons() async throws {
        try await OnboardingSite.run { site in
            try await site.write("hi")
            let said = try await site.phone.said()
            #expect(said.count == 1)
            #expect(said[0].text.contains("I'm the guide of openclaw-cloud"))
            #expect(said[0].buttons?.count == 3)
            let conversation = try #require(try await site.theirs())
            #expect(conversation.telegramName != nil)
            let messages = try await site.messages(of: conversation)
            #expect(messages.map(\.role) == [.visitor, .agent])
            try await site.write("/start")
            #expect(try await site.phone.said().last?.text.contains("What should your agent help you with") == true)
        }
    }

    @Test func whoBeginsWithAWishIsAnsweredAtOnce() async throws {
        try await OnboardingSite.run { site in
            try await site.write("I need an agent that plans my week")
            let said = try await site.phone.said()
            #expect(said.count == 1)
            #expect(said[0].text.contains("call"))
            let state = try InterviewState(json: try #require(try await site.theirs()).state)
            #expect(state.purpose != nil)
        }
    }

    @Test func theConversationEndsWithAnAgentAndEveryButtonRetires() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPaymentOnTelegram()
            let box = try #require(try await site.theirBox())
            let owner = try await site.theirs()?.telegramUserID
            #expect(box.agentName == "Nova" && box.tier == .pro && box.bot?.ownerUserID == owner)
            var said = try await site.phone.said()
            #expect(said.dropLast().allSatisfy { $0.buttons == nil }, "only the last thing that was said can be pressed")
            let pay = try #require(said.last?.buttons?.first?.first)
            #expect(pay.url == "https://pay.example/1" && pay.callbackData == nil)
            #expect(try await site.phone.chat().chat.keyboard == nil)
            #expect(!said.contains { $0.text.contains("not you") || $0.text.contains("Open this link") })

            let count = said.count
            try await site.become(.running, status: .provisioning)
            said = try await site.phone.said()
            #expect(said.count == count + 1 && said.last?.text.contains("Payment received") == true)
            try await site.become(.running, status: .failed)
            try await site.become(.running, status: .running)
            said = try await site.phone.said()
            #expect(said.count == count + 1, "progress edits one message")
            let last = try #require(said.last)
            #expect(last.edited && last.text.contains("Nova is ready"))
            #expect(last.buttons?.first?.first?.url?.hasSuffix("/t.me/\(box.bot?.username ?? "")") == true)
        }
    }

    @Test func whoWritesWhileItIsSetUpGetsTheNewsAsAMessageOfItsOwn() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPaymentOnTelegram()
            try await site.become(.running, status: .provisioning)
            let conversation = try #require(try await site.theirs())
            try await site.platform.queue.write { work in
                try ConversationStore(work.transaction).append(
                    to: conversation, role: .visitor, text: "and?", now: work.now)
            }
            try await site.become(.running, status: .running)
            #expect(try await site.phone.said().last { $0.text.contains("Nova is ready") }?.edited == false)
        }
    }

    @Test func aButtonCountsOnceAndAnOldOneNotAtAll() async throws {
        try await OnboardingSite.run { site in
            try await site.write("/start")
            let greeting = try #require(try await site.phone.said().first)
            let data = try #require(greeting.buttons?[0].first?.callbackData)
            #expect(data.utf8.count <= 64)
            try await site.phone.press(messageID: greeting.id, data)
            try await site.phone.press(messageID: greeting.id, data)
            try await site.poll()
            try await site.work()
            let conversation = try #require(try await site.theirs())
            #expect(try await site.messages(of: conversation).count { $0.role == .visitor } == 1)
            #expect(try await site.phone.said().first?.buttons == nil)

            let person = TelegramUser(id: try #require(conversation.telegramUserID), isBot: false, firstName: "Ada")
            try await site.press(data, by: person)
            try await site.press("nonsense", by: person)
            try await site.press(data, by: TelegramUser(id: 99, isBot: false, firstName: "Eve"))
            let ends = try await site.platform.queuedJobs(EndButtons.kind)
            #expect(ends.count == 3 && ends.allSatisfy { $0.contains("no longer valid") || $0.contains("não vale") })
            #expect(try await site.messages(of: conversation).count { $0.role == .visitor } == 1)
        }
    }

    @Test func whatIsNoTextOrTooLongIsAnsweredKindlyAndGroupsNot() async throws {
        try await OnboardingSite.run { site in
            let ben = TelegramUser(id: 72, isBot: false, firstName: "Ben", languageCode: "en")
            try await site.receive(nil, from: ben)
            try await site.receive(String(repeating: "word ", count: 810), from: ben)
            try await site.receive("hello", from: ben, chat: "supergroup")
            let said = try await site.platform.queuedJobs(SendOnTelegram.kind)
            #expect(said.count == 2)
            #expect(said.count { $0.contains("read words only") } == 1 && said.count { $0.contains("4000 characters") } == 1)
            #expect(try await site.theirs() == nil, "nobody has become a customer")
        }
    }

    @Test func aBotsTokenIsTakenOutOfTheChat() async throws {
        try await OnboardingSite.run { site in
            let token = "123456789:" + String(repeating: "x", count: 35)
            try await site.write(token, "plan my week", "once more: \(token)")
            let messages = try await site.messages(of: try #require(try await site.theirs()))
            #expect(!messages.contains { $0.text.contains(token) })
            #expect(try await site.phone.chat().messages.allSatisfy { $0.deleted || !$0.text.contains(token) })
        }
    }

    @Test func whoHasAnAgentIsLedToItAsBefore() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPaymentOnTelegram()
            try await site.become(.running, status: .running)
            try await site.write("hello again")
            #expect(try await site.phone.said().last?.text.contains("Talk to it there") == true)
            let messages = try await site.messages(of: try #require(try await site.theirs()))
            #expect(!messages.contains { $0.text == "hello again" })
        }
    }

    @Test func everythingCanBeDeletedAndBegunAnew() async throws {
        try await OnboardingSite.run { site in
            try await site.write("plan my week", "Nova", "delete everything")
            let first = try #require(try await site.theirs())
            try await site.phone.press("Yes")
            try await site.poll()
            try await site.work()
            #expect(try await site.phone.said().last?.text.contains("Everything is deleted") == true)
            #expect(try await site.theirs() == nil)
            #expect(try await site.messages(of: first).count == 1)
            try await site.write("hi")
            #expect(try await site.theirs()?.id != first.id)
        }
    }

    @Test func theLanguageIsSwitchedAsOnThePage() async throws {
        try await OnboardingSite.run { site in
            try await site.write("/start", "em português, por favor")
            let conversation = try #require(try await site.theirs())
            let id = conversation.customerID
            #expect(try await site.platform.database.read { try CustomerStore($0).find(id)?.language } == .portuguese)
            #expect(try await site.phone.said().last?.text.contains("agente") == true)
        }
    }

    @Test func fiveHundredMessagesADayAreEnough() async throws {
        try await OnboardingSite.run { site in
            try await site.write("/start")
            let conversation = try #require(try await site.theirs())
            try await site.platform.queue.write { work in
                for _ in 0..<500 {
                    try ConversationStore(work.transaction).append(
                        to: conversation, role: .agent, text: "…", now: work.now)
                }
                try ConversationStore(work.transaction).setShown(ShownOnTelegram(position: 501), of: conversation)
            }
            try await site.write("one", "two")
            #expect(try await site.phone.said().count { $0.text.contains("tomorrow") } == 1)
            site.platform.clock.advance(by: .hours(25))
            try await site.write("plan my week")
            #expect(try InterviewState(json: try #require(try await site.theirs()).state).purpose != nil)
        }
    }

    @Test func whoWritesTooFastIsToldSoOnceAndMayGoOn() async throws {
        try await OnboardingSite.run { site in
            try await site.write("/start")
            for number in 1...24 { try await site.phone.send("\(number)") }
            try await site.poll()
            try await site.work()
            let conversation = try #require(try await site.theirs())
            let messages = try await site.messages(of: conversation)
            #expect(messages.count { $0.role == .visitor } == 20)
            #expect(messages.count { $0.text.contains("a lot at once") } == 1)
            #expect(try await site.phone.said().count { $0.text.contains("a lot at once") } == 1)
            site.platform.clock.advance(by: .seconds(20))
            try await site.write("plan my week")
            #expect(try await site.messages(of: conversation).last { $0.role == .visitor }?.text == "plan my week")
        }
    }
}
