import Core
import Jobs
import SQL
import Store
import Telegram
import TestSupport
import Testing

@testable import Onboarding

struct TelegramAndPageTests {
    @Test func aConversationOfThePageGoesOnOnTelegramAndBack() async throws {
        try await OnboardingSite.run { site in
            try await site.say("plan my week")
            try await site.phone.send("/start \(try await site.conversation().telegramCode)")
            try await site.poll()
            try await site.work()
            try await site.write("call it Nova")
            #expect(try await site.messages().contains { $0.role == .visitor && $0.text == "call it Nova" })
            let answer = try #require(try await site.messages().last)
            #expect(try await site.phone.said().last?.text.hasPrefix(answer.text) == true)
            #expect(try await site.phone.said().last?.buttons != nil)

            let before = try await site.phone.said().count
            try await site.say("every day, for work")
            #expect(try await site.phone.said().count == before, "answers go where the visitor speaks")
            #expect(try await site.phone.said().allSatisfy { $0.buttons == nil })
            try await site.write("Pro")
            #expect(try await site.conversation().onTelegram != nil)
            #expect(try await site.phone.chat().chat.keyboard?.keyboard.first?.first?.requestManagedBot != nil)
            #expect(try await site.phone.said().last?.text.contains("below and confirm") == true)
        }
    }

    @Test func aLinkOpensTheConversationOnThePageForTheSameCustomer() async throws {
        try await OnboardingSite.run { site in
            try await site.write("plan my week", "continue on the web")
            let conversation = try #require(try await site.theirs())
            #expect(!(try await site.messages(of: conversation).contains { $0.text == "continue on the web" }))
            let url = try #require(try await site.phone.said().last?.buttons?.first?.first?.url)
            let token = try #require(url.split(separator: "/login/").last.map(String.init))
            let link = try await site.platform.database.read {
                try CustomerStore($0).magicLink(tokenHash: AccessToken(token).hash)
            }
            #expect(link == MagicLink(customerID: conversation.customerID, sentBy: .telegram))
            let (now, hash) = (site.platform.queue.clock.now, AccessToken(token).hash)
            let isOpen = try await site.platform.database.read { transaction in
                try [899, 901].map {
                    try CustomerStore(transaction).magicLinkIsOpen(tokenHash: hash, now: now + .seconds($0))
                }
            }
            #expect(isOpen == [true, false])
        }
    }

    @Test func whoHasAnAgentGetsNoLinkIntoTheirAccount() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPaymentOnTelegram()
            let conversation = try #require(try await site.theirs())
            try await site.become(.running, status: .running)
            let job = SendPageLink(
                chatID: try #require(conversation.telegramUserID), customerID: conversation.customerID)
            let before = try await site.phone.said().count
            try await site.service.sendPageLink(job, attempt: 1)
            #expect(try await site.phone.said().count == before)
        }
    }

    @Test func whoFollowedAForeignLinkLeavesThatConversationWithOneSentence() async throws {
        try await OnboardingSite.run { site in
            try await site.say("plan my week")
            try await site.phone.send("/start \(try await site.conversation().telegramCode)")
            try await site.poll()
            try await site.work()
            #expect(try await site.phone.said().last?.text.contains("write “that's not me”") == true)
            try await site.write("that's not me")
            #expect(try await site.conversation().telegramUserID == nil)
            #expect(try await site.phone.said().last?.text.contains("nothing to do with this conversation") == true)
            try await site.write("write invoices for my bakery")
            #expect(try await site.theirs()?.customerID != site.customer.id)
            #expect(!(try await site.messages().contains { $0.text.contains("bakery") }))
            try await site.write("that's not me")
            #expect(try await site.theirs() != nil, "who began it on Telegram can't be somebody else")
        }
    }

    @Test func anAccountThatIsLetGoLosesWhatItsLinksOpened() async throws {
        try await OnboardingSite.run { site in
            let (id, now) = (site.customer.id, site.platform.queue.clock.now)
            try await site.reachTelegram()
            try await site.phone.send("/start \(try await site.conversation().telegramCode)")
            try await site.poll()
            try await site.platform.database.write { transaction in
                let store = CustomerStore(transaction)
                for (hash, way) in [("theirs", MagicLink.Way?.none), ("other", .telegram)] {
                    try store.insertSession(
                        tokenHash: hash, customerID: id, now: now, expiresAt: now + .days(1), sentBy: way)
                }
                try store.insertMagicLink(
                    tokenHash: "link", customerID: id, sentBy: .telegram, now: now, expiresAt: now + .days(1))
            }
            try await site.say("that's not me")
            let left = try await site.platform.database.read { transaction in
                let store = CustomerStore(transaction)
                return (
                    try store.customer(sessionHash: "theirs", now: now)?.id,
                    try store.customer(sessionHash: "other", now: now),
                    try store.magicLink(tokenHash: "link")
                )
            }
            #expect(left.0 == id && left.1 == nil && left.2 == nil)
        }
    }
}

// MARK: - Exactly once

struct TelegramDeliveryTests {
    @Test func aMessageThatComesAgainIsHeardOnceAndAnsweredOnce() async throws {
        try await OnboardingSite.run { site in
            try await site.write("/start")
            let conversation = try #require(try await site.theirs())
            let ada = TelegramUser(id: try #require(conversation.telegramUserID), isBot: false, firstName: "Ada")
            for _ in 0..<2 { try await site.receive("plan my week", from: ada, messageID: 77) }
            try await site.work()
            let count = try await site.phone.said().count
            try await site.service.show(ShowOnTelegram(conversation), attempt: 2)
            #expect(try await site.phone.said().count == count)
            #expect(try await site.messages(of: conversation).count { $0.text == "plan my week" } == 1)
        }
    }

    @Test func whatWasAnsweredBeforeACrashIsShownAfterIt() async throws {
        try await OnboardingSite.run { site in
            try await site.write("/start")
            let conversation = try #require(try await site.theirs())
            let ada = TelegramUser(id: try #require(conversation.telegramUserID), isBot: false, firstName: "Ada")
            try await site.receive("plan my week", from: ada)
            try await site.receive("Nova", from: ada, messageID: 78)
            let before = try await site.phone.said().count
            try await site.service.answer(
                AnswerVisitor(conversationID: conversation.id, customerID: conversation.customerID), attempt: 1)
            #expect(try await site.phone.said().count == before, "the answer stands, and nobody has sent it")
            // Everything that is queued is done by whoever comes after the crash.
            try await site.work()
            let answers = try await site.messages(of: conversation).filter { $0.role == .agent }
            let said = try await site.phone.said()
            #expect(said.count > before && said.count == answers.count, "each is shown, once")
        }
    }

    @Test func whoBlocksTheBotIsLeftAloneAndHeardAgainLater() async throws {
        try await OnboardingSite.run { site in
            let ben = TelegramUser(id: 5_000_000_072, isBot: false, firstName: "Ben")
            // Nobody with this account has ever opened the chat.
            try await site.receive("plan my week", from: ben)
            try await site.work()
            #expect(try await site.theirs()?.onTelegram == nil)
            try await site.receive("Nova", from: ben, messageID: 2)
            let (conversation, last) = (
                try #require(try await site.theirs()),
                try await site.messages(of: try #require(try await site.theirs())).last
            )
            #expect(conversation.onTelegram != nil && last?.text == "Nova")
        }
    }

    @Test(arguments: [4096, 4097, 9000])
    func longTextsAreCutWhereWordsEnd(length: Int) {
        let text = String(String(repeating: "wörter 👍🏽 ", count: 2000).prefix(length))
        let parts = TelegramPost.parts(text)
        #expect(parts.allSatisfy { $0.utf16.count <= 4096 && !$0.isEmpty })
        #expect(parts.joined().filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
        #expect(TelegramPost.parts(String(repeating: "x", count: length)).joined().count == length)
    }

    @Test(arguments: ["https://pay.example/1", "http://127.0.0.1:8081/pay/1", "http://pay.example/1"])
    func aLinkThatTelegramTakesIsAButton(url: String) {
        let post = TelegramPost("Pay", link: url, "Go")
        #expect((post.buttons == nil) == (url == "http://pay.example/1"))
        #expect(post.plain == ["Pay\n\n\(url)"])
    }

    @Test(arguments: ["", "a:b:c", "cnv_x:1:0", "1:2:3", "cnv_01jc0000000000000000000000:0:1"])
    func whatABotDidNotPutOnAButtonIsNone(data: String) {
        #expect(PressedButton(data) == nil)
    }
}
