import Core
import Telemetry
import TestSupport
import Testing
import Tracing

@testable import Jobs

struct TraceTests {
    @Test(arguments: Engine.allCases)
    func aJobBelongsToTheTraceOfWhoeverAddsIt(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            let queue = database.queue()
            let trace = TraceParent.random()
            try await withWorkers([queue]) { chore, _ in
                diary.write("\(chore.name) \(ServiceContext.current?.traceParent?.traceID ?? "none")")
                // What a job causes belongs to the same trace.
                if chore.name == "first" { try await queue.add(Chore(name: "second")) }
            } _: {
                try await ServiceContext.withValue(.from(trace)) { try await queue.add(Chore(name: "first")) }
                try await eventually { diary.entries.count == 2 }
            }
            #expect(diary.entries == ["first \(trace.traceID)", "second \(trace.traceID)"])
        }
    }

    @Test(arguments: Engine.allCases)
    func aJobThatNobodysRequestHasCausedBeginsATrace(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let diary = Diary()
            let queue = database.queue()
            try await withWorkers([queue]) { _, _ in
                diary.write(ServiceContext.current?.traceParent?.traceID ?? "none")
            } _: {
                try await queue.add(Chore(name: "a"))
                try await queue.add(Chore(name: "b"))
                try await eventually { diary.entries.count == 2 }
            }
            #expect(Set(diary.entries).count == 2 && !diary.entries.contains("none"))
        }
    }
}
