import Core
import SQL
import Store
import TestSupport
import Testing

struct CustomerStoreTests {
    @Test(arguments: Engine.allCases)
    func findsACustomerByIdAddressAndStripesId(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            var ada = Customer.sample()
            let eve = Customer.sample(email: "ada@example.org")
            try await database.write { [ada] transaction throws in
                try CustomerStore(transaction).insert(ada)
                try CustomerStore(transaction).insert(eve)
            }
            ada.email = "ada@example.org"
            ada.language = .portuguese
            ada.stripeCustomerID = "cus_1"
            try await database.write { [ada] in try CustomerStore($0).update(ada) }
            try await database.read { [ada] transaction throws in
                let store = CustomerStore(transaction)
                #expect(try store.find(ada.id) == ada)
                #expect(try store.find(stripeCustomerID: "cus_1") == ada)
                #expect(try store.find(stripeCustomerID: "cus_2") == nil)
                #expect(try Set(store.all(email: "ada@example.org")) == [ada, eve])
                #expect(try store.all(email: "nobody@example.org").isEmpty)
                #expect(try store.find(testIDs.next()) == nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func twoCustomersCannotShareAStripeId(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer(id: testIDs.next(), language: .english, stripeCustomerID: "cus_1", createdAt: testNow)
            let eve = Customer(id: testIDs.next(), language: .english, stripeCustomerID: "cus_1", createdAt: testNow)
            try await database.write { try CustomerStore($0).insert(ada) }
            await expectUniqueViolation { try await database.write { try CustomerStore($0).insert(eve) } }
        }
    }

    @Test(arguments: Engine.allCases)
    func aSessionLastsUntilItExpiresOrIsEnded(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer.sample()
            try await database.write { transaction throws in
                let store = CustomerStore(transaction)
                try store.insert(ada)
                let end = testNow + .hours(1)
                try store.insertSession(tokenHash: "a", customerID: ada.id, now: testNow, expiresAt: end)
                try store.insertSession(tokenHash: "b", customerID: ada.id, now: testNow, expiresAt: end + .hours(1))
                #expect(try store.customer(sessionHash: "a", now: testNow)?.id == ada.id)
                #expect(try store.customer(sessionHash: "a", now: end) == nil)
                #expect(try store.customer(sessionHash: "c", now: testNow) == nil)
                try store.deleteExpired(now: end)
                #expect(try store.customer(sessionHash: "a", now: testNow) == nil)
                #expect(try store.customer(sessionHash: "b", now: end)?.id == ada.id)
                try store.endSession(tokenHash: "b")
                #expect(try store.customer(sessionHash: "b", now: end) == nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aSessionNeedsACustomer(_ engine: Engine) async throws {
        try await engine.withDatabase { database async throws in
            await #expect {
                try await database.write {
                    try CustomerStore($0).insertSession(
                        tokenHash: "a", customerID: testIDs.next(), now: testNow, expiresAt: testNow)
                }
            } throws: { error in
                if case SQLError.foreignKeyViolation = error { true } else { false }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aMagicLinkWorksOnceAndInTime(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer.sample()
            let end = testNow + .hours(1)
            try await database.write { transaction throws in
                let store = CustomerStore(transaction)
                try store.insert(ada)
                try store.insertMagicLink(tokenHash: "late", customerID: ada.id, now: testNow, expiresAt: end)
                try store.insertMagicLink(tokenHash: "link", customerID: ada.id, now: testNow, expiresAt: end)
                #expect(try store.consumeMagicLink(tokenHash: "late", now: end) == nil)
                #expect(try !store.magicLinkIsOpen(tokenHash: "late", now: end))
                #expect(try store.consumeMagicLink(tokenHash: "unknown", now: testNow) == nil)
                #expect(try store.magicLinkIsOpen(tokenHash: "link", now: testNow))
            }
            let winners = try await withThrowingTaskGroup(of: Customer.ID?.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        try await database.write {
                            try CustomerStore($0).consumeMagicLink(tokenHash: "link", now: testNow)?.customerID
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.compactMap(\.self)
            }
            #expect(winners == [ada.id])
            #expect(try await database.read { try !CustomerStore($0).magicLinkIsOpen(tokenHash: "link", now: testNow) })
        }
    }
}

struct TelegramLinkStoreTests {
    @Test(arguments: Engine.allCases)
    func whatALinkByTelegramOpenedIsEndedAloneOfAll(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, eve) = (Customer.sample(), Customer.sample())
            let end = testNow + .days(1)
            let left = try await database.write { transaction in
                let store = CustomerStore(transaction)
                for customer in [ada, eve] {
                    try store.insert(customer)
                    for way in [MagicLink.Way.mail, .telegram] {
                        let hash = "\(customer.id) \(way)"
                        try store.insertSession(
                            tokenHash: hash, customerID: customer.id, now: testNow, expiresAt: end, sentBy: way)
                        try store.insertMagicLink(
                            tokenHash: hash, customerID: customer.id, sentBy: way, now: testNow, expiresAt: end)
                    }
                }
                try store.endAccessByTelegram(to: ada.id)
                return try [ada, eve].flatMap { customer in
                    try ["mail", "telegram"].map { way in
                        let hash = "\(customer.id) \(way)"
                        let link = try store.consumeMagicLink(tokenHash: hash, now: testNow)
                        #expect(link?.sentBy.rawValue ?? way == way)
                        return try store.customer(sessionHash: hash, now: testNow) != nil && link != nil
                    }
                }
            }
            #expect(left == [true, false, true, true])
        }
    }
}

/// Expects `body` to be refused because a row with the same key exists.
func expectUniqueViolation(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    await #expect(sourceLocation: sourceLocation) {
        try await body()
    } throws: { error in
        if case SQLError.uniqueViolation = error { true } else { false }
    }
}
