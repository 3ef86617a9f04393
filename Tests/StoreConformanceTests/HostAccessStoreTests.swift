import Core
import Crypto
import SQL
import Store
import TestSupport
import Testing

struct HostAccessStoreTests {
    private static let email = "host@claw.example"

    @Test(arguments: Engine.allCases)
    func aFactorIsReplacedUntilItsFirstCodeAndNotAfter(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction throws in
                let store = HostAccessStore(transaction)
                #expect(try store.begin(email: Self.email, sealedSecret: "a", now: testNow))
                #expect(try store.begin(email: Self.email, sealedSecret: "b", now: testNow))
                #expect(try store.factor(Self.email)?.confirmedAt == nil)
                #expect(try store.take(step: 7, email: Self.email, now: testNow))
                #expect(try store.factor(Self.email)?.confirmedAt == testNow)
                #expect(try !store.begin(email: Self.email, sealedSecret: "c", now: testNow))
                #expect(try store.factor(Self.email)?.sealedSecret == "b")
                #expect(try !store.take(step: 7, email: Self.email, now: testNow), "a code is taken once")
                #expect(try !store.take(step: 6, email: Self.email, now: testNow), "nor is one before it")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func wrongCodesInARowLockTheFactor(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction throws in
                let store = HostAccessStore(transaction)
                _ = try store.begin(email: Self.email, sealedSecret: "a", now: testNow)
                let end = testNow + .hours(1)
                #expect(try !store.countFailure(email: Self.email, limit: 3, until: end))
                #expect(try store.take(step: 1, email: Self.email, now: testNow), "a right code begins the count anew")
                #expect(try !store.countFailure(email: Self.email, limit: 3, until: end))
                #expect(try !store.countFailure(email: Self.email, limit: 3, until: end))
                #expect(try store.factor(Self.email)?.lockedUntil == nil)
                #expect(try store.countFailure(email: Self.email, limit: 3, until: end))
                #expect(try store.factor(Self.email)?.lockedUntil == end)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aRecoveryCodeIsGoodOnceAndForOnePerson(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction throws in
                let store = HostAccessStore(transaction)
                for email in [Self.email, "other@claw.example"] {
                    _ = try store.begin(email: email, sealedSecret: "a", now: testNow)
                }
                try store.setRecoveryCodes(["x", "y"], email: Self.email)
                #expect(try !store.useRecoveryCode(hash: "x", email: "other@claw.example", now: testNow))
                #expect(try store.useRecoveryCode(hash: "x", email: Self.email, now: testNow))
                #expect(try !store.useRecoveryCode(hash: "x", email: Self.email, now: testNow))
                #expect(try store.recoveryCodesLeft(email: Self.email) == 1)
                try store.setRecoveryCodes(["z"], email: Self.email)
                #expect(try !store.useRecoveryCode(hash: "y", email: Self.email, now: testNow), "it was replaced")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aSessionOfTheDeskEndsWithItsTimeItsFactorAndTheBrowsersSession(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada = Customer.sample(email: Self.email)
            try await database.write { transaction throws in
                let (customers, store) = (CustomerStore(transaction), HostAccessStore(transaction))
                try customers.insert(ada)
                _ = try store.begin(email: Self.email, sealedSecret: "a", now: testNow)
                func open(_ hash: String) throws {
                    try customers.insertSession(
                        tokenHash: hash, customerID: ada.id, now: testNow, expiresAt: testNow + .days(30))
                    try store.openSession(
                        sessionHash: hash, email: Self.email, now: testNow, expiresAt: testNow + .hours(8))
                }
                func isOpen(_ hash: String, at time: Timestamp = testNow, email: String = Self.email) throws -> Bool {
                    try store.isOpen(sessionHash: hash, email: email, now: time)
                }
                for hash in ["a", "b", "c"] { try open(hash) }
                #expect(try isOpen("a") && !isOpen("z"))
                #expect(try !isOpen("a", at: testNow + .hours(8)))
                #expect(try !isOpen("a", email: "other@claw.example"))
                try customers.endSession(tokenHash: "a")
                #expect(try !isOpen("a"))
                try store.endSession(sessionHash: "b")
                #expect(try !isOpen("b") && isOpen("c"))
                #expect(try store.reset(email: Self.email))
                #expect(try !isOpen("c"))
                #expect(try !store.reset(email: Self.email))
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func theSecretsOfFactorsAreSealedWithTheNewestKey(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (old, new) = (SymmetricKey(size: .bits256), SymmetricKey(size: .bits256))
            let context = HostAccessStore.context(of: Self.email)
            let sealed = try Vault(key: old).seal(Secret("SECRET"), context: context)
            _ = try await database.write {
                try HostAccessStore($0).begin(email: Self.email, sealedSecret: sealed, now: testNow)
            }
            let rotation = KeyRotation(database: database, vault: Vault(key: new, previous: [old]))
            #expect(try await rotation.hostFactors().resealed == 1)
            #expect(try await rotation.hostFactors() == KeyRotation.Report())
            let stored = try await database.read { try HostAccessStore($0).factor(Self.email) }
            #expect(try Vault(key: new).open(stored?.sealedSecret ?? "", context: context).reveal() == "SECRET")
            let lost = KeyRotation(database: database, vault: Vault(key: old))
            #expect(try await lost.hostFactors().unreadable == [Self.email])
        }
    }
}
