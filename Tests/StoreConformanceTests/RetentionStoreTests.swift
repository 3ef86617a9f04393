import Core
import SQL
import Store
import TestSupport
import Testing

struct RetentionStoreTests {
    @Test(arguments: Engine.allCases)
    func chatMessagesAreForgottenAfterNinetyDaysAndKeepTheirPlaces(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer.sample()
            let conversation = Conversation.sample(of: ada)
            let found = try await database.write { transaction in
                try CustomerStore(transaction).insert(ada)
                let store = ConversationStore(transaction)
                try store.insert(conversation)
                try store.append(to: conversation, role: .visitor, text: "old", now: testNow)
                try store.append(to: conversation, role: .agent, text: "new", now: testNow + .days(2))
                try RetentionStore(transaction).apply(now: testNow + RetentionStore.chat + .days(1))
                return try store.messages(of: conversation)
            }
            #expect(found.map(\.text) == ["new"])
            #expect(found.map(\.position) == [2])
        }
    }

    @Test(arguments: Engine.allCases)
    func theAddressOfAFormerCustomerIsForgottenButNotOfAnother(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let former = Customer.sample(email: "former@example.org")
            let current = Customer.sample(email: "current@example.org")
            let visitor = Customer.sample(email: "visitor@example.org")
            let addresses = try await database.write { transaction in
                for customer in [former, current, visitor] { try CustomerStore(transaction).insert(customer) }
                for (customer, endedAt) in [(former, testNow), (current, nil)] {
                    let box = Box.sample(of: customer)
                    try BoxStore(transaction).insert(box)
                    try BillingStore(transaction).upsert(
                        Subscription(
                            id: testIDs.next(), customerID: customer.id, boxID: box.id, tier: .pro,
                            stripeID: "sub_\(customer.id)", stripeItemID: "si_1",
                            status: endedAt == nil ? .active : .canceled,
                            periodStart: testNow, periodEnd: testNow + .days(30), endedAt: endedAt))
                }
                try RetentionStore(transaction).apply(now: testNow + RetentionStore.email + .days(1))
                return try [former, current, visitor].map { try CustomerStore(transaction).find($0.id)?.email }
            }
            #expect(addresses == [nil, "current@example.org", "visitor@example.org"])
        }
    }
}
