import Core
import SQL
import TestSupport
import Testing

@testable import Jobs

/// The jobs as the host goes through them.
struct HostTests {
    private struct Letter: JobArguments {
        static let kind = "test.letter"
        var email = "ada@claw.example"
        var boxID = "box_01hzy3v7k4e8r2m9q5t6w0xabc"
        var count = 3
        var customerID: Customer.ID?
        var uniqueKey: String?
    }

    private static func add(_ job: some JobArguments, in database: any Database, at time: Timestamp = testNow) async throws
        -> Job.ID
    {
        let id: Job.ID = IdentifierSource.random(clock: WallClock { time }).next()
        _ = try await database.write { try JobStore($0).insert(id: id, arguments: job, runAt: time, now: time) }
        return id
    }

    private static func fail(_ id: Job.ID, in database: any Database) async throws {
        try await database.write { transaction throws in
            let store = JobStore(transaction)
            let leases = try store.claim(
                kinds: [Chore.kind, Letter.kind], limit: 9, holder: "h", now: testNow + .days(1), until: testNow + .days(2))
            for lease in leases {
                let end: JobEnd = lease.job.id == id ? .failed(reason: "The world is 100% wrong.") : .complete
                _ = try store.finish(lease, end, now: testNow + .days(1))
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func jobsAreFoundByStateKindCustomerAndReason(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let ada: Customer.ID = testIDs.next()
            let chore = try await Self.add(Chore(name: "a", customerID: ada), in: database)
            let letter = try await Self.add(Letter(), in: database, at: testNow + .seconds(1))
            try await Self.fail(chore, in: database)
            try await database.read { transaction throws in
                let store = JobStore(transaction)
                func found(_ filter: HostFilter) throws -> [Job.ID] { try store.list(filter).entries.map(\.id) }
                #expect(try found(HostFilter()) == [letter, chore], "the youngest first")
                #expect(try found(HostFilter(state: "failed")) == [chore])
                #expect(try found(HostFilter(kind: "test.letter")) == [letter])
                #expect(try found(HostFilter(kind: "test")) == [letter, chore])
                #expect(try found(HostFilter(kind: "tes")) == [])
                #expect(try found(HostFilter(search: "the WORLD")) == [chore])
                #expect(try found(HostFilter(customerID: ada)) == [chore])
                let page = try store.list(HostFilter(limit: 1))
                #expect(page.next == letter.rawValue)
                #expect(try found(HostFilter(after: page.next)) == [chore])
                #expect(try store.failures(since: testNow) == 1)
                #expect(try store.transitions(of: chore).map(\.state) == [.queued, .running, .failed])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func ofAJobsArgumentsOnlyIdsAreShown(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let id = try await Self.add(Letter(), in: database)
            let entry = try await database.read { try JobStore($0).find(id) }
            #expect(entry?.subjects == ["boxID": "box_01hzy3v7k4e8r2m9q5t6w0xabc"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aFailedJobIsAddedOnceMoreAndItsStoryStays(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let failed = try await Self.add(Chore(name: "a", uniqueKey: "k"), in: database)
            try await Self.fail(failed, in: database)
            let queue = database.queue(clock: WallClock { testNow + .days(3) })
            let again = try await queue.write { try $0.replay(failed) }
            #expect(again != failed)
            #expect(try await queue.write { try $0.replay(failed) } == again, "an equal one waits already")
            try await database.read { transaction throws in
                let store = JobStore(transaction)
                #expect(try store.find(failed)?.state == .failed)
                let new = try #require(try store.find(again))
                #expect(new.state == .queued && new.attempt == 0 && new.runAt == testNow + .days(3))
                #expect(try store.transitions(of: again).map(\.reason) == ["again, for \(failed)"])
                #expect(try store.list().entries.count == 2)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aJobThatWaitsIsRunNow(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let id = try await Self.add(Chore(name: "a"), in: database, at: testNow + .hours(5))
            let queue = database.queue(clock: WallClock { testNow })
            #expect(try await queue.write { try $0.replay(id) } == id)
            try await database.read { transaction throws in
                #expect(try JobStore(transaction).find(id)?.runAt == testNow)
                #expect(try JobStore(transaction).oldestWait(now: testNow + .seconds(9)) == .seconds(9))
                #expect(try JobStore(transaction).oldestWait(now: testNow - .seconds(9)) == nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsDoneOrUnknownIsNotRunAgain(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let done = try await Self.add(Chore(name: "a"), in: database)
            try await Self.fail(testIDs.next(), in: database)
            let queue = database.queue(clock: WallClock { testNow })
            for (id, code) in [(done, "job_not_replayable"), (testIDs.next(), "job_not_found")] {
                await #expect {
                    _ = try await queue.write { try $0.replay(id) }
                } throws: {
                    ($0 as? DomainError)?.code == code
                }
            }
        }
    }
}
