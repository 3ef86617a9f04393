import Core
import JSON
import Kubernetes
import Testing

@testable import Operator

struct DriftTests {
    private let wanted = KubernetesObject(
        .deployments, name: "agent", namespace: "customer-1", labels: ["a": "b"],
        body: [
            "spec": [
                "replicas": 1, "containers": [["name": "agent", "image": "x:1", "env": [["name": "A", "value": "1"]]]],
            ]
        ])

    /// What is wanted as the server holds it, with its defaults and its own fields.
    private var live: KubernetesObject {
        var object = wanted
        object.json["metadata"]?["uid"] = "1"
        object.json["metadata"]?["resourceVersion"] = "7"
        object.json["spec"]?["progressDeadlineSeconds"] = 600
        object.json["status"] = ["readyReplicas": 1]
        object.json["metadata"]?["annotations"] = ["deployment.kubernetes.io/revision": "1"]
        object.json["metadata"]?["managedFields"] = [
            ["manager": "openclaw-cloud", "operation": "Apply", "fieldsV1": ["f:spec": ["f:replicas": [:]]]],
            [
                "manager": "kube-controller-manager", "operation": "Update",
                "fieldsV1": [
                    "f:metadata": ["f:annotations": [".": [:], "f:deployment.kubernetes.io/revision": [:]]],
                    "f:status": ["f:readyReplicas": [:]],
                ],
            ],
        ]
        return object
    }

    private func changed(_ change: (inout KubernetesObject) -> Void) -> Drift? {
        var object = live
        change(&object)
        return Drift.of(object, from: wanted)
    }

    @Test func isNoneBesideDefaultsAndWhatControllersWrite() {
        #expect(Drift.of(live, from: wanted) == nil)
    }

    @Test func isSeenWhereSomethingIsDifferent() {
        #expect(changed { $0.json["spec"]?["replicas"] = 3 } == .changed)
        #expect(changed { $0.json["metadata"]?["labels"] = [:] } == .changed)
        #expect(changed { $0.json["spec"]?["containers"] = nil } == .changed)
    }

    @Test func isSeenWhereAListHasOneMore() {
        #expect(
            changed {
                $0.json["spec"]?["containers"] = [
                    ["name": "agent", "image": "x:1", "env": [["name": "A", "value": "1"], ["name": "B", "value": "2"]]]
                ]
            } == .changed)
    }

    @Test func isSeenWhereSomebodyHasAddedAField() {
        #expect(
            changed {
                $0.json["spec"]?["hostNetwork"] = true
                $0.json["metadata"]?["managedFields"] = [
                    ["manager": "kubectl-edit", "operation": "Update", "fieldsV1": ["f:spec": ["f:hostNetwork": [:]]]]
                ]
            } == .added)
    }

    @Test func isSeenWhereSomebodyHasAddedAFieldToAnEntryOfAList() {
        #expect(
            changed {
                $0.json["spec"]?["containers"] = [
                    ["name": "agent", "image": "x:1", "env": [["name": "A", "value": "1"]], "workingDir": "/"]
                ]
                $0.json["metadata"]?["managedFields"] = [
                    [
                        "manager": "kubectl-edit", "operation": "Update",
                        "fieldsV1": ["f:spec": ["f:containers": [#"k:{"name":"agent"}"#: ["f:workingDir": [:]]]]],
                    ]
                ]
            } == .added)
    }

    @Test func isSeenDeepInsideAListThatSomebodyHasSetAsAWhole() {
        let wanted = KubernetesObject(
            .networkPolicies, name: "p", namespace: "n", body: ["spec": ["egress": [["ports": [["port": 443]]]]]])
        func drift(by manager: String, to egress: JSONValue) -> Drift? {
            var live = wanted
            live.json["spec"]?["egress"] = egress
            live.json["metadata"]?["managedFields"] = [
                ["manager": .string(manager), "fieldsV1": ["f:spec": ["f:egress": [:]]]]
            ]
            return Drift.of(live, from: wanted)
        }
        let more: JSONValue = [["ports": [["port": 443, "endPort": 9999]]]]
        #expect(drift(by: "kubectl-edit", to: more) == .added)
        #expect(drift(by: "openclaw-cloud", to: more) == nil, "the server has filled in a default")
        #expect(drift(by: "kubectl-edit", to: [["ports": [["port": 443]]]]) == nil)
    }

    /// As 1.37 answers to a replacement after `progressDeadlineSeconds: 77` or another `serviceAccountName`.
    @Test func isNoneForWhatTheServerMakesOfOurReplacement() {
        func answer(_ deadline: JSONValue) -> KubernetesObject {
            var answer = live
            answer.json["metadata"]?["uid"] = "u-1"
            answer.json["spec"]?["progressDeadlineSeconds"] = deadline
            answer.json["spec"]?["serviceAccount"] = "agent"
            answer.json["metadata"]?["managedFields"] = [
                [
                    "manager": "openclaw-cloud", "operation": "Update",
                    "fieldsV1": ["f:spec": ["f:progressDeadlineSeconds": [:], "f:serviceAccount": [:]]],
                ]
            ]
            return answer
        }
        let additions = ServerAdditions()
        #expect(additions.drift(of: answer(600), from: wanted) == .added, "it may be an earlier release's")
        additions.learn(from: answer(600), wanted: wanted)
        #expect(additions.drift(of: answer(600), from: wanted) == nil)
        #expect(additions.drift(of: answer(77), from: wanted) == .added, "even in our name")
        var other = answer(600)
        other.json["metadata"]?["uid"] = "u-2"
        #expect(additions.drift(of: other, from: wanted) == .added)
        additions.learn(from: live, wanted: wanted)
    }

    @Test func isNoneForAnAddedFieldThatNobodySet() {
        #expect(changed { $0.json["spec"]?["newDefaultOfALaterRelease"] = 1 } == nil)
    }

    @Test func isNoneWhereAStatusIsWritten() {
        #expect(
            changed {
                $0.json["metadata"]?["managedFields"] = [
                    ["manager": "kubelet", "subresource": "status", "fieldsV1": ["f:spec": ["f:odd": [:]]]]
                ]
            } == nil)
    }

    @Test func letsClustersMarkNamespacesAndWatchesTheirSecurityLabels() {
        let wanted = KubernetesObject(.namespaces, name: "n", namespace: nil, labels: ["a": "b"])
        func drift(adding label: String) -> Drift? {
            var live = wanted
            live.json["metadata"]?["labels"]?[label] = "x"
            live.json["metadata"]?["managedFields"] = [
                ["manager": "rancher", "fieldsV1": ["f:metadata": ["f:labels": ["f:" + label: [:]]]]]
            ]
            return Drift.of(live, from: wanted)
        }
        #expect(drift(adding: "field.cattle.io/projectId") == nil)
        #expect(drift(adding: "pod-security.kubernetes.io/enforce-version") == .added)
    }

    @Test func replacesWithWhatIsWantedAndWhatTheClusterKeeps() {
        var claim = KubernetesObject(
            .persistentVolumeClaims, name: "c", namespace: "n", body: ["spec": ["volumeName": "pv-1", "odd": 1]])
        claim.json["metadata"]?["resourceVersion"] = "9"
        claim.json["metadata"]?["annotations"] = ["pv.kubernetes.io/bind-completed": "yes", "odd": "1"]
        let wanted = KubernetesObject(.persistentVolumeClaims, name: "c", namespace: "n", annotations: ["mine": "1"])
        let replacement = Drift.replacement(of: claim, by: wanted)
        #expect(replacement["spec"] == ["volumeName": "pv-1"])
        #expect(replacement.metadata["annotations"] == ["mine": "1", "pv.kubernetes.io/bind-completed": "yes"])
        #expect(replacement.resourceVersion == "9")
    }
}
