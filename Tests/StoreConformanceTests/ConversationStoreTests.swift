import Core
import SQL
import Store
import TestSupport
import Testing

struct ConversationStoreTests {
    @Test(arguments: Engine.allCases)
    func findsAConversationByItsCustomerCodeAndTelegramAccount(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer.sample()
            let eve = Customer.sample()
            var conversation = Conversation.sample(of: ada)
            let other = Conversation.sample(of: eve)
            try await database.write { [conversation] transaction throws in
                try CustomerStore(transaction).insert(ada)
                try CustomerStore(transaction).insert(eve)
                try ConversationStore(transaction).insert(conversation)
                try ConversationStore(transaction).insert(other)
            }
            conversation.state = #"{"step":"pay"}"#
            conversation.telegramUserID = 7_123_456_789
            try await database.write { [conversation] in try ConversationStore($0).update(conversation) }
            try await database.read { [conversation] transaction throws in
                let store = ConversationStore(transaction)
                #expect(try store.find(customerID: ada.id) == conversation)
                #expect(try store.find(customerID: eve.id) == other)
                #expect(try store.find(telegramCode: conversation.telegramCode) == conversation)
                #expect(try store.find(telegramCode: "unknown") == nil)
                #expect(try store.all(telegramUserID: 7_123_456_789) == [conversation])
                #expect(try store.all(telegramUserID: 1).isEmpty)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func anotherCustomerCannotChangeIt(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer.sample()
            let eve = Customer.sample()
            let conversation = Conversation.sample(of: ada)
            let forged = Conversation(
                id: conversation.id, customerID: eve.id, state: "stolen", telegramCode: "x", telegramUserID: 1,
                createdAt: testNow)
            try await database.write { transaction throws in
                try CustomerStore(transaction).insert(ada)
                try CustomerStore(transaction).insert(eve)
                try ConversationStore(transaction).insert(conversation)
                try ConversationStore(transaction).append(to: conversation, role: .visitor, text: "hi", now: testNow)
                try ConversationStore(transaction).update(forged)
                #expect(try !ConversationStore(transaction).append(to: forged, role: .visitor, text: "stolen", now: testNow))
                #expect(try ConversationStore(transaction).messages(of: forged).isEmpty)
                #expect(try ConversationStore(transaction).messageCount(of: forged, since: Timestamp(seconds: 0)) == 0)
                #expect(try ConversationStore(transaction).messageCount(of: conversation, since: Timestamp(seconds: 0)) == 1)
                #expect(try ConversationStore(transaction).messages(of: conversation).map(\.text) == ["hi"])
            }
            #expect(try await database.read { try ConversationStore($0).find(customerID: ada.id) } == conversation)
            #expect(try await database.read { try ConversationStore($0).find(customerID: eve.id) } == nil)
        }
    }

    @Test(arguments: Engine.allCases)
    func keepsHowFarItIsShownOnTelegramAndWhichOneTheAccountCameWithLast(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, eve) = (Customer.sample(), Customer.sample())
            let shown = ShownOnTelegram(position: 3, messageID: 71)
            let found = try await database.write { transaction in
                let store = ConversationStore(transaction)
                var conversations: [Conversation] = []
                for customer in [ada, eve] {
                    try CustomerStore(transaction).insert(customer)
                    var conversation = Conversation.sample(of: customer)
                    (conversation.telegramUserID, conversation.telegramName) = (7, "Ada (@ada)")
                    conversation.onTelegram = ShownOnTelegram(position: 0)
                    try store.insert(conversation)
                    conversations.append(conversation)
                }
                #expect(try store.find(customerID: eve.id) == conversations[1])
                try store.come(to: conversations[0], now: testNow + .days(1))
                try store.setShown(shown, of: conversations[0])
                // Somebody else's conversation stays as it is.
                let forged = Conversation(
                    id: conversations[0].id, customerID: eve.id, state: "", telegramCode: "", createdAt: testNow)
                try store.setShown(nil, of: forged)
                try store.come(to: forged, now: testNow + .days(9))
                #expect(try store.lastPosition(of: conversations[0]) == 0)
                try store.append(to: conversations[0], role: .visitor, text: "hi", now: testNow)
                try store.eraseMessages(of: conversations[0])
                #expect(try store.lastPosition(of: conversations[0]) == 1 && store.lastPosition(of: forged) == 0)
                return try store.all(telegramUserID: 7)
            }
            #expect(found.map(\.customerID) == [ada.id, eve.id])
            #expect(found.map(\.onTelegram) == [shown, nil], "an account speaks in one conversation at a time")
            var letGo = try #require(found.first)
            letGo.telegramUserID = nil
            let after = try await database.write { [letGo] transaction in
                try ConversationStore(transaction).update(letGo)
                return try ConversationStore(transaction).find(customerID: ada.id)
            }
            #expect(after?.onTelegram == nil)
        }
    }

    @Test(arguments: Engine.allCases)
    func aCustomerHasOneConversation(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer.sample()
            try await database.write { transaction throws in
                try CustomerStore(transaction).insert(ada)
                try ConversationStore(transaction).insert(.sample(of: ada))
            }
            await expectUniqueViolation {
                try await database.write { try ConversationStore($0).insert(.sample(of: ada)) }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func messagesKeepTheirOrderAndCards(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let conversation = try await Self.conversation(in: database)
            let cards: [ChatMessage.Card?] = [
                nil, .choices(["Sim", "Não, obrigado"]), .plans(recommended: .pro), .telegram(url: "https://t.me/x?start=y"),
                .checkout(testIDs.next()), .agent(testIDs.next()), .progress(testIDs.next()),
            ]
            try await database.write { transaction throws in
                for card in cards {
                    try ConversationStore(transaction).append(
                        to: conversation, role: .agent, text: "Olá 👋", card: card, now: testNow)
                }
            }
            let messages = try await database.read { try ConversationStore($0).messages(of: conversation) }
            #expect(messages.map(\.card) == cards)
            #expect(messages.map(\.position) == Array(1...7))
            #expect(messages.allSatisfy { $0.text == "Olá 👋" && $0.role == .agent && $0.createdAt == testNow })
            let later = try await database.read { try ConversationStore($0).messages(of: conversation, after: 4) }
            #expect(later.map(\.position) == [5, 6, 7])
            #expect(try await database.read { try ConversationStore($0).messages(of: .sample(of: .sample())) }.isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func aMessageThatIsSentTwiceIsAddedOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let conversation = try await Self.conversation(in: database)
            let added = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await database.write {
                            try ConversationStore($0).append(
                                to: conversation, role: .visitor, text: "hi", clientKey: "k1", now: testNow)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(added.count(where: \.self) == 1)
            #expect(try await database.read { try ConversationStore($0).messages(of: conversation) }.count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func messagesThatArriveAtOnceGetPositionsWithoutGaps(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let conversation = try await Self.conversation(in: database)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for i in 0..<12 {
                    group.addTask {
                        _ = try await database.write {
                            try ConversationStore($0).append(
                                to: conversation, role: .visitor, text: "\(i)", clientKey: "\(i)", now: testNow)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let messages = try await database.read { try ConversationStore($0).messages(of: conversation) }
            #expect(messages.map(\.position) == Array(1...12))
            #expect(Set(messages.map(\.text)).count == 12)
        }
    }

    private static func conversation(in database: any Database) async throws -> Conversation {
        let customer = Customer.sample()
        let conversation = Conversation.sample(of: customer)
        try await database.write { transaction throws in
            try CustomerStore(transaction).insert(customer)
            try ConversationStore(transaction).insert(conversation)
        }
        return conversation
    }
}
