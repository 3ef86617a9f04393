import Core
import Jobs
import Logging
import SQL
import ServiceLifecycle
import Store
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Operator

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the operator does by itself, without a job.
@Suite(.timeLimit(.minutes(1)))
struct FollowerTests {
    /// Runs the operator's service beside `body`.
    private func following(_ stage: OperatorStage, _ body: () async throws -> Void) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let group = ServiceGroup(services: [stage.service.follower], logger: logger)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            try await eventually { try await !stage.platform.queuedJobs(ReconcileBox.kind).isEmpty }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func tellsWhatBecomesOfARunningAgent() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            try await following(stage) {
                // It can't write this file any more, and so dies at each start.
                let home = stage.stand.directory(stage.box).home
                #expect(rename(home + "/surroundings.json", home + "/old.json") == 0)
                #expect(mkdir(home + "/surroundings.json", 0o700) == 0)
                kill(try #require(stage.stand.processes(stage.box).first), SIGKILL)
                try await eventually { try await stage.row.status == .failed }
                let message = try await stage.row.message
                #expect(message == .failed(.exited(code: 1)))

                #expect(rmdir(home + "/surroundings.json") == 0)
                try await eventually { try await stage.row.status == .running }
                #expect(try await stage.row.message == nil)
            }
        }
    }

    @Test func adoptsRunningAgentsWithoutTouchingTheirRows() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            let (row, processes) = (try await stage.row, stage.stand.processes(stage.box))
            await stage.runtime.abandonAll()
            try await following(stage) {
                try await stage.reconcile()
                #expect(try await stage.row == row)
                #expect(stage.stand.processes(stage.box) == processes)
            }
        }
    }

    @Test func stopsAgentsThatShouldNotRun() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            await stage.runtime.abandonAll()
            try await stage.want { $0.desired = .suspended }
            try await following(stage) {
                try await eventually { stage.stand.processes(stage.box).isEmpty }
            }
        }
    }

    @Test func hasAStoppedAgentReconciled() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            try await following(stage) {
                _ = try await stage.platform.database.write { try $0.execute("DELETE FROM jobs", []) }
                try await stage.runtime.suspend(stage.agent)
                try await eventually { try await stage.platform.queuedJobs(ReconcileBox.kind).count == 1 }
            }
        }
    }

    @Test func resyncsEveryBoxThatIsWanted() async throws {
        try await OperatorStage.run { stage in
            try await stage.service.reconciler.resync()
            try await stage.service.reconciler.resync()
            let jobs = try await stage.platform.queuedJobs(ReconcileBox.kind)
            #expect(jobs.count == 1)
            #expect(jobs.first?.contains(stage.box.id.rawValue) == true)
        }
    }
}
