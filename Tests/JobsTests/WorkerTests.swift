import Core
import FoundationEssentials
import SQL
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Jobs

struct WorkerTests {
    private struct Failure: Error, CustomStringConvertible {
        var description = "it broke"
    }

    @Test(arguments: Engine.allCases)
    func runsAJobAndWritesItsTrail(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            try await withWorkers([database.queue()]) { chore, context in
                diary.write("\(chore.name) \(context.attempt)")
            } _: {
                try await database.queue().add(Chore(name: "a"))
                try await eventually { try await database.trail().last == "complete 1" }
            }
            #expect(diary.entries == ["a 1"])
            #expect(try await database.trail() == ["queued 0", "running 1", "complete 1"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aThousandJobsRunOnceEachOnThreeWorkers(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            let queue = database.queue()
            for batch in 0..<10 {
                try await queue.write { work in
                    for i in 0..<100 { try work.enqueue(Chore(name: "\(batch * 100 + i)")) }
                }
            }
            try await withWorkers([queue, queue, queue], concurrency: 8) { chore, _ in
                diary.write(chore.name)
            } _: {
                try await eventually { diary.entries.count >= 1000 }
                try await queue.wait(for: .running, 0)
            }
            #expect(diary.entries.count == 1000)
            #expect(Set(diary.entries).count == 1000)
            #expect(try await queue.count(.failed) == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func jobsOfACustomerRunOneAtATimeAndInOrder(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            let active = Mutex<[Customer.ID: Int]>([:])
            let clock = ManualClock()
            let queue = database.queue(clock: clock.wallClock)
            let customers: [Customer.ID] = (0..<3).map { _ in testIDs.next() }
            for index in 0..<8 {
                for customer in customers { try await queue.add(Chore(name: "\(index)", customerID: customer)) }
                clock.advance(by: .milliseconds(1))
            }
            try await withWorkers([queue, queue]) { chore, _ in
                guard let customer = chore.customerID else { return }
                let others = active.withLock { active in
                    active[customer, default: 0] += 1
                    return active[customer, default: 0] - 1
                }
                #expect(others == 0)
                try await Task.sleep(for: .milliseconds(5))
                active.withLock { $0[customer, default: 0] -= 1 }
                diary.write("\(customer)/\(chore.name)")
            } _: {
                try await eventually { diary.entries.count == 24 }
            }
            for customer in customers {
                #expect(diary.entries.filter { $0.hasPrefix("\(customer)") } == (0..<8).map { "\(customer)/\($0)" })
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func handlersSayWhatComesNext(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let runs = Mutex<[String: Int]>([:])
            let queue = database.queue()
            try await withWorkers([queue]) { chore, _ in
                let run = runs.withLock { runs in
                    runs[chore.name, default: 0] += 1
                    return runs[chore.name, default: 0]
                }
                switch (chore.name, run) {
                case ("retries", 1): throw JobOutcome.retry(after: .milliseconds(1), reason: "busy")
                case ("snoozes", 1): throw JobOutcome.snooze(.milliseconds(1))
                case ("cancels", _): throw JobOutcome.cancel(reason: "no such bot")
                default: break
                }
            } _: {
                for (name, expected) in [
                    ("retries", ["queued 0", "running 1", "queued 1 (busy)", "running 2", "complete 2"]),
                    ("snoozes", ["queued 0", "running 1", "queued 0", "running 1", "complete 1"]),
                    ("cancels", ["queued 0", "running 1", "failed 1 (no such bot)"]),
                ] {
                    try await queue.add(Chore(name: name))
                    try await eventually { try await database.trail(of: name).count == expected.count }
                    #expect(try await database.trail(of: name) == expected)
                }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aJobThatKeepsFailingHasFailedAfterTheLastAttempt(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await withWorkers([queue]) { _, _ in
                throw Failure()
            } _: {
                try await queue.add(Chore(name: "x"))
                try await queue.wait(for: .failed)
            }
            #expect(
                try await database.trail(of: "x")
                    == ["queued 0", "running 1", "queued 1 (it broke)", "running 2", "failed 2 (it broke)"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aJobWhoseArgumentsCannotBeReadFails(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await queue.add(Chore())
            _ = try await database.write { try $0.execute("UPDATE jobs SET arguments = '[]'", []) }
            try await withWorkers([queue]) { _, _ in
                Issue.record("it must not run")
            } _: {
                try await queue.wait(for: .failed)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aHandlerThatOutlastsTheLeaseKeepsItsJob(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (clock, diary) = (ManualClock(), Diary())
            let queue = database.queue(clock: clock.wallClock)
            let (release, signal) = AsyncStream.makeStream(of: Void.self)
            let lease = JobWorkerTiming.quick.lease
            try await withWorkers([queue, queue]) { chore, _ in
                diary.write(chore.name)
                for await _ in release { break }
            } _: {
                try await queue.add(Chore(name: "long"))
                try await eventually { diary.entries == ["long"] }
                for _ in 0..<4 {
                    clock.advance(by: lease * 0.6)
                    let renewed = (clock.now + lease * 0.9).milliseconds
                    try await eventually("the lease is renewed") {
                        try await database.read {
                            try $0.first(
                                "SELECT id FROM jobs WHERE kind = ?1 AND lease_until > ?2",
                                [.text(Chore.kind), .integer(renewed)]) != nil
                        }
                    }
                }
                signal.finish()
                try await eventually { try await database.trail(of: "long").last == "complete 1" }
            }
            #expect(diary.entries == ["long"])
        }
    }

    @Test(arguments: Engine.allCases)
    func theJobOfADeadWorkerIsRescued(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            try await queue.add(Chore(name: "x"))
            // A worker that claims and is never heard of again.
            _ = try await queue.write { work in
                try JobStore(work.transaction).claim(
                    kinds: [Chore.kind], limit: 1, holder: "dead", now: work.now, until: work.now + .milliseconds(300))
            }
            let diary = Diary()
            try await withWorkers([queue]) { chore, context in
                diary.write("\(chore.name) \(context.attempt)")
            } _: {
                try await eventually { try await database.trail(of: "x").last == "complete 1" }
            }
            #expect(diary.entries == ["x 1"])
            #expect(
                try await database.trail(of: "x")
                    == [
                        "queued 0", "running 1", "queued 0 (the worker stopped before the job ended)", "running 1",
                        "complete 1",
                    ])
        }
    }

    @Test(arguments: Engine.allCases)
    func aHandlerIsCancelledWhenItsLeaseIsLost(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            let queue = database.queue()
            try await withWorkers([queue]) { chore, context in
                diary.write("started")
                guard diary.entries.count == 1 else { return }
                do {
                    try await Task.sleep(for: .seconds(60))
                } catch {
                    diary.write("cancelled")
                    throw error
                }
            } _: {
                try await queue.add(Chore(name: "x"))
                try await eventually { diary.entries == ["started"] }
                _ = try await database.write {
                    try $0.execute("UPDATE jobs SET lease_holder = 'thief' WHERE kind = ?1", [.text(Chore.kind)])
                }
                try await eventually { diary.entries.contains("cancelled") }
            }
            #expect(try await database.trail(of: "x") == ["queued 0", "running 1"], "the thief's to finish")
        }
    }

    @Test(arguments: Engine.allCases)
    func aHandlerIsCancelledWhenItsOwnWorkerHasTheJobAgain(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            let queue = database.queue()
            try await withWorkers([queue]) { chore, _ in
                diary.write("started")
                guard diary.entries.count == 1 else {
                    try await eventually { diary.entries.contains("cancelled") }
                    return
                }
                do {
                    try await Task.sleep(for: .seconds(60))
                } catch {
                    diary.write("cancelled")
                    throw error
                }
            } _: {
                try await queue.add(Chore(name: "x"))
                try await eventually { diary.entries == ["started"] }
                // As after a stall in which the lease ran out.
                _ = try await queue.write { try JobStore($0.transaction).releaseAbandoned(now: $0.now) }
                try await eventually { try await database.trail(of: "x").last == "complete 1" }
            }
            // Whether the second run or the end of the first comes first is a matter of the moment.
            #expect(diary.entries.sorted() == ["cancelled", "started", "started"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aWorkerKeepsWhatItRunsRatherThanTakeItForAbandoned(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (clock, diary) = (ManualClock(), Diary())
            let queue = database.queue(clock: clock.wallClock)
            let (release, signal) = AsyncStream.makeStream(of: Void.self)
            try await withWorkers([queue]) { chore, _ in
                diary.write("started")
                for await _ in release { break }
            } _: {
                try await queue.add(Chore(name: "x"))
                try await eventually { diary.entries == ["started"] }
                for _ in 0..<3 {
                    // The machine slept for longer than the lease.
                    clock.advance(by: JobWorkerTiming.quick.lease * 2)
                    try await eventually {
                        let now = clock.now
                        return try await !database.read { try JobStore($0).hasExpiredLeases(now: now) }
                    }
                }
                signal.finish()
                try await eventually { try await database.trail(of: "x").count > 2 }
            }
            #expect(try await database.trail(of: "x") == ["queued 0", "running 1", "complete 1"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aPeriodicJobIsAddedOncePerIntervalByThreeWorkers(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            let clock = ManualClock()
            let queue = database.queue(clock: clock.wallClock)
            let periodic = [PeriodicJob(every: .seconds(100), Chore(name: "tick"))]
            try await withWorkers([queue, queue, queue], periodic: periodic) { chore, _ in
                diary.write(chore.name)
            } _: {
                for (seconds, expected) in [(0, 1), (99, 1), (1, 2), (350, 3), (49, 3), (1, 4)] {
                    clock.advance(by: .seconds(seconds))
                    try await eventually { diary.entries.count >= expected }
                    // Long enough for each worker to have looked again.
                    try await Task.sleep(for: .milliseconds(1100))
                    #expect(diary.entries.count == expected)
                }
            }
        }
    }
}
