import Core
import SQL
import Store
import TestSupport
import Testing

struct StatusStoreTests {
    @Test(arguments: Engine.allCases)
    func aDayIsOneRowAPartAndGoesAfterNinety(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction in
                let store = StatusStore(transaction)
                for (minutes, isUp) in [(0, true), (5, false), (10, true)] as [(Int64, Bool)] {
                    try store.note(.model, isUp: isUp, now: testNow + .seconds(minutes * 60))
                }
                try store.note(.site, isUp: false, now: testNow + .days(1))
                #expect(
                    try store.days(now: testNow + .days(1)) == [
                        StatusDay(
                            part: .site, day: testNow + .days(1), probes: 1, failures: 1, isUp: false,
                            since: testNow + .days(1), probedAt: testNow + .days(1)),
                        StatusDay(
                            part: .model, day: testNow, probes: 3, failures: 1, isUp: true,
                            since: testNow + .seconds(600), probedAt: testNow + .seconds(600)),
                    ])
                let later = testNow + .days(90)
                #expect(try store.days(now: later).map(\.part) == [.site])
                try RetentionStore(transaction).apply(now: later + .seconds(1))
                let left = try transaction.first("SELECT count(*) AS n FROM status_days", [])
                #expect(try left?.integer("n") == 1)
            }
        }
    }

    /// What is true since then lasts over midnight; nobody knows what was while nobody looked.
    @Test(arguments: Engine.allCases)
    func aStateLastsUntilItChangesOrNobodyLooks(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            func since(after minutes: Int64, isUp: Bool) async throws -> Timestamp? {
                let now = testNow + .seconds(minutes * 60)
                return try await database.write { transaction in
                    let store = StatusStore(transaction)
                    try store.note(.site, isUp: isUp, now: now)
                    return try store.days(now: now).first?.since
                }
            }
            let evening = Int64(23 * 60 + 50)
            let cases: [(minutes: Int64, isUp: Bool, since: Int64)] = [
                (0, true, 0), (5, true, 0), (15, true, 0), (20, false, 20), (25, false, 20), (60, false, 60),
            ]
            for (minutes, isUp, expected) in cases {
                let found = try await since(after: evening + minutes, isUp: isUp)
                #expect(found == testNow + .seconds((evening + expected) * 60), "\(minutes) minutes later")
            }
        }
    }
}
