import Core
import SQL
import Store
import TestSupport
import Testing

struct RolloutStoreTests {
    private static let rollout = Rollout(image: "a:1", wave: 2, waveStartedAt: testNow + .seconds(5), startedAt: testNow)

    @Test(arguments: Engine.allCases)
    func aRolloutComesBackAsItWas(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction in
                let store = RolloutStore(transaction)
                #expect(try store.current() == nil)
                try store.save(Self.rollout)
                #expect(try store.current() == Self.rollout)
                var halted = Self.rollout
                halted.state = .halted
                halted.detail = "It crashed."
                try store.save(halted)
                #expect(try store.current() == halted)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func oneRolloutAtATime(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let other = Rollout(image: "a:2", waveStartedAt: testNow, startedAt: testNow + .seconds(9))
            try await database.write { try RolloutStore($0).save(Self.rollout) }
            await expectUniqueViolation { try await database.write { try RolloutStore($0).save(other) } }
            var done = Self.rollout
            done.state = .done
            done.endedAt = testNow + .seconds(8)
            try await database.write { [done] transaction in
                let store = RolloutStore(transaction)
                try store.save(done)
                #expect(try store.current() == nil)
                try store.save(other)
                #expect(try store.current() == other)
                #expect(try store.all() == [other, done])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func anImageMayBeRolledOutAgain(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            var done = Self.rollout
            done.state = .done
            done.endedAt = testNow
            let again = Rollout(image: "a:1", waveStartedAt: testNow + .days(1), startedAt: testNow + .days(1))
            try await database.write { [done] transaction in
                let store = RolloutStore(transaction)
                try store.save(done)
                try store.save(again)
                #expect(try store.all() == [again])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func onlyAHaltedRolloutIsResumedAndFromItsStart(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction in
                let store = RolloutStore(transaction)
                let later = testNow + .hours(1)
                #expect(try store.resume(now: later) == nil)
                try store.save(Self.rollout)
                #expect(try store.resume(now: later) == nil, "it goes on already")
                var halted = Self.rollout
                halted.state = .halted
                halted.detail = "It crashed."
                try store.save(halted)
                let resumed = Rollout(image: "a:1", waveStartedAt: later, startedAt: testNow)
                #expect(try store.resume(now: later) == resumed)
                #expect(try store.current() == resumed)
                halted.endedAt = later
                try store.save(halted)
                #expect(try store.resume(now: later) == nil, "another image has taken its place")
            }
        }
    }
}
