import Core
import FoundationEssentials
import SQL
import TestSupport
import Testing

@testable import Jobs

/// Adding and claiming jobs, without a worker.
struct QueueTests {
    private struct Refusal: Error {}

    @Test(arguments: Engine.allCases)
    func aJobOfATransactionThatIsRolledBackDoesNotExist(_ engine: Engine) async throws {
        try await engine.withDatabase { database async throws in
            await #expect(throws: Refusal.self) {
                try await database.queue().write { work in
                    try work.enqueue(Chore())
                    throw Refusal()
                }
            }
            #expect(try await database.queue().count(.queued) == 0)
            #expect(try await database.trail().isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func whileOneWaitsAnEqualJobIsNotAdded(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await queue.add(Chore(uniqueKey: "k"))
            try await queue.add(Chore(uniqueKey: "k"))
            try await queue.add(Chore(uniqueKey: "other"))
            try await queue.add(Chore())
            try await queue.add(Chore())
            #expect(try await queue.count(.queued) == 4)
            #expect(try await database.trail().count == 4)
        }
    }

    @Test(arguments: Engine.allCases)
    func addingEqualJobsAtOnceAddsOne(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await queue.add(Chore(uniqueKey: "k")) } }
                try await group.waitForAll()
            }
            #expect(try await queue.count(.queued) == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func askingAgainForAWaitingJobBringsItForwardAndNeverPutsItOff(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue(clock: ManualClock().wallClock)
            for (delay, expected) in [
                (Duration.hours(2), Duration.hours(2)), (.hours(3), .hours(2)), (.hours(1), .hours(1)),
            ] {
                try await queue.add(Chore(uniqueKey: "k"), after: delay)
                #expect(try await nextDue(queue) == testNow + expected)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func anEqualJobMayBeAddedWhileOneRuns(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await queue.add(Chore(uniqueKey: "k"))
            #expect(try await claim(queue).count == 1)
            try await queue.add(Chore(uniqueKey: "k"))
            #expect(try await queue.count(.queued) == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func claimsInTheOrderOfTimeAndOnlyWhatIsDueAndHandled(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let clock = ManualClock()
            let queue = database.queue(clock: clock.wallClock)
            try await queue.add(Chore(name: "later"), after: .seconds(10))
            try await queue.add(Chore(name: "second"), after: .seconds(2))
            try await queue.add(Chore(name: "first"), after: .seconds(1))
            try await queue.write { try $0.enqueue(DeleteCompletedJobs()) }
            #expect(try await claim(queue).isEmpty)
            #expect(try await nextDue(queue) == testNow + .seconds(1))
            clock.advance(by: .seconds(5))
            #expect(try await claim(queue) == ["first", "second"])
            #expect(try await claim(queue).isEmpty)
            #expect(try await nextDue(queue) == testNow + .seconds(10))
        }
    }

    @Test(arguments: Engine.allCases)
    func claimsOneJobOfACustomerAndPassesOverTheOthers(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let clock = ManualClock()
            let queue = database.queue(clock: clock.wallClock)
            let (ada, eve): (Customer.ID, Customer.ID) = (testIDs.next(), testIDs.next())
            for name in ["a1", "a2", "a3"] {
                try await queue.add(Chore(name: name, customerID: ada))
                clock.advance(by: .seconds(1))
            }
            try await queue.add(Chore(name: "e1", customerID: eve))
            #expect(try await claim(queue, limit: 2) == ["a1", "e1"])
            #expect(try await claim(queue).isEmpty)
            _ = try await database.write { try $0.execute("UPDATE jobs SET state = 'complete' WHERE state = 'running'", []) }
            #expect(try await claim(queue) == ["a2"])
        }
    }

    @Test(arguments: Engine.allCases)
    func twoWorkersNeverClaimTheSameJobOrCustomer(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            let customers: [Customer.ID] = (0..<5).map { _ in testIDs.next() }
            for index in 0..<30 {
                try await queue.add(Chore(name: "\(index)", customerID: customers[index % 5]))
            }
            let claimed = await withTaskGroup(of: [String].self) { group in
                for _ in 0..<6 { group.addTask { (try? await claim(queue)) ?? [] } }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(claimed).count == claimed.count)
            #expect(try await queue.count(.running) == claimed.count)
            #expect(claimed.count <= 5)
        }
    }

    @Test(arguments: Engine.allCases)
    func whoeverLostTheLeaseCannotWriteTheEnd(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let clock = ManualClock()
            let queue = database.queue(clock: clock.wallClock)
            try await queue.add(Chore())
            let old = try #require(try await leases(queue, holder: "old").first)
            clock.advance(by: .seconds(11))
            #expect(
                try await queue.write { try JobStore($0.transaction).rescue(leasesEndingBefore: $0.now, now: $0.now) } == 1)
            let new = try #require(try await leases(queue, holder: "new").first)
            #expect(new.job.id == old.job.id)
            let ends: [JobEnd] = [.complete, .failed(reason: "x"), .again(after: .zero, reason: nil, counts: true)]
            for end in ends {
                #expect(try await !queue.write { try JobStore($0.transaction).finish(old, end, now: $0.now) })
            }
            let lost = try await queue.write { try JobStore($0.transaction).renew([old, new], until: $0.now) }
            #expect(lost == [old])
            #expect(try await queue.write { try JobStore($0.transaction).finish(new, .complete, now: $0.now) })
            #expect(try await queue.count(.complete) == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func aJobThatComesBackWhileAnEqualOneWaitsLeavesTheWorkToThat(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await queue.add(Chore(uniqueKey: "k"))
            let lease = try #require(try await leases(queue, holder: "w").first)
            try await queue.add(Chore(uniqueKey: "k"))
            let end = JobEnd.again(after: .seconds(60), reason: "busy", counts: true)
            #expect(try await queue.write { try JobStore($0.transaction).finish(lease, end, now: $0.now) })
            #expect(try await queue.count(.queued) == 1)
            #expect(try await queue.count(.complete) == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func atTheStartOfAnOnlyWorkerEverythingLeftRunningIsPutBack(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await queue.add(Chore())
            try await queue.add(Chore())
            #expect(try await claim(queue).count == 2)
            #expect(try await queue.write { try JobStore($0.transaction).releaseAbandoned(now: $0.now) } == 2)
            #expect(try await queue.count(.queued) == 2)
            #expect(try await claim(queue).count == 2)
        }
    }

    @Test(arguments: Engine.allCases)
    func aJobThatTakesItsWorkerDownEveryTimeFailsInTheEnd(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await queue.add(Chore())
            var times = 0
            while try await claim(queue).count == 1, times < 200 {
                times += 1
                _ = try await queue.write { try JobStore($0.transaction).releaseAbandoned(now: $0.now) }
            }
            #expect(times == 101)
            #expect(try await queue.count(.failed) == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func completedJobsAreDeletedAfterAWeekAndFailedOnesStay(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let clock = ManualClock()
            let queue = database.queue(clock: clock.wallClock)
            for end in [JobEnd.complete, .complete, .failed(reason: "x")] {
                try await queue.add(Chore())
                let lease = try #require(try await leases(queue, holder: "w").first)
                _ = try await queue.write { try JobStore($0.transaction).finish(lease, end, now: $0.now) }
            }
            clock.advance(by: .days(7))
            try await DeleteCompletedJobs().perform(on: queue)
            #expect(try await queue.count(.complete) == 2)
            clock.advance(by: .milliseconds(1))
            try await DeleteCompletedJobs().perform(on: queue)
            #expect(try await queue.count(.complete) == 0)
            #expect(try await queue.count(.failed) == 1)
            #expect(try await database.trail().count == 3)
            clock.advance(by: Retention.failedJobs.duration)
            try await DeleteCompletedJobs().perform(on: queue)
            #expect(try await queue.count(.failed) == 0)
        }
    }

    private func leases(_ queue: WorkQueue, holder: String, limit: Int = 10) async throws -> [Lease] {
        try await queue.write { work in
            try JobStore(work.transaction).claim(
                kinds: [Chore.kind], limit: limit, holder: holder, now: work.now, until: work.now + .seconds(10))
        }
    }

    /// - Returns: the names of the chores that were claimed.
    private func claim(_ queue: WorkQueue, limit: Int = 10) async throws -> [String] {
        try await leases(queue, holder: testIDs.next(Job.self).rawValue, limit: limit).map {
            try JSONDecoder().decode(Chore.self, from: Data($0.job.arguments.utf8)).name
        }
    }

    private func nextDue(_ queue: WorkQueue) async throws -> Timestamp? {
        try await queue.database.read { try JobStore($0).nextDue(kinds: [Chore.kind]) }
    }
}
