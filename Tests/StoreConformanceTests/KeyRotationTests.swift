import Core
import Crypto
import SQL
import Store
import TestSupport
import Testing

struct KeyRotationTests {
    @Test(arguments: Engine.allCases)
    func everyBotsTokenIsSealedWithTheNewestKeyAndStaysTheSame(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (old, new) = (SymmetricKey(size: .bits256), SymmetricKey(size: .bits256))
            let (before, both, after) = (Vault(key: old), Vault(key: new, previous: [old]), Vault(key: new))
            var boxes: [Box] = []
            for number in 1...5 as ClosedRange<Int64> {
                let customer = Customer.sample()
                var box = Box.sample(of: customer, desired: .running)
                let sealed = try before.seal(Secret("\(number):token"), context: box.botTokenContext)
                box.bot = Box.Bot(id: number, username: "bot", sealedToken: sealed, ownerUserID: 7)
                boxes.append(box)
                try await database.write { [box] transaction in
                    try CustomerStore(transaction).insert(customer)
                    try BoxStore(transaction).insert(box)
                }
            }
            let rotation = KeyRotation(database: database, vault: both, batch: 2)
            #expect(try await rotation.boxes().resealed == 5)
            #expect(try await rotation.boxes() == KeyRotation.Report(), "there is nothing left to do")
            for (index, box) in boxes.enumerated() {
                let stored = try await database.read { try BoxStore($0).find(box.id, customerID: box.customerID) }
                let sealed = try #require(stored?.bot?.sealedToken)
                #expect(try after.open(sealed, context: box.botTokenContext).reveal() == "\(index + 1):token")
                #expect(stored?.generation == box.generation, "nothing has to be made real for it")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func theGuidesTokenIsSealedWithTheNewestKey(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (old, new) = (SymmetricKey(size: .bits256), SymmetricKey(size: .bits256))
            let customer = Customer.sample()
            let sealed = try Vault(key: old).seal(Secret("ocp_guide"), context: GuideAccountStore.context)
            try await database.write { transaction in
                try GuideAccountStore(transaction).make(
                    customerID: customer.id, boxID: testIDs.next(), tokenHash: String(repeating: "0", count: 64),
                    sealedToken: sealed, now: testNow)
            }
            let rotation = KeyRotation(database: database, vault: Vault(key: new, previous: [old]))
            #expect(try await rotation.guideAccount().resealed == 1)
            #expect(try await rotation.guideAccount() == KeyRotation.Report(), "there is nothing left to do")
            let stored = try #require(try await database.read { try GuideAccountStore($0).find() })
            #expect(
                try Vault(key: new).open(stored.sealedToken, context: GuideAccountStore.context).reveal() == "ocp_guide")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWebhooksAreSignedWithIsSealedWithTheNewestKey(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (old, new) = (SymmetricKey(size: .bits256), SymmetricKey(size: .bits256))
            let customer = Customer.sample()
            let id: WebhookEndpoint.ID = testIDs.next()
            func endpoint(_ sealed: String) -> WebhookEndpoint {
                WebhookEndpoint(
                    id: id, customerID: customer.id, url: "https://a.example", events: [.agentRunning],
                    sealedSecret: sealed, createdAt: testNow)
            }
            let context = endpoint("").secretContext
            let stored = endpoint(try Vault(key: old).seal(Secret("whsec_x"), context: context))
            try await database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try WebhookStore(transaction).insert(stored)
            }
            let rotation = KeyRotation(database: database, vault: Vault(key: new, previous: [old]))
            #expect(try await rotation.webhookEndpoints().resealed == 1)
            #expect(try await rotation.webhookEndpoints() == KeyRotation.Report(), "there is nothing left to do")
            let sealed = try await database.read {
                try WebhookStore($0).endpoint(id, customerID: customer.id)?.sealedSecret
            }
            #expect(try Vault(key: new).open(try #require(sealed), context: context).reveal() == "whsec_x")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatOpensWithNoKeyIsNamedAndKept(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let customer = Customer.sample()
            let box = Box.sample(of: customer, botID: 7, desired: .running)
            try await database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(box)
            }
            let rotation = KeyRotation(database: database, vault: Vault(key: SymmetricKey(size: .bits256)))
            let report = try await rotation.boxes()
            #expect(report.resealed == 0 && report.unreadable == [box.id.rawValue])
            let stored = try await database.read { try BoxStore($0).find(box.id, customerID: box.customerID) }
            #expect(stored == box)
        }
    }
}
