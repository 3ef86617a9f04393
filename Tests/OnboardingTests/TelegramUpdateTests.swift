import Core
import Jobs
import SQL
import Store
import Telegram
import TestSupport
import Testing

@testable import Onboarding

struct TelegramUpdateTests {
    private let ana = TelegramUser(id: 71, isBot: false, firstName: "Ana", languageCode: "pt-BR")
    private let ben = TelegramUser(id: 72, isBot: false, firstName: "Ben", languageCode: "en")

    private func message(_ id: Int64, _ text: String, from user: TelegramUser, chat: String = "private") -> TelegramUpdate {
        TelegramUpdate(
            updateID: id,
            message: TelegramMessage(
                messageID: id, from: user, chat: TelegramChat(id: user.id, type: chat), date: 0, text: text))
    }

    @Test func theDeepLinkLeadsToABotThatTheChatKnows() async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            try await site.phone.send("/start \(try await site.conversation().telegramCode)")
            try await site.poll()
            try await site.work()
            let created = try #require(try await site.phone.createManagedBot())
            #expect(created.username.hasPrefix("nova_") && created.username.hasSuffix("_bot"))
            try await site.poll()
            try await site.work()
            let box = try #require(try await site.box())
            #expect(box.bot?.id == created.id)
            let linked = try await site.conversation().telegramUserID
            #expect(box.bot?.ownerUserID == linked)
            let chat = try await site.phone.chat()
            #expect(chat.messages.last?.text.contains("@\(created.username) is connected to Nova") == true)
            #expect(chat.chat.keyboard == nil)
            let said = try await site.messages().map(\.text)
            #expect(said.count { $0.contains("@\(created.username) is connected") } == 1)
        }
    }

    @Test func anUpdateThatComesAgainIsHandledOnce() async throws {
        try await OnboardingSite.run { site in
            let code = try await site.conversation().telegramCode
            let update = message(10, "/start \(code)", from: ben)
            let next = try await site.service.handle(update, botID: 1, offset: nil)
            #expect(next == 11)
            // The process ended before it could confirm the update, and Telegram sends it again.
            #expect(try await site.service.handle(update, botID: 1, offset: nil) == 11)
            #expect(try await site.platform.queuedJobs(SendOnTelegram.kind).count == 1)
            #expect(try await site.service.nextUpdateID(botID: 1) == 11)
        }
    }

    @Test func aTransactionThatFailsLeavesTheUpdateToBeHandled() async throws {
        try await OnboardingSite.run { site in
            let code = try await site.conversation().telegramCode
            let update = message(10, "/start \(code)", from: ben)
            let service = site.service
            await #expect(throws: Crash.self) {
                try await site.platform.queue.write { work in
                    _ = try TelegramStore(work.transaction).advance(botID: 1, from: nil, past: update.updateID)
                    try UpdateReception(service: service, work: work).receive(update)
                    throw Crash()
                }
            }
            #expect(try await site.service.nextUpdateID(botID: 1) == nil)
            #expect(try await site.platform.queuedJobs(SendOnTelegram.kind).isEmpty)
            #expect(try await site.conversation().telegramUserID == nil)
            _ = try await site.service.handle(update, botID: 1, offset: nil)
            #expect(try await site.conversation().telegramUserID == ben.id)
        }
    }

    @Test func twoPollersHandleAnUpdateOnce() async throws {
        try await OnboardingSite.run { site in
            let update = message(10, "hello", from: ben)
            let service = site.service
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { _ = try await service.handle(update, botID: 1, offset: nil) } }
                try await group.waitForAll()
            }
            #expect(try await site.platform.queuedJobs(ShowOnTelegram.kind).count == 1)
        }
    }

    @Test func updatesAreTakenAlsoAfterTelegramStartsItsNumbersAnew() async throws {
        try await OnboardingSite.run { site in
            let first = try await site.service.handle(message(900, "/start", from: ben), botID: 1, offset: nil)
            let second = try await site.service.handle(message(5, "plan my week", from: ben), botID: 1, offset: first)
            #expect(second == 6)
            #expect(try await site.platform.queuedJobs(AnswerVisitor.kind).count == 1)
        }
    }

    @Test func onlyTheFirstAccountGetsTheConversation() async throws {
        try await OnboardingSite.run { site in
            let code = try await site.conversation().telegramCode
            var offset = try await site.service.handle(message(1, "/start \(code)", from: ana), botID: 1, offset: nil)
            offset = try await site.service.handle(message(2, "/start \(code)", from: ben), botID: 1, offset: offset)
            #expect(try await site.conversation().telegramUserID == ana.id)
            let replies = try await site.platform.queuedJobs(SendOnTelegram.kind)
            #expect(replies.count { $0.contains("belongs to another Telegram account") } == 1)
        }
    }

    @Test func aCodeThatIsTypedDoesWhatTheLinkDoes() async throws {
        try await OnboardingSite.run { site in
            let code = try await site.conversation().telegramCode
            // Telegram has dropped the payload: the greeting says how to go on.
            var offset = try await site.service.handle(message(1, "/start", from: ana), botID: 1, offset: nil)
            let greeted = try await site.platform.database.read { try ConversationStore($0).all(telegramUserID: 71) }
            let greeting = try await site.platform.database.read { try ConversationStore($0).messages(of: greeted[0]) }
            #expect(greeting.map(\.text).joined().contains("o código"))
            site.platform.clock.advance(by: .seconds(1))
            let typed = "\(code.prefix(4)) \(code.dropFirst(4).prefix(8))-\(code.suffix(4).uppercased()) "
            offset = try await site.service.handle(message(2, typed, from: ana), botID: 1, offset: offset)
            #expect(try await site.conversation().telegramUserID == ana.id)
            // What is written now belongs to the conversation that was linked, not to the one that was begun here.
            offset = try await site.service.handle(message(3, "plan my week", from: ana), botID: 1, offset: offset)
            #expect(try await site.messages().contains { $0.text == "plan my week" })
        }
    }

    @Test func unknownCodesAreShownTheSite() async throws {
        try await OnboardingSite.run { site in
            _ = try await site.service.handle(message(2, "/start nonsense", from: ana), botID: 1, offset: nil)
            let replies = try await site.platform.queuedJobs(SendOnTelegram.kind)
            #expect(replies.count == 1)
            #expect(replies.allSatisfy { $0.contains("site.example") && $0.contains("já não é válido") })
        }
    }

    @Test func groupsAreLeftAlone() async throws {
        try await OnboardingSite.run { site in
            _ = try await site.service.handle(message(1, "hello", from: ben, chat: "group"), botID: 1, offset: nil)
            #expect(try await site.platform.queuedJobs(SendOnTelegram.kind).isEmpty)
            #expect(try await site.service.nextUpdateID(botID: 1) == 2)
        }
    }

    /// Somebody who has opened a foreign link has two agents that lack a bot.
    @Test(arguments: ["old", "new", nil])
    func aBotBelongsToTheButtonThatMadeIt(button: String?) async throws {
        try await OnboardingSite.run { site in
            let old = Customer.sample()
            let new = Customer.sample()
            try await site.platform.queue.write { work in
                for (customer, code) in [(old, "old"), (new, "new")] {
                    try CustomerStore(work.transaction).insert(customer)
                    var conversation = Conversation.sample(of: customer, code: code)
                    conversation.telegramUserID = 72
                    try ConversationStore(work.transaction).insert(conversation)
                    try ConversationStore(work.transaction).update(conversation)
                    try BoxStore(work.transaction).insert(.sample(of: customer))
                }
            }
            let made = try await site.platform.database.read { try ConversationStore($0).find(telegramCode: button ?? "") }
            let ending = made.map { RequestManagedBot.ending(seed: $0.id.body) } ?? "_bot"
            let bot = TelegramUser(id: 500, isBot: true, firstName: "Nova", username: "nova" + ending)
            let note = TelegramUpdate(
                updateID: 1,
                message: TelegramMessage(
                    messageID: 1, from: ben, chat: TelegramChat(id: ben.id), date: 0,
                    managedBotCreated: ManagedBotCreated(bot: bot)))
            _ = try await site.service.handle(note, botID: 1, offset: nil)
            let jobs = try await site.platform.queuedJobs(ConnectManagedBot.kind)
            guard let made else {
                #expect(jobs.isEmpty)
                #expect(try await site.platform.queuedJobs(SendOnTelegram.kind).first?.contains("several agents") == true)
                return
            }
            #expect(jobs.count == 1)
            #expect(jobs.first?.contains(made.customerID.rawValue) == true)
        }
    }

    @Test func whoSaysThatItIsNotThemIsRidOfTheAccountAndItsBotAndGetsAnotherCode() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPayment()
            let before = try await site.conversation()
            #expect(try await site.messages().contains { $0.text.contains("If that's not you") })
            try await site.say("that's not me")
            let after = try await site.conversation()
            #expect(after.telegramUserID == nil && after.telegramName == nil)
            #expect(after.telegramCode != before.telegramCode)
            #expect(try await site.box()?.bot == nil)
            // The code that was leaked leads nowhere.
            _ = try await site.service.handle(
                message(900, "/start \(before.telegramCode)", from: ben), botID: 1, offset: nil)
            #expect(try await site.conversation().telegramUserID == nil)
        }
    }

    @Test func aRenameReachesTelegram() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPayment()
            try await site.say("change the name to Juniper")
            let sealed = try #require(try await site.box()?.bot?.sealedToken)
            let token = try site.vault.open(sealed, context: try #require(try await site.box()).botTokenContext)
            #expect(try await site.service.makeBotClient(token).getMe().firstName == "Juniper")
        }
    }

    @Test func whoPressesStartBeforePayingIsToldWhatIsLeftAndAnsweredLaterStill() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPayment()
            let bot = try #require(try await site.box()?.bot)
            try await site.phone.send("/start", to: bot.username)
            let job = GreetEarly(customerID: site.customer.id, since: site.platform.queue.clock.now)
            try await site.service.greetEarly(job, attempt: 1)
            let said = try await site.phone.chat(with: bot.username).messages.filter { $0.from == "bot" }.map(\.text)
            #expect(said.count { $0.contains("One step left") } == 1)
            // The agent still finds what was written.
            let token = try site.vault.open(bot.sealedToken, context: try #require(try await site.box()).botTokenContext)
            #expect(try await site.service.makeBotClient(token).getUpdates().contains { $0.message?.text == "/start" })
        }
    }

    @Test func aStrangerWhoCreatesABotIsAnsweredOnce() async throws {
        try await OnboardingSite.run { site in
            let bot = TelegramUser(id: 500, isBot: true, firstName: "Nova", username: "nova_bot")
            // Telegram tells of a new bot twice.
            let news = TelegramUpdate(updateID: 1, managedBot: ManagedBotUpdated(user: ben, bot: bot))
            let note = TelegramUpdate(
                updateID: 2,
                message: TelegramMessage(
                    messageID: 1, from: ben, chat: TelegramChat(id: ben.id), date: 0,
                    managedBotCreated: ManagedBotCreated(bot: bot)))
            let offset = try await site.service.handle(news, botID: 1, offset: nil)
            _ = try await site.service.handle(note, botID: 1, offset: offset)
            #expect(try await site.platform.queuedJobs(SendOnTelegram.kind).count == 1)
            #expect(try await site.platform.queuedJobs(ConnectManagedBot.kind).isEmpty)
        }
    }

    @Test(arguments: [true, false])
    func anOwnerWhoCreatesABotIsAnsweredOnce(isDoneInBetween: Bool) async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            try await site.phone.send("/start \(try await site.conversation().telegramCode)")
            try await site.poll()
            try await site.work()
            let before = try await site.phone.chat().messages.count { $0.from == "bot" }
            _ = try await site.phone.createManagedBot()
            try await site.poll { if isDoneInBetween { try await site.work() } }
            try await site.work()
            #expect(try await site.phone.chat().messages.count { $0.from == "bot" } == before + 1)
        }
    }

    @Test func aBotConnectedTwiceChangesNothingTheSecondTime() async throws {
        try await OnboardingSite.run { site in
            try await site.reachPayment()
            let before = try #require(try await site.box())
            let bot = try #require(before.bot)
            try await site.service.connect(
                ConnectManagedBot(botID: bot.id, ownerUserID: bot.ownerUserID, customerID: site.customer.id), attempt: 1)
            #expect(try await site.box() == before)
        }
    }

    @Test func aNewBotIsKeptForAsLongAsTelegramRefusesTheManager() async throws {
        try await OnboardingSite.run { site in
            let refused = OnboardingService(
                queue: site.platform.queue, plans: .builtIn, vault: site.vault,
                manager: site.service.makeBotClient(Secret("7000000009:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
                publicURL: "https://site.example", telegramLinkBase: "https://t.me",
                makeBotClient: site.service.makeBotClient, logger: site.service.logger)
            let job = ConnectManagedBot(botID: 5, ownerUserID: 7, customerID: site.customer.id)
            await #expect(throws: TelegramError.unauthorized) { try await refused.connect(job, attempt: 9) }
            await #expect(throws: JobOutcome.snooze(.seconds(300))) { try await refused.connect(job, attempt: 20) }
        }
    }

    @Test(arguments: [
        ("Nova", "nova_456789_bot"), ("Zé do Café", "zedocafe_456789_bot"), ("小助手", "agent_456789_bot"),
        ("42", "agent42_456789_bot"),
    ])
    func suggestsAUserNameThatTelegramTakes(name: String, username: String) {
        #expect(RequestManagedBot(agentName: name, seed: "0123456789").suggestedUsername == username)
    }

    private struct Crash: Error {}
}
