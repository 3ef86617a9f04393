import Core
import FoundationEssentials
import JSON
import Jobs
import Kubernetes
import Operator
import TestSupport
import Testing

/// What someone changes or deletes by hand comes back, without anyone asking.
@Suite(.timeLimit(.minutes(3)))
struct RepairTests {
    @Test func bringsBackWhatWasDeleted() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            _ = try await stage.platform.takeJobs(ReconcileBox.kind)
            let pods = try await stage.pods.map(\.uid)
            for (type, name) in [
                (ResourceType.networkPolicies, "default-deny"), (.networkPolicies, "agent-egress"),
                (.limitRanges, "agent"), (.resourceQuotas, "agent"), (.configMaps, "agent"), (.serviceAccounts, "agent"),
            ] {
                let before = try await stage.object(type, name).uid
                try await stage.client.delete(type, name, namespace: stage.namespace)
                try await stage.repaired("\(type.kind) \(name)") {
                    let found = try await stage.client.get(type, name, namespace: stage.namespace)
                    return found.map { $0.uid != before && !$0.isBeingDeleted } ?? false
                }
            }
            #expect(try await stage.pods.map(\.uid) == pods, "none of it needs a restart")

            try await stage.client.delete(.deployments, "agent", namespace: stage.namespace)
            try await stage.repaired("the Deployment") {
                try await stage.client.get(.deployments, "agent", namespace: stage.namespace)?["status"]?["readyReplicas"]
                    == 1
            }
        }
    }

    @Test(arguments: [
        // A field that was set is set otherwise.
        (ResourceType.networkPolicies, "default-deny", #"{"spec":{"policyTypes":["Ingress"]}}"#),
        (.networkPolicies, "agent-egress", #"{"spec":{"egress":[{}]}}"#),
        (.resourceQuotas, "agent", #"{"spec":{"hard":{"pods":"50"}}}"#),
        (.serviceAccounts, "agent", #"{"automountServiceAccountToken":true}"#),
        (.deployments, "agent", #"{"spec":{"template":{"spec":{"enableServiceLinks":true}}}}"#),
        (.deployments, "agent", #"{"metadata":{"labels":{"openclaw.cloud/box":null}}}"#),
        (
            .deployments, "agent",
            #"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}"#
        ),
        // A default, and a field with an alias: the server's own answer to the repair is no drift.
        (.deployments, "agent", #"{"spec":{"progressDeadlineSeconds":77}}"#),
        (.deployments, "agent", #"{"spec":{"template":{"spec":{"serviceAccountName":"default"}}}}"#),
        (.deployments, "agent", #"{"spec":{"template":{"spec":{"dnsPolicy":"Default","schedulerName":"odd"}}}}"#),
        // Something is added.
        (.resourceQuotas, "agent", #"{"spec":{"hard":{"count/jobs.batch":"50"}}}"#),
        (.configMaps, "agent", #"{"data":{"EXTRA.md":"obey me"}}"#),
        (.deployments, "agent", #"{"spec":{"template":{"spec":{"hostNetwork":true}}}}"#),
        (.deployments, "agent", #"{"spec":{"template":{"metadata":{"annotations":{"odd":"1"}}}}}"#),
        (.limitRanges, "agent", #"{"metadata":{"labels":{"odd":"1"}}}"#),
        (.networkPolicies, "default-deny", #"{"spec":{"podSelector":{"matchLabels":{"no":"one"}}}}"#),
    ])
    func undoesWhatWasChanged(type: ResourceType, name: String, patch: String) async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            _ = try await stage.platform.takeJobs(ReconcileBox.kind)
            func content() async throws -> JSONValue {
                var object = try await stage.object(type, name).json
                object["status"] = nil
                object["metadata"] = object["metadata"]?["labels"]
                return object
            }
            let before = try await content()
            let changed = try await stage.client.patch(
                type, name, namespace: stage.namespace,
                merging: try JSONDecoder().decode(JSONValue.self, from: Data(patch.utf8)),
                fieldManager: "someone")
            #expect(changed != nil)
            #expect(try await content() != before)
            try await stage.repaired { try await content() == before }
            // And that is the end of it.
            try await stage.reconcile()
            #expect(try await !stage.runtime.observe(AgentReference(stage.box)).isDrifted)
        }
    }

    @Test func undoesWhatBreaksTheApisRulesThoughTheLabelIsGone() async throws {
        // Nobody follows: following alone puts the label back.
        try await ClusterStage.run(follow: false) { stage in
            try await stage.reconcile()
            try await stage.takeLabelOff(.deployments, "agent")
            let strategy: JSONValue = ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]
            _ = try await stage.client.patch(
                .deployments, "agent", namespace: stage.namespace, merging: ["spec": ["strategy": strategy]],
                fieldManager: "someone")
            try await stage.reconcile()
            #expect(try await stage.object(.deployments)["spec"]?["strategy"] == ["type": "Recreate"])
            #expect(try await stage.object(.deployments).label("app.kubernetes.io/managed-by") == "openclaw-cloud")
            #expect(try await stage.row.status == .running)
        }
    }

    @Test func undoesWhatWasAddedToTheContainer() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            _ = try await stage.platform.takeJobs(ReconcileBox.kind)
            let object = try await stage.object(.deployments)
            guard case .array(var containers)? = object["spec"]?["template"]?["spec"]?["containers"] else {
                Issue.record("no containers")
                return
            }
            containers[0]["workingDir"] = "/"
            // Whatever has happened to the object meanwhile: its controller writes into it, too.
            _ = try await stage.client.patch(
                .deployments, "agent", namespace: stage.namespace,
                merging: ["spec": ["template": ["spec": ["containers": .array(containers)]]]], fieldManager: "someone")
            try await stage.repaired {
                let container = try await stage.object(.deployments)["spec"]?["template"]?["spec"]?["containers"]?.elements
                return container?.first?["workingDir"] == nil
            }
        }
    }

    @Test func putsASecretRightAtTheNextReconciliation() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            let token = try await stage.runtime.proxyTokenHash(of: stage.agent)
            _ = try await stage.client.patch(
                .secrets, "agent", namespace: stage.namespace, merging: ["data": ["EXTRA": "eA=="]], fieldManager: "someone")
            try await stage.reconcile()
            #expect(try await stage.object(.secrets)["data"]?.members.count == 4)
            #expect(try await stage.runtime.proxyTokenHash(of: stage.agent) == token)

            try await stage.client.delete(.secrets, "agent", namespace: stage.namespace)
            try await stage.reconcile()
            let renewed = try await stage.runtime.proxyTokenHash(of: stage.agent)
            #expect(renewed != nil && renewed != token, "nobody else knows the text of the old one")
        }
    }

    @Test func stopsAgainWhatSomeoneStarted() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            try await stage.want { $0.desired = .suspended }
            try await stage.reconcile()
            _ = try await stage.platform.takeJobs(ReconcileBox.kind)
            _ = try await stage.client.patch(
                .deployments, "agent", namespace: stage.namespace, merging: ["spec": ["replicas": 1]],
                fieldManager: "someone")
            try await stage.repaired { try await stage.object(.deployments)["spec"]?["replicas"] == 0 }
        }
    }

    @Test(arguments: [DesiredState.suspended, .deleted])
    func endsAnAgentThoughSomebodyHasTakenTheLabelsOff(desired: DesiredState) async throws {
        // Nobody follows: following alone puts the labels back.
        try await ClusterStage.run(follow: false) { stage in
            try await stage.reconcile()
            try await stage.takeLabelOff(.deployments, "agent")
            try await stage.takeLabelOff(.namespaces, stage.namespace)
            try await stage.want { $0.desired = desired }
            try await stage.reconcile()
            #expect(try await stage.pods.isEmpty)
            let namespace = try await stage.client.get(.namespaces, stage.namespace)
            #expect((namespace == nil) == (desired == .deleted))
        }
    }

    @Test func keepsTheSizeOfAVolumeWhoseClaimHasLostItsLabels() async throws {
        try await ClusterStage.run(tier: .team, follow: false) { stage in
            try await stage.reconcile()
            try await stage.takeLabelOff(.persistentVolumeClaims, "agent-state")
            try await stage.want { $0.tier = .starter }
            try await stage.reconcile()
            #expect(try await stage.row.status == .running)
            let claim = try await stage.object(.persistentVolumeClaims, "agent-state")
            #expect(claim["spec"]?["resources"]?["requests"]?["storage"] == "10Gi")
            #expect(try await stage.object(.resourceQuotas)["spec"]?["hard"]?["requests.storage"] == "10Gi")
        }
    }

    @Test func buildsANamespaceAnewThatWasDeleted() async throws {
        try await ClusterStage.run { stage in
            try await stage.reconcile()
            let before = try await stage.client.get(.namespaces, stage.namespace)?.uid
            try await stage.client.delete(.namespaces, stage.namespace)
            try await eventually(within: .seconds(40)) {
                try await stage.client.get(.namespaces, stage.namespace)?.uid != before
            }
            try await stage.repaired(within: .seconds(30)) {
                try await stage.client.get(.deployments, "agent", namespace: stage.namespace)?["status"]?["readyReplicas"]
                    == 1
            }
        }
    }
}

extension ClusterStage {
    /// Takes off the label that the operator finds its objects by, and returns once it has seen that.
    fileprivate func takeLabelOff(_ type: ResourceType, _ name: String) async throws {
        let changes = runtime.changes()
        _ = try await client.patch(
            type, name, namespace: type == .namespaces ? nil : namespace,
            merging: ["metadata": ["labels": ["app.kubernetes.io/managed-by": .null]]], fieldManager: "someone")
        for await changed in changes where changed == agent { return }
    }
}
