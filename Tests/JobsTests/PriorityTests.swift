import Core
import SQL
import TestSupport
import Testing

@testable import Jobs

/// Which job comes first, and how many there are.
struct PriorityTests {
    @Test(arguments: Engine.allCases)
    func whatSomebodyWaitsForComesBeforeWhatWasThereEarlier(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let clock = ManualClock()
            let queue = database.queue(clock: clock.wallClock)
            for (name, priority) in [("sweep", JobPriority.background), ("change", .normal), ("payment", .urgent)] {
                try await queue.write { try $0.enqueue(Chore(name: name), priority: priority) }
                clock.advance(by: .seconds(1))
            }
            #expect(try await claim(queue, limit: 1) == ["payment"])
            #expect(try await claim(queue, limit: 5) == ["change", "sweep"])
        }
    }

    @Test(arguments: Engine.allCases)
    func whoeverAsksForAWaitingJobMoreUrgentlyMakesItThat(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue(clock: ManualClock().wallClock)
            try await queue.write { work in
                try work.enqueue(Chore(name: "other"))
                try work.enqueue(Chore(name: "box", uniqueKey: "box"), priority: .background)
                try work.enqueue(Chore(name: "box", uniqueKey: "box"), after: .seconds(60), priority: .urgent)
                try work.enqueue(Chore(name: "box", uniqueKey: "box"), priority: .background)
            }
            #expect(try await claim(queue, limit: 5) == ["box", "other"], "due as early as asked, as urgent as asked")
        }
    }

    @Test(arguments: Engine.allCases)
    func aCustomersUrgentJobThatIsntDueYetHoldsNothingUp(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue(clock: ManualClock().wallClock)
            let ada: Customer.ID = testIDs.next()
            try await queue.write { work in
                try work.enqueue(Chore(name: "later", customerID: ada), after: .seconds(60), priority: .urgent)
                try work.enqueue(Chore(name: "now", customerID: ada), priority: .background)
            }
            #expect(try await claim(queue, limit: 5) == ["now"])
        }
    }

    @Test(arguments: Engine.allCases)
    func figuresTellEachKindsStatesAndSinceWhenItWaits(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue(clock: ManualClock().wallClock)
            try await queue.add(Chore(name: "1"))
            try await fail(queue, "no")
            try await queue.add(Chore(name: "2"), after: .seconds(5))
            try await queue.add(Chore(name: "3"), after: .seconds(2))
            let figures = try await database.read { try JobStore($0).figures() }
            #expect(
                figures.map { [$0.kind, $0.state.rawValue, "\($0.count)"] } == [
                    [Chore.kind, "failed", "1"], [Chore.kind, "queued", "2"],
                ])
            #expect(figures.last?.firstDue == testNow + .seconds(2))
        }
    }

    private func claim(_ queue: WorkQueue, limit: Int) async throws -> [String] {
        try await leases(queue, limit: limit).map { lease in
            String(lease.job.arguments.split(separator: "\"name\":\"").last?.prefix { $0 != "\"" } ?? "")
        }
    }

    private func leases(_ queue: WorkQueue, limit: Int) async throws -> [Lease] {
        try await queue.write { work in
            try JobStore(work.transaction).claim(
                kinds: [Chore.kind], limit: limit, holder: "tests", now: work.now, until: work.now + .seconds(60))
        }
    }

    private func fail(_ queue: WorkQueue, _ reason: String) async throws {
        for lease in try await leases(queue, limit: 1) {
            _ = try await queue.write { work in
                try JobStore(work.transaction).finish(lease, .failed(reason: reason), now: work.now)
            }
        }
    }
}
