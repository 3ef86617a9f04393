import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Onboarding

struct OnboardingServiceTests {
    @Test func aConversationIsGreetedOnce() async throws {
        try await OnboardingSite.run { site in
            async let first = site.service.start(for: site.customer)
            async let second = site.service.start(for: site.customer)
            let ids = try await [first.id, second.id]
            #expect(ids[0] == ids[1])
            let messages = try await site.messages()
            #expect(messages.map(\.role) == [.agent])
            let code = try await first.telegramCode
            #expect((12...64).contains(code.count))
            #expect(code.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
    }

    @Test func aMessageWithTheSameKeyCountsOnce() async throws {
        try await OnboardingSite.run { site in
            for _ in 0..<2 { try await site.service.say("plan my week", clientKey: "k1", customer: site.customer) }
            try await site.work()
            let messages = try await site.messages()
            #expect(messages.map(\.role) == [.agent, .visitor, .agent])
        }
    }

    @Test func aRepeatedAnswerJobAnswersNothingTwice() async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            let before = try await site.messages()
            let conversation = try await site.conversation()
            for _ in 0..<3 {
                try await site.service.answer(
                    AnswerVisitor(conversationID: conversation.id, customerID: site.customer.id), attempt: 1)
            }
            #expect(try await site.messages() == before)
        }
    }

    @Test func answersRunningAtTheSameTimeAnswerOnce() async throws {
        try await OnboardingSite.run { site in
            let conversation = try await site.conversation()
            try await site.service.say("plan my week", clientKey: nil, customer: site.customer)
            let job = AnswerVisitor(conversationID: conversation.id, customerID: site.customer.id)
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await site.service.answer(job, attempt: 1) } }
                try await group.waitForAll()
            }
            #expect(try await site.messages().count == 3)
        }
    }

    @Test(arguments: [
        ("", "message_empty"), (" \n ", "message_empty"), (String(repeating: "x", count: 4001), "message_too_long"),
    ])
    func refusesWhatIsNoMessage(text: String, code: String) async throws {
        try await OnboardingSite.run { site in
            let error = await #expect(throws: DomainError.self) {
                try await site.service.say(text, clientKey: nil, customer: site.customer)
            }
            #expect(error?.code == code)
            let messages = try await site.messages()
            #expect(messages.allSatisfy { $0.role == .agent })
        }
    }

    @Test func twentyMessagesWithinTwentySecondsAreTheMost() async throws {
        try await OnboardingSite.run { site in
            for number in 1...20 {
                try await site.service.say("\(number)", clientKey: nil, customer: site.customer)
                site.platform.clock.advance(by: .milliseconds(500))
            }
            let error = await #expect(throws: DomainError.self) {
                try await site.service.say("one more", clientKey: nil, customer: site.customer)
            }
            #expect(error?.code == "too_many_requests" && error?.retryAfter == 10)
            site.platform.clock.advance(by: .seconds(10))
            try await site.service.say("one more", clientKey: nil, customer: site.customer)
            #expect(try await site.messages().count { $0.role == .visitor } == 21)
        }
    }

    @Test func aConversationTakesFiveHundredMessagesADay() async throws {
        try await OnboardingSite.run { site in
            let conversation = try await site.conversation()
            try await site.platform.queue.write { work in
                for _ in 1..<500 {
                    try ConversationStore(work.transaction).append(
                        to: conversation, role: .visitor, text: "hello", now: work.now)
                }
            }
            site.platform.clock.advance(by: .seconds(20))
            let error = await #expect(throws: DomainError.self) {
                try await site.service.say("one more", clientKey: nil, customer: site.customer)
            }
            #expect(error?.code == "conversation_full")
            site.platform.clock.advance(by: .hours(24))
            try await site.say("one more")
            #expect(try await site.messages().last?.role == .agent)
        }
    }

    @Test func theBoxIsDraftedAndTheVisitorsLanguageKept() async throws {
        try await OnboardingSite.run { site in
            try await site.say("Olá, preciso de planear a semana", "Clara", "todos os dias", "o mais barato")
            let box = try #require(try await site.box())
            #expect(box.desired == .draft)
            #expect(box.tier == .starter)
            #expect(box.agentName == "Clara")
            #expect(box.language == .portuguese)
            let id = site.customer.id
            let customer = try await site.platform.database.read { try CustomerStore($0).find(id) }
            #expect(customer?.language == .portuguese)
        }
    }

    @Test func aPastedTokenIsNeverStoredReadably() async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            let bot = try await site.phone.createOwnBot("mine_agent_bot")
            let token = try #require(bot.token)
            try await site.say("here it is: \(token)")
            let messages = try await site.messages()
            #expect(messages.contains { $0.text == "here it is: [token]" })
            #expect(messages.last?.text.contains("it belongs to @mine_agent_bot") == true)
            let conversation = try await site.conversation()
            try await site.phone.send("/start \(conversation.telegramCode)")
            try await site.poll()
            try await site.work()
            let box = try #require(try await site.box())
            let stored = try #require(box.bot)
            #expect(stored.username == "mine_agent_bot")
            #expect(try site.vault.open(stored.sealedToken, context: box.botTokenContext).reveal() == token)
            for table in ["messages", "conversations", "boxes", "jobs"] {
                let leaks = try await site.platform.database.read { transaction in
                    let columns = [
                        "messages": "body", "conversations": "state", "boxes": "bot_token_sealed", "jobs": "arguments",
                    ]
                    let secret = String(token.drop { $0 != ":" }.dropFirst())
                    return try transaction.query(
                        "SELECT 1 AS leak FROM \(table) WHERE \(columns[table] ?? "") LIKE ?1", [.text("%\(secret)%")]
                    ).count
                }
                #expect(leaks == 0, "\(table)")
            }
        }
    }

    @Test(arguments: [nil, BotIdentity(id: 9, username: "mine_bot")])
    func aPastedTokenThatCanNotBeReadAnyMoreIsAskedForAgain(checked: BotIdentity?) async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            try await site.platform.queue.write { work in
                let store = ConversationStore(work.transaction)
                var conversation = try #require(try store.find(customerID: site.customer.id))
                var state = try InterviewState(json: conversation.state)
                state.pasted = PastedToken(sealed: "sealed.with.anotherKey", bot: checked)
                conversation.state = try state.json()
                conversation.telegramUserID = 71
                try store.update(conversation)
            }
            try await site.say("hello")
            #expect(try await site.messages().contains { $0.text.contains("Telegram doesn't know that token") })
            let box = try await site.box()
            #expect(box?.bot == nil)
        }
    }

    @Test func aTokenThatTelegramDoesNotKnowIsExplained() async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            try await site.say("1234567:AAH_abcdefghijklmnopqrstuvwxyz0123456789")
            #expect(try await site.messages().last?.text.contains("Telegram doesn't know that token") == true)
            try await site.say(OnboardingSite.managerToken)
            #expect(try await site.messages().last?.text.contains("doesn't know that token") == true)
        }
    }

    @Test func theCheckoutIsOpenedOnceAndShownWhenItsPageIsKnown() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPayment()
            #expect(try await site.platform.queuedJobs(OpenCheckout.kind).count == 1)
            let cards = try await site.messages().compactMap(\.card).filter {
                if case .checkout = $0 { true } else { false }
            }
            #expect(cards.count == 1)
        }
    }
}

extension OnboardingServiceTests {
    @Test(arguments: [(Subscription.Status.canceled, 2), (.pastDue, 1)])
    func onlyWhoCancelledIsOfferedAnotherCheckout(status: Subscription.Status, checkouts: Int) async throws {
        try await OnboardingSite.run { site in
            try await site.reachPayment()
            var box = try #require(try await site.box())
            box.desired = .suspended
            let ended = Subscription(
                id: site.platform.queue.ids.next(), customerID: box.customerID, boxID: box.id, tier: box.tier,
                stripeID: "sub_1", stripeItemID: "si_1", status: status, periodStart: box.createdAt,
                periodEnd: box.createdAt + .days(30), pastDueSince: status == .pastDue ? box.createdAt - .days(8) : nil,
                endedAt: status == .canceled ? box.createdAt : nil)
            let conversation = try await site.conversation()
            site.platform.clock.advance(by: .seconds(1))
            try await site.platform.queue.write { [box] work in
                let billing = BillingStore(work.transaction)
                try billing.upsert(ended)
                var checkout = try #require(try billing.latestCheckout(customerID: box.customerID))
                checkout.completedAt = work.now
                try billing.update(checkout)
                _ = try BoxStore(work.transaction).want(box)
                try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: box.customerID))
            }
            try await site.work()
            try await site.say("hello")
            #expect(try await site.platform.queuedJobs(OpenCheckout.kind).count == checkouts)
        }
    }
}

extension OnboardingSite {
    /// Goes through Telegram to the payment page.
    func reachPayment() async throws {
        try await reachTelegram()
        try await phone.send("/start \(try await conversation().telegramCode)")
        try await poll()
        try await work()
        _ = try await phone.createManagedBot()
        try await poll()
        try await work()
        let id = customer.id
        try await platform.queue.write { work in
            let billing = BillingStore(work.transaction)
            guard var checkout = try billing.latestCheckout(customerID: id),
                let conversation = try ConversationStore(work.transaction).find(customerID: id)
            else { return }
            checkout.url = "https://pay.example/1"
            try billing.update(checkout)
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: id))
        }
        try await work()
    }
}
