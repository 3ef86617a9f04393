import Core
import SQL
import Store
import TestSupport
import Testing

struct CustomerRecordsTests {
    @Test(arguments: Engine.allCases)
    func anExportHasWhatIsStoredAndNothingThatOpensADoor(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ana, ben) = (
                try await Self.insert("ana@example.com", 1, database), try await Self.insert("ben@example.com", 2, database)
            )
            let records = try await database.read { try CustomerRecords($0).export(ana.id) }
            #expect(records["customers"]?.first?["email"] == "ana@example.com")
            #expect(records["boxes"]?.first?["purpose"] == "Recipes & reminders 🍲")
            #expect(records["messages"]?.map { $0["body"] } == ["hello"])
            #expect(records["subscriptions"]?.count == 1)
            let values = records.values.flatMap { $0 }.flatMap(\.values)
            #expect(!values.contains("v1.a.b"), "the bot's token")
            #expect(!values.contains { $0.contains("ben@") || $0 == ben.id.rawValue })
        }
    }

    @Test(arguments: Engine.allCases)
    func whoIsErasedLeavesNoNameAndTheBillsStay(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ana, ben) = (
                try await Self.insert("ana@example.com", 1, database), try await Self.insert("ben@example.com", 2, database)
            )
            await #expect(throws: DomainError.self) {
                try await database.write { try CustomerRecords($0).erase(ana.id) }
            }
            try await database.write { transaction in
                try transaction.execute("UPDATE subscriptions SET status = 'canceled'", [])
                try CustomerRecords(transaction).erase(ana.id)
            }
            let (records, others) = try await database.read { transaction in
                let records = CustomerRecords(transaction)
                return (try records.export(ana.id), try records.export(ben.id))
            }
            #expect(records["customers"]?.first?["email"] == nil)
            #expect(records["messages"]?.isEmpty == true && records["conversations"]?.isEmpty == true)
            #expect(records["boxes"]?.first?["purpose"] == "" && records["subscriptions"]?.count == 1)
            #expect(others["customers"]?.first?["email"] == "ben@example.com" && others["messages"]?.count == 1)
        }
    }

    private static func insert(_ email: String, _ botID: Int64, _ database: any Database) async throws -> Customer {
        let customer = Customer.sample(email: email)
        let box = Box.sample(of: customer, botID: botID, desired: .running)
        let conversation = Conversation.sample(of: customer)
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try ConversationStore(transaction).insert(conversation)
            try ConversationStore(transaction).append(to: conversation, role: .visitor, text: "hello", now: testNow)
            try BoxStore(transaction).insert(box)
            try BillingStore(transaction).upsert(.sample(of: box, stripeID: "sub_\(botID)"))
        }
        return customer
    }
}
