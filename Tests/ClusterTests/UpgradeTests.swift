import Core
import JSON
import Jobs
import Kubernetes
import Operator
import SQL
import Store
import TestSupport
import Testing

/// The agents' image, changed for all boxes.
@Suite(.timeLimit(.minutes(3)))
struct UpgradeTests {
    private struct Fleet {
        let platform: TestPlatform
        let boxes: [ClusterStage]

        func advance() async throws {
            try await boxes[0].service.rollouts.advance()
            _ = try await platform.takeJobs(AdvanceRollout.kind)
            for _ in try await platform.takeJobs(ReconcileBox.kind) {}
        }

        /// Reconciles the boxes that aren't as they are wanted.
        func reconcile() async throws {
            for stage in boxes where try await !stage.row.runs { try? await stage.reconcile() }
        }

        var images: [String?] {
            get async throws {
                var images: [String?] = []
                for stage in boxes {
                    let spec = try await stage.object(.deployments)["spec"]?["template"]?["spec"]
                    images.append(spec?["containers"]?.elements.first?["image"]?.string)
                }
                return images
            }
        }

        var rollout: Rollout? {
            get async throws { try await platform.database.read { try RolloutStore($0).all().first } }
        }
    }

    /// Three boxes that run `sandbox-agent:1`, with an operator that is to move them to `image`.
    private func withFleet(movingTo image: String, _ body: (Fleet) async throws -> Void) async throws {
        let client = try ClusterStage.client()
        try await TestPlatform.run { platform in
            var boxes: [Box] = []
            for bot in 1...3 { boxes.append(try await ClusterStage.wantedBox(on: platform, bot: Int64(bot))) }
            let first = ClusterStage.stage(platform, client: client, box: boxes[0])
            try await first.operating(follow: false) {
                for box in boxes { try await first.service.reconciler.reconcile(AgentReference(box)) }
            }
            let next = boxes.map {
                ClusterStage.stage(
                    platform, client: client, box: $0, image: image,
                    limits: RolloutPlan.Limits(readyWithin: .seconds(60)))
            }
            let result = await Result<Void, any Error>.catching {
                try await next[0].operating(follow: false) {
                    // One operator for all of them.
                    try await body(Fleet(platform: platform, boxes: next.map { $0.operated(by: next[0]) }))
                }
            }
            for stage in next { try await client.delete(.namespaces, stage.namespace) }
            await client.close()
            try result.get()
        }
    }

    @Test func movesOneBoxFirstAndThenTheOthers() async throws {
        try await withFleet(movingTo: "sandbox-agent:2") { fleet in
            try await fleet.advance()
            try await fleet.reconcile()
            #expect(try await fleet.images.count { $0 == "sandbox-agent:2" } == 1)
            for _ in 0..<6 where try await fleet.rollout?.state != .done {
                try await fleet.advance()
                try await fleet.reconcile()
            }
            #expect(try await fleet.images == Array(repeating: "sandbox-agent:2", count: 3))
            #expect(try await fleet.rollout?.state == .done)
        }
    }

    @Test(.enabled(if: isFakeNode)) func takesABoxBackThatDoesNotComeUpAndLeavesTheOthersAlone() async throws {
        try await withFleet(movingTo: "sandbox-agent:broken-2") { fleet in
            try await fleet.advance()
            try await fleet.reconcile()
            #expect(try await fleet.images.count { $0 == "sandbox-agent:broken-2" } == 1)
            fleet.platform.clock.advance(by: .seconds(61))
            try await fleet.advance()
            try await fleet.reconcile()
            #expect(try await fleet.images == Array(repeating: "sandbox-agent:1", count: 3))
            for stage in fleet.boxes { #expect(try await stage.row.status == .running) }
            let rollout = try await fleet.rollout
            #expect(rollout?.state == .halted)
            #expect(rollout?.detail?.contains("can't be fetched") == true)
            #expect(try await fleet.platform.queuedJobs(AlertHost.kind).count == 1)
        }
    }
}
