import Core
import FoundationEssentials
import Jobs
import Logging
import Postgres
import SQL
import Synchronization
import TestSupport
import Testing

/// Works through the jobs that scripts/bench-jobs has put into a database, and prints how many a second.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["BENCH_DATABASE_URL"] != nil, "scripts/bench-jobs runs it"))
struct JobsBenchmark {
    @Test func worksThroughWhatWaits() async throws {
        let environment = ProcessInfo.processInfo.environment
        let url = try #require(environment["BENCH_DATABASE_URL"])
        let count = Int(environment["BENCH_JOBS"] ?? "") ?? 5000
        let database = try PostgresDatabase(url: url, connections: 4, logger: quiet)
        let done = Atomic<Int>(0)
        let start = ContinuousClock.now
        try await withWorkers([database.queue(), database.queue()], concurrency: 32, timing: JobWorkerTiming()) { _, _ in
            done.add(1, ordering: .relaxed)
        } _: {
            try await eventually("all are done", within: .seconds(600)) { done.load(ordering: .relaxed) >= count }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("BENCH \(Int(Double(count) / seconds))")
        await database.close()
    }
}
