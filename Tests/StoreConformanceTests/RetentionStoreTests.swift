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
                // A visitor who never pays is forgotten sooner.
                let box = Box.sample(of: ada)
                try BoxStore(transaction).insert(box)
                try BillingStore(transaction).upsert(
                    Subscription(
                        id: testIDs.next(), customerID: ada.id, boxID: box.id, tier: .pro, stripeID: "sub_1",
                        stripeItemID: "si_1", status: .active, periodStart: testNow, periodEnd: testNow + .days(30)))
                let store = ConversationStore(transaction)
                try store.insert(conversation)
                try store.append(to: conversation, role: .visitor, text: "old", now: testNow)
                try store.append(to: conversation, role: .agent, text: "new", now: testNow + .days(2))
                try RetentionStore(transaction).apply(now: testNow + Retention.setUpChats.duration + .days(1))
                return try store.messages(of: conversation)
            }
            #expect(found.map(\.text) == ["new"])
            #expect(found.map(\.position) == [2])
        }
    }

    @Test(arguments: Engine.allCases)
    func theAddressesOfFormerCustomersAndIdleVisitorsAreForgottenButNotOfACurrentOne(_ engine: Engine) async throws {
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
                try RetentionStore(transaction).apply(now: testNow + Retention.addresses.duration + .days(1))
                return try [former, current, visitor].map { try CustomerStore(transaction).find($0.id)?.email }
            }
            #expect(addresses == [nil, "current@example.org", nil], "a visitor who never paid is forgotten altogether")
        }
    }

    @Test(arguments: Engine.allCases)
    func idleVisitorsAreForgottenAltogetherAndOthersStay(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (idle, talking, signedIn, paying, issued) = (
                Customer.sample(), Customer.sample(), Customer.sample(), Customer.sample(), Customer.sample()
            )
            let later = testNow + Retention.idleVisitors.duration + .days(1)
            let kept = try await database.write { transaction in
                let (customers, conversations) = (CustomerStore(transaction), ConversationStore(transaction))
                for customer in [idle, talking, signedIn, paying, issued] {
                    try customers.insert(customer)
                    let conversation = Conversation.sample(of: customer)
                    try conversations.insert(conversation)
                    try conversations.append(
                        to: conversation, role: .visitor, text: "hello",
                        now: customer == talking ? later - .days(1) : testNow)
                    let box = Box.sample(of: customer)
                    try BoxStore(transaction).insert(box)
                    try BillingStore(transaction).insert(.sample(of: box))
                    if customer == paying { try BillingStore(transaction).upsert(.sample(of: box, stripeID: "sub_1")) }
                    if customer == issued {
                        try UsageStore(transaction).insertProxyToken(
                            hash: "h", customerID: customer.id, boxID: box.id, now: testNow)
                    }
                }
                try customers.insertSession(
                    tokenHash: "s", customerID: signedIn.id, now: testNow, expiresAt: later + .days(1))
                try RetentionStore(transaction).apply(now: later)
                return try [idle, talking, signedIn, paying, issued].map { try customers.find($0.id) != nil }
            }
            #expect(kept == [false, true, true, true, true])
            let left = try await database.read { transaction in
                try ["conversations", "boxes", "checkouts", "messages"].map {
                    try transaction.first("SELECT count(*) AS n FROM \($0)", [])?.integer("n")
                }
            }
            #expect(left == [4, 4, 4, 4])
        }
    }

    @Test(arguments: Engine.allCases)
    func handledEventsAndTheSecretsOfDeletedBoxesAreForgotten(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let later = testNow + Retention.stripeEvents.duration + .days(1)
            let customer = Customer.sample()
            let box = Box.sample(of: customer, botID: 7, desired: .deleted)
            let (payloads, stored) = try await database.write { transaction in
                let billing = BillingStore(transaction)
                for id in ["evt_1", "evt_2"] { _ = try billing.insertEvent(id: id, type: "t", payload: "Ana", now: testNow) }
                try billing.markEventHandled(id: "evt_1", now: testNow)
                try CustomerStore(transaction).insert(customer)
                let boxes = BoxStore(transaction)
                try boxes.insert(box)
                try RetentionStore(transaction).apply(now: later)
                let ending = try boxes.find(box.id, customerID: customer.id)
                #expect(ending?.bot != nil, "it isn't gone yet")
                try boxes.observe(box, generation: 1, status: .deleted, message: nil, readyAt: nil)
                try RetentionStore(transaction).apply(now: later)
                return (try ["evt_1", "evt_2"].map(billing.eventPayload), try boxes.find(box.id, customerID: customer.id))
            }
            #expect(payloads == [nil, "Ana"], "what isn't handled yet is still needed")
            #expect(stored?.bot == nil && stored?.purpose == "")
        }
    }

    @Test(arguments: Engine.allCases)
    func aFormerCustomersSetUpIsForgottenWithTheirAddress(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let customer = Customer.sample(email: "former@example.org")
            let box = Box.sample(of: customer, desired: .deleted)
            let found = try await database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try ConversationStore(transaction).insert(.sample(of: customer))
                try BoxStore(transaction).insert(box)
                try BoxStore(transaction).observe(box, generation: 1, status: .deleted, message: nil, readyAt: nil)
                var ended = Subscription.sample(of: box, stripeID: "sub_1", status: .canceled)
                ended.endedAt = testNow
                try BillingStore(transaction).upsert(ended)
                try RetentionStore(transaction).apply(now: testNow + Retention.addresses.duration + .days(1))
                return (
                    try ConversationStore(transaction).find(customerID: customer.id) != nil,
                    try BoxStore(transaction).find(box.id, customerID: customer.id)?.agentName
                )
            }
            #expect(found == (false, ""))
        }
    }
}
