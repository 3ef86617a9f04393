import Core
import Jobs
import Kubernetes
import Operator
import TestSupport
import Testing

/// What is told of an agent that isn't well. The fake node makes pods fail as the tag of their image says.
@Suite(.timeLimit(.minutes(2)))
struct HealthTests {
    @Test(
        .enabled(if: isFakeNode),
        arguments: [
            ("broken-1", "Your agent's program can't be fetched at the moment."),
            ("crash-1", "Your agent stopped by itself (exit code 1)."),
            ("oom-1", "Your agent ran out of memory."),
        ])
    func tellsInPlainWordsWhatIsWrong(tag: String, words: String) async throws {
        try await ClusterStage.run(image: "sandbox-agent:\(tag)", timeout: .seconds(20)) { stage in
            // Whether it is told as an error or as "later" depends on how often it has crashed by then.
            try? await stage.reconcile()
            try await eventually(words: words, of: stage)
            let row = try await stage.row
            #expect(row.status != .running)
        }
    }

    @Test(.enabled(if: isFakeNode)) func tellsThatTheAgentIsBackOnceItIs() async throws {
        try await ClusterStage.run(image: "sandbox-agent:slow-3-1", timeout: .milliseconds(500)) { stage in
            let outcome = await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
            #expect(outcome != nil)
            #expect(try await stage.row.status == .provisioning)
            try await TestSupport.eventually { try await stage.row.status == .running }
        }
    }

    @Test(.enabled(if: isFakeNode)) func seesThatAPodIsGoneLongBeforeTheNextResync() async throws {
        try await ClusterStage.run(image: "sandbox-agent:slow-3-1") { stage in
            try await stage.reconcile()
            let changes = stage.runtime.changes()
            let pod = try #require(try await stage.pods.first)
            let start = ContinuousClock.now
            try await stage.client.delete(.pods, pod.name, namespace: stage.namespace)
            for await changed in changes where changed == stage.agent { break }
            #expect(.now - start < .seconds(30))
            try await TestSupport.eventually {
                let (status, uid) = (try await stage.row.status, try await stage.pods.first?.uid)
                return status == .running && uid != pod.uid
            }
        }
    }

    private func eventually(words: String, of stage: ClusterStage) async throws {
        try await TestSupport.eventually { try await stage.row.message?.text[.english].hasPrefix(words) == true }
    }
}
