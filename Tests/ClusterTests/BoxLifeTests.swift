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

@Suite(.timeLimit(.minutes(3)))
struct BoxLifeTests {
    @Test func bringsAWantedBoxUpInItsOwnNamespace() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            let row = try await stage.row
            #expect(row.status == .running)
            #expect(row.observedGeneration == row.generation)
            #expect(row.image == "sandbox-agent:1")
            let namespace = try #require(try await stage.client.get(.namespaces, stage.namespace))
            #expect(namespace.label("pod-security.kubernetes.io/enforce") == "restricted")
            #expect(namespace.label("kubernetes.io/metadata.name") == stage.namespace)
            let objects = Set(try await stage.versions.keys)
            #expect(
                objects == [
                    "ServiceAccount/agent", "Secret/agent", "ConfigMap/agent", "PersistentVolumeClaim/agent-state",
                    "LimitRange/agent", "NetworkPolicy/default-deny", "NetworkPolicy/agent-egress",
                    "NetworkPolicy/agent-ingress", "Deployment/agent",
                ])
            let held = try await stage.runtime.proxyTokenHash(of: stage.agent)
            let active = try await stage.platform.database.read {
                try UsageStore($0).activeProxyTokenHash(boxID: stage.box.id, customerID: stage.box.customerID)
            }
            #expect(held != nil && held == active)
        }
    }

    @Test func writesNothingForAnUnchangedBox() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            let (versions, pods) = (try await stage.versions, try await stage.pods.map(\.uid))
            try await stage.reconcile()
            #expect(try await stage.versions == versions)
            #expect(try await stage.pods.map(\.uid) == pods)
        }
    }

    @Test func bringsAChangeIntoTheRunningPodAndRollsItForARestart() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            let before = try await stage.pods.map(\.uid)
            try await stage.want { $0.purpose = "Sailing." }
            try await stage.reconcile()
            #expect(try await stage.row.status == .running)
            #expect(try await stage.pods.map(\.uid) == before)
            let texts = try await stage.object(.configMaps, "agent")["data"]
            #expect(texts?["USER.md"]?.string?.contains("Sailing.") == true)

            try await stage.want { $0.restartMarker += 1 }
            try await stage.reconcile()
            let after = try await stage.pods.map(\.uid)
            #expect(after.count == 1 && after != before, "a restart was asked for")
        }
    }

    @Test func suspendsWithTheDataKeptAndReactivatesWithANewToken() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            let token = try await stage.runtime.proxyTokenHash(of: stage.agent)
            let volume = try await stage.object(.persistentVolumeClaims, "agent-state").uid
            try await stage.want { $0.desired = .suspended }
            try await stage.reconcile()
            #expect(try await stage.row.status == .suspended)
            #expect(try await stage.pods.isEmpty)
            #expect(try await stage.object(.persistentVolumeClaims, "agent-state").uid == volume)

            try await stage.want { $0.desired = .running }
            try await stage.reconcile()
            #expect(try await stage.row.status == .running)
            #expect(try await stage.pods.count == 1)
            #expect(try await stage.object(.persistentVolumeClaims, "agent-state").uid == volume)
            #expect(try await stage.runtime.proxyTokenHash(of: stage.agent) != token)
        }
    }

    @Test(arguments: [true, false])
    func growsWithThePlanAndNeverShrinksTheVolume(volumesCanGrow: Bool) async throws {
        try await ClusterStage.run(volumesCanGrow: volumesCanGrow) { stage in
            try await stage.reconcile()
            func storage() async throws -> [String?] {
                let claim = try await stage.object(.persistentVolumeClaims, "agent-state")["spec"]?["resources"]?["requests"]
                let quota = try await stage.object(.resourceQuotas)["spec"]?["hard"]
                return [claim?["storage"]?.string, quota?["requests.storage"]?.string]
            }
            func memory() async throws -> String? {
                let container = try await stage.object(.deployments)["spec"]?["template"]?["spec"]?["containers"]?.elements
                    .first
                return container?["resources"]?["limits"]?["memory"]?.string
            }
            #expect(try await storage() == ["2Gi", "2Gi"])
            let grown = volumesCanGrow ? "10Gi" : "2Gi"
            try await stage.want { $0.tier = .team }
            try await stage.reconcile()
            #expect(try await (storage(), memory()) == ([grown, grown], "4Gi"))
            #expect(try await stage.row.status == .running)
            let versions = try await stage.versions
            try await stage.reconcile()
            #expect(try await stage.versions == versions, "nothing is tried again and again")
            try await stage.want { $0.tier = .starter }
            try await stage.reconcile()
            #expect(try await (storage(), memory()) == ([grown, grown], "1536Mi"))
            #expect(try await stage.row.status == .running)
        }
    }

    @Test func keepsAVolumesClassWhenTheHostChoosesAnother() async throws {
        try await ClusterStage.run(follow: false) { stage in
            try await stage.reconcile()
            let versions = try await stage.versions
            let next = ClusterStage.stage(
                stage.platform, client: stage.client, box: stage.box, storageClass: "another")
            try await next.operating(follow: false) { try await next.reconcile() }
            #expect(try await stage.versions == versions)
            #expect(try await stage.row.status == .running)
        }
    }

    @Test func suspendsABoxWhoseNodeHasEvictedItsPod() async throws {
        try await ClusterStage.run(follow: false) { stage in
            try await stage.reconcile()
            let evicted = try #require(try await stage.pods.first)
            _ = try await stage.client.patch(
                .pods, evicted.name, namespace: stage.namespace, subresource: "status",
                merging: ["status": ["phase": "Failed", "reason": "Evicted", "conditions": []]], fieldManager: "kubelet")
            try await eventually { try await stage.pods.count == 2 }
            try await stage.want { $0.desired = .suspended }
            try await stage.reconcile()
            #expect(try await stage.row.status == .suspended)
            #expect(try await stage.pods.allSatisfy { $0.name == evicted.name })
        }
    }

    @Test func removesEverythingOfADeletedBoxAndTakesTheCustomersNextOne() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            try await stage.want { $0.desired = .deleted }
            try await stage.reconcile()
            #expect(try await stage.row.status == .deleted)
            let found = try await stage.client.get(.namespaces, stage.namespace)
            #expect(found == nil)
            try await stage.reconcile()
            #expect(try await stage.row.status == .deleted)

            let next = try await stage.nextBox()
            try await next.reconcile()
            #expect(try await next.row.status == .running)
            #expect(try await stage.object(.namespaces, stage.namespace).label("openclaw.cloud/box") == next.box.id.rawValue)
        }
    }

    @Test func adoptsWhatAnEarlierOperatorLeft() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            let (versions, pods) = (try await stage.versions, try await stage.pods.map(\.uid))
            let next = ClusterStage.stage(stage.platform, client: stage.client, box: stage.box)
            try await next.operating(follow: true) { try await next.reconcile() }
            #expect(try await stage.versions == versions)
            #expect(try await stage.pods.map(\.uid) == pods)
        }
    }

    @Test func stopsAtStartWhatIsNotWantedAndKeepsItsData() async throws {
        try await ClusterStage.run(follow: false) { stage in
            try await stage.reconcile()
            let others = try await stage.client.list(.namespaces, labelSelector: ClusterStage.ours).items
            try await stage.runtime.cleanUp {
                Set(
                    others.compactMap { namespace in
                        guard let box = namespace.label("openclaw.cloud/box").flatMap({ Box.ID($0) }), box != stage.box.id,
                            let customer = namespace.label("openclaw.cloud/customer").flatMap({ Customer.ID($0) })
                        else { return nil }
                        return AgentReference(boxID: box, customerID: customer)
                    })
            }
            #expect(try await stage.pods.isEmpty)
            _ = try await stage.object(.persistentVolumeClaims, "agent-state")
        }
    }

    @Test func neverTakesOverANamespaceThatIsNotOurs() async throws {
        try await ClusterStage.run { stage in
            let foreign = KubernetesObject(.namespaces, name: stage.namespace, namespace: nil, labels: ["someone": "else"])
            _ = try await stage.client.create(foreign, fieldManager: "someone")
            await #expect(throws: (any Error).self) { try await stage.reconcile() }
            let namespace = try #require(try await stage.client.get(.namespaces, stage.namespace))
            // Newer servers add kubernetes.io/metadata.name.
            #expect(namespace.label("someone") == "else")
            #expect(namespace.label("app.kubernetes.io/managed-by") == nil)
            #expect(
                try await stage.client.list(.secrets, namespace: stage.namespace, labelSelector: ClusterStage.ours).items
                    .isEmpty)
        }
    }
}
