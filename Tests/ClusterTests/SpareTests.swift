import Core
import FoundationEssentials
import JSON
import Jobs
import Kubernetes
import Operator
import SQL
import Store
import TestSupport
import Testing

/// Agents that run for nobody yet, in namespaces of their own.
@Suite(.timeLimit(.minutes(3)))
struct SpareTests {
    @Test func aPaidBoxTakesASparesPodOver() async throws {
        try await ClusterStage.run { paid in
            try await paid.platform.database.write { transaction in
                try transaction.execute("UPDATE boxes SET desired = 'draft'", [])
            }
            let stage = ClusterStage.stage(
                paid.platform, client: paid.client, box: try await paid.row, spares: 1)
            try await stage.operating(follow: true) {
                let spare = try await readySpare(stage)
                let namespace = "customer-\(spare.id.body)"
                let before = try await pods(in: namespace, stage)
                #expect(before.count == 1)
                let secret = try await stage.client.get(.secrets, "agent", namespace: namespace)
                #expect(secret?["data"]?["TELEGRAM_BOT_TOKEN"] == nil)

                let claimed = try await claim(stage.box, on: stage.platform)
                #expect(claimed.spareID == spare.id && claimed.image == "sandbox-agent:1")
                try await stage.service.reconciler.reconcile(AgentReference(claimed))
                let row = try await stage.row
                #expect(row.status == .running && row.observedGeneration == row.generation)
                #expect(try await pods(in: namespace, stage).map(\.uid) == before.map(\.uid), "no new pod")
                let settled = try #require(try await stage.client.get(.secrets, "agent", namespace: namespace))
                #expect(settled["data"]?["TELEGRAM_BOT_TOKEN"] != nil)
                let files = try #require(try await stage.client.get(.configMaps, "agent", namespace: namespace))
                #expect(files["data"]?["USER.md"]?.string?.contains("My garden.") == true)
                let own = "customer-\(claimed.customerID.body)"
                #expect(try await stage.client.get(.namespaces, own) == nil, "it has one namespace")

                let next = try await readySpare(stage)
                #expect(next.id != spare.id)
                let none = ClusterStage.stage(stage.platform, client: stage.client, box: claimed, spares: 0)
                try await none.operating(follow: false) { try await none.service.spares.keep() }
                #expect(try await stage.client.get(.namespaces, "customer-\(next.id.body)") == nil)
                #expect(try await spares(stage).isEmpty)
                try await stage.client.delete(.namespaces, namespace)
            }
        }
    }

    private func spares(_ stage: ClusterStage) async throws -> [Spare] {
        try await stage.platform.database.read { try SpareStore($0).all() }
    }

    private func readySpare(_ stage: ClusterStage) async throws -> Spare {
        try await eventually("a spare is ready", within: .seconds(60)) {
            try? await stage.service.spares.keep()
            return try await spares(stage).first?.state == .ready
        }
        return try #require(try await spares(stage).first)
    }

    private func pods(in namespace: String, _ stage: ClusterStage) async throws -> [KubernetesObject] {
        try await stage.client.list(.pods, namespace: namespace).items.filter { !$0.isBeingDeleted }
    }

    /// What a payment writes.
    private func claim(_ box: Box, on platform: TestPlatform) async throws -> Box {
        try await platform.database.write { transaction in
            _ = try SpareStore(transaction).claim(for: box, box.tier, now: testNow)
            var wanted = box
            wanted.desired = .running
            return try BoxStore(transaction).want(wanted)
        }
    }
}
