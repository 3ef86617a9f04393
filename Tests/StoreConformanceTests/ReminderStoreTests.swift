import Core
import SQL
import Store
import TestSupport
import Testing

struct ReminderStoreTests {
    @Test(arguments: Engine.allCases)
    func aReminderComesAtTheOwnersTimeOfDay(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let first = try Self.insert(store, box, "2026-01-05T09:00")
            #expect(first.number == 1 && first.occursAt.description == "2026-01-05T09:00:00Z", "UTC until it is known")
            #expect(try store.setTimeZone("America/Sao_Paulo", boxID: box.id, customerID: box.customerID).count == 1)
            let second = try Self.insert(store, box, "2026-01-04T09:00", .weekly)
            #expect(second.number == 2 && second.occursAt.description == "2026-01-04T12:00:00Z")
            let waiting = try store.waiting(boxID: box.id, customerID: box.customerID)
            #expect(waiting.map(\.number) == [2, 1] && waiting[0] == second)
            #expect(waiting[1].localTime == first.localTime && waiting[1].occursAt == first.occursAt + .hours(3))
            #expect(try BoxStore(transaction).find(box.id, customerID: box.customerID)?.timeZone == "America/Sao_Paulo")
        }
    }

    @Test(arguments: Engine.allCases)
    func noMoreWaitThanThePlanAllows(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let first = try Self.insert(store, box, "2026-01-05T09:00", limit: 2)
            _ = try Self.insert(store, box, "2026-01-05T09:00", limit: 2)
            #expect(throws: DomainError.self) { try Self.insert(store, box, "2026-01-05T09:00", limit: 2) }
            #expect(try store.cancel(first.id, customerID: box.customerID, now: testNow)?.end == .cancelled)
            #expect(try store.cancel(first.id, customerID: box.customerID, now: testNow) == nil)
            #expect(try Self.insert(store, box, "2026-01-05T09:00", limit: 2).number == 3, "numbers aren't used twice")
        }
    }

    @Test(arguments: Engine.allCases)
    func othersSeeAndChangeNothing(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let reminder = try Self.insert(store, box, "2026-01-05T09:00")
            let stranger = Customer.sample()
            try CustomerStore(transaction).insert(stranger)
            #expect(try store.waiting(boxID: box.id, customerID: stranger.id) == [])
            #expect(try store.cancel(reminder.id, customerID: stranger.id, now: testNow) == nil)
            #expect(try store.setTimeZone("Europe/Berlin", boxID: box.id, customerID: stranger.id) == [])
            #expect(throws: DomainError.self) {
                try store.insert(
                    id: testIDs.next(), customerID: stranger.id, boxID: box.id, text: "x", repetition: .once,
                    localTime: reminder.localTime, limit: 9, now: testNow)
            }
            #expect(try store.waiting(boxID: box.id, customerID: box.customerID) == [reminder])
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsDueIsTakenOnceAndEnds(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let reminder = try Self.insert(store, box, "2026-01-05T09:00")
            #expect(try store.nextTry() == reminder.occursAt)
            #expect(try store.claim(limit: 9, now: reminder.occursAt - .milliseconds(1)).isEmpty)
            let due = try #require(try store.claim(limit: 9, now: reminder.occursAt).first)
            #expect(due.reminder == reminder && due.box.id == box.id && !due.mayHaveArrived)
            #expect(try store.claim(limit: 9, now: reminder.occursAt + .seconds(39)).isEmpty, "somebody is at it")
            #expect(try store.nextTry() == reminder.occursAt + ReminderStore.patience)
            #expect(try store.settle(due, .arrived, now: reminder.occursAt) == nil)
            #expect(try store.nextTry() == nil)
            #expect(try store.waiting(boxID: box.id, customerID: box.customerID).isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWasBegunAndNotEndedIsTakenAgainAndSaysSo(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let reminder = try Self.insert(store, box, "2026-01-05T09:00", .daily)
            let lost = try #require(try store.claim(limit: 9, now: reminder.occursAt).first)
            let later = reminder.occursAt + ReminderStore.patience
            let due = try #require(try store.claim(limit: 9, now: later).first)
            #expect(due.mayHaveArrived && due.reminder.localTime == reminder.localTime)
            #expect(try store.settle(lost, .arrived, now: later) == nil, "it isn't the first one's any more")
            #expect(try store.settle(due, .arrived, now: later) == reminder.occursAt + .days(1))
            let next = try #require(try store.claim(limit: 9, now: reminder.occursAt + .days(1)).first)
            #expect(!next.mayHaveArrived && next.reminder.localTime.description == "2026-01-06T09:00")
        }
    }

    @Test(arguments: Engine.allCases)
    func howAnAttemptEndedDecidesWhatComesNext(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let reminder = try Self.insert(store, box, "2026-01-05T09:00", .daily)
            var now = reminder.occursAt
            func attempt(_ outcome: ReminderOutcome) throws -> (mayHaveArrived: Bool, next: Timestamp?) {
                let due = try #require(try store.claim(limit: 9, now: now).first)
                let next = try store.settle(due, outcome, now: now)
                now = next ?? now
                return (due.mayHaveArrived, next)
            }
            let times = [7, 12, 17].map { reminder.occursAt + .seconds($0) }
            #expect(try attempt(.later(times[0])) == (false, times[0]))
            #expect(try attempt(.unknown(tryAgain: times[1])) == (false, times[1]))
            #expect(try attempt(.later(times[2])) == (true, times[2]), "it may still have arrived")
            #expect(try attempt(.skipped(.suspended)) == (true, reminder.occursAt + .days(1)))
            #expect(try attempt(.ended(.refused)).next == nil)
            let failed = try store.failed(boxID: box.id, customerID: box.customerID)
            #expect(failed.map(\.end) == [.refused] && failed[0].endedAt == now)
        }
    }

    @Test(arguments: Engine.allCases)
    func aBotThatMaySendNothingSendsNothing(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            for minute in ["00", "01", "30"] { _ = try Self.insert(store, box, "2026-01-05T09:\(minute)") }
            let pause = testNow + .days(4) + .hours(9) + .seconds(600)
            try store.putOff(boxID: box.id, customerID: box.customerID, until: pause)
            #expect(try store.claim(limit: 9, now: pause - .seconds(1)).isEmpty)
            #expect(try store.claim(limit: 9, now: pause).count == 2)
        }
    }

    @Test(arguments: Engine.allCases)
    func aCancelledOneStaysCancelledWhateverBecomesOfItsMessage(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let reminder = try Self.insert(store, box, "2026-01-05T09:00", .daily)
            let due = try #require(try store.claim(limit: 9, now: reminder.occursAt).first)
            #expect(try store.cancel(reminder.id, customerID: box.customerID, now: reminder.occursAt) != nil)
            #expect(try store.settle(due, .arrived, now: reminder.occursAt) == nil)
            #expect(try store.claim(limit: 9, now: reminder.occursAt + .days(9)).isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func aMoveAcrossZonesBringsWhatIsPastThereAtOnce(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            _ = try store.setTimeZone("America/New_York", boxID: box.id, customerID: box.customerID)
            let reminder = try Self.insert(store, box, "2026-01-05T09:00", .daily)
            let now = reminder.occursAt - .hours(1)
            let moved = try store.setTimeZone("Europe/Berlin", boxID: box.id, customerID: box.customerID)
            #expect(moved.map(\.occursAt.description) == ["2026-01-05T08:00:00Z"])
            let due = try #require(try store.claim(limit: 9, now: now).first)
            let next = try store.settle(due, .arrived, now: now)
            #expect(next?.description == "2026-01-06T08:00:00Z", "never twice on one day of the calendar")
        }
    }

    @Test(arguments: Engine.allCases)
    func textsAreForgottenAWeekAfterTheEndAndWithTheBox(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = ReminderStore(transaction)
            let ended = try Self.insert(store, box, "2026-01-05T09:00")
            _ = try store.cancel(ended.id, customerID: box.customerID, now: testNow)
            _ = try Self.insert(store, box, "2027-01-05T09:00")
            func rows() throws -> Int64 {
                try transaction.first("SELECT count(*) AS n FROM reminders", [])?.integer("n") ?? -1
            }
            try RetentionStore(transaction).apply(now: testNow + Retention.reminders.duration)
            #expect(try rows() == 2)
            try RetentionStore(transaction).apply(now: testNow + Retention.reminders.duration + .seconds(1))
            #expect(try rows() == 1)
            var gone = box
            gone.desired = .deleted
            gone = try BoxStore(transaction).want(gone)
            try BoxStore(transaction).observe(
                gone, generation: gone.generation, status: .deleted, message: nil, readyAt: nil)
            try RetentionStore(transaction).apply(now: testNow)
            #expect(try rows() == 0)
        }
    }

    /// Two processes that look at the same moment share what is due.
    @Test(.enabled(if: Engine.postgres.isTested)) func onPostgresNobodyTakesWhatAnotherIsTaking() async throws {
        try await Engine.postgres.withDatabase { database in
            let box = try await database.write { transaction in
                let box = try Self.box(transaction)
                for _ in 0..<40 { _ = try Self.insert(ReminderStore(transaction), box, "2026-01-05T09:00") }
                return box
            }
            let now = testNow + .days(30)
            let taken = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await database.write { try ReminderStore($0).claim(limit: 20, now: now).map(\.reminder.number) }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.count == Set(taken).count)
            let rest = try await database.write { try ReminderStore($0).claim(limit: 99, now: now).count }
            #expect(taken.count + rest == 40, "\(box.id)")
        }
    }

    private static func with(_ engine: Engine, _ body: @escaping @Sendable (any Transaction, Box) throws -> Void)
        async throws
    {
        try await engine.withDatabase { database in
            try await database.write { transaction in try body(transaction, try box(transaction)) }
        }
    }

    private static func box(_ transaction: any Transaction) throws -> Box {
        let customer = Customer.sample()
        try CustomerStore(transaction).insert(customer)
        let box = Box.sample(of: customer, botID: 7, desired: .running)
        try BoxStore(transaction).insert(box)
        return box
    }

    @discardableResult
    private static func insert(
        _ store: ReminderStore, _ box: Box, _ time: String, _ repetition: Reminder.Repetition = .once, limit: Int = 100
    ) throws -> Reminder {
        try store.insert(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, text: "Pay the rent 🏠", repetition: repetition,
            localTime: try #require(LocalTime(time)), limit: limit, now: testNow)
    }
}
