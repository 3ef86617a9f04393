import Core
import FoundationEssentials
import JSON
import Kubernetes
import Testing

@testable import Operator

/// What is made of pods and deployments as Kubernetes 1.20 reports them.
struct ClusterStateTests {
    private let namespace = KubernetesObject(.namespaces, name: "n", namespace: nil)
    /// 2027-01-15T08:00:00Z
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func deployment(
        replicas: Int64 = 1, updated: Int64 = 1, failure: String? = nil, observed: Int64 = 2
    ) -> KubernetesObject {
        var status: JSONObject = ["observedGeneration": .integer(observed), "updatedReplicas": .integer(updated)]
        if let failure {
            status["conditions"] = [["type": "ReplicaFailure", "status": "True", "message": .string(failure)]]
        }
        var object = KubernetesObject(
            .deployments, name: "agent", namespace: "n",
            body: [
                "spec": [
                    "replicas": .integer(replicas),
                    "template": ["metadata": ["annotations": ["openclaw.cloud/specification": "s1"]]],
                ],
                "status": .object(status),
            ])
        object.json["metadata"]?["generation"] = 2
        return object
    }

    private func pod(
        _ status: JSONValue, specification: String = "s1", createdAt: String = "2027-01-15T07:59:00Z"
    ) -> KubernetesObject {
        var pod = KubernetesObject(
            .pods, name: "agent-1", namespace: "n", labels: ["app.kubernetes.io/name": "openclaw-agent"],
            annotations: ["openclaw.cloud/specification": specification], body: ["status": status])
        pod.json["metadata"]?["creationTimestamp"] = .string(createdAt)
        return pod
    }

    private func state(
        _ status: JSONValue, specification: String = "s1", createdAt: String = "2027-01-15T07:59:00Z"
    ) -> AgentState {
        AgentState(
            namespace: namespace, deployment: deployment(),
            pods: [pod(status, specification: specification, createdAt: createdAt)], now: now)
    }

    @Test func isAbsentWithoutANamespace() {
        #expect(AgentState(namespace: nil, deployment: nil, pods: [], now: now) == .absent)
        var going = namespace
        going.json["metadata"]?["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        #expect(AgentState(namespace: going, deployment: deployment(), pods: [], now: now) == .absent)
    }

    @Test func isStoppedWithoutReplicas() {
        #expect(AgentState(namespace: namespace, deployment: nil, pods: [], now: now) == .stopped)
        #expect(AgentState(namespace: namespace, deployment: deployment(replicas: 0), pods: [], now: now) == .stopped)
    }

    @Test func isStoppedThoughAPodThatTheNodeHasEvictedIsStillListed() {
        func state(_ phase: String) -> AgentState {
            let pod = pod(["phase": .string(phase)])
            return AgentState(namespace: namespace, deployment: deployment(replicas: 0), pods: [pod], now: now)
        }
        #expect(state("Failed") == .stopped)
        #expect(state("Running") == .starting, "it is still ending")
    }

    @Test func failsWhenAPodSaysNothingForTenMinutes() {
        let creating: JSONValue = [
            "phase": "Pending",
            "containerStatuses": [["restartCount": 0, "state": ["waiting": ["reason": "ContainerCreating"]]]],
        ]
        #expect(state(creating, createdAt: "2027-01-15T07:50:00Z") == .starting)
        #expect(state(creating, createdAt: "2027-01-15T07:49:59Z") == .failed(.neverAnswered))
        let ready: JSONValue = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
        #expect(state(ready, createdAt: "2027-01-15T07:49:59Z") == .ready)
        let stalled: JSONValue = [
            "phase": "Running",
            "conditions": [["type": "Ready", "status": "False", "lastTransitionTime": "2027-01-15T07:55:00Z"]],
        ]
        #expect(state(stalled, createdAt: "2027-01-10T00:00:00Z") == .starting, "it was ready until a moment ago")
    }

    @Test(arguments: ["CreateContainerError", "CreateContainerConfigError", "RunContainerError"])
    func tellsThatTheContainerCannotBeStarted(reason: String) {
        #expect(
            state([
                "phase": "Pending",
                "containerStatuses": [["restartCount": 0, "state": ["waiting": ["reason": .string(reason)]]]],
            ]) == .failed(.notStartable))
    }

    @Test func isStartingUntilThePodOfThisVeryConfigurationIsReady() {
        #expect(AgentState(namespace: namespace, deployment: deployment(), pods: [], now: now) == .starting)
        let ready: JSONValue = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
        #expect(state(["phase": "Pending"]) == .starting)
        #expect(state(ready) == .ready)
        #expect(state(ready, specification: "s0") == .starting, "that is the pod from before")
        #expect(
            AgentState(namespace: namespace, deployment: deployment(updated: 0), pods: [pod(ready)], now: now) == .starting,
            "that is one from before, too: its template was another, though the configuration was the same")
    }

    private let refusal = #"pods "agent-1" is forbidden: violates PodSecurity "restricted:latest": host namespaces"#

    @Test func aRefusalOfTheGenerationBeforeIsNoFailure() {
        func state(observed: Int64) -> AgentState {
            let refused = deployment(updated: 0, failure: refusal, observed: observed)
            return AgentState(namespace: namespace, deployment: refused, pods: [], now: now)
        }
        #expect(state(observed: 1) == .starting)
        #expect(state(observed: 2) == .failed(.notStartable))
    }

    @Test func aRefusalCountsFiveSecondsAfterTheLastChange() {
        func state(changedAt time: String) -> AgentState {
            var refused = deployment(updated: 0, failure: refusal)
            refused.json["metadata"]?["managedFields"] = [
                ["manager": "openclaw-cloud", "time": .string(time)],
                ["manager": "kube-controller-manager", "subresource": "status", "time": "2027-01-15T08:00:00Z"],
            ]
            return AgentState(namespace: namespace, deployment: refused, pods: [], now: now)
        }
        #expect(state(changedAt: "2027-01-15T07:59:55Z") == .starting)
        #expect(state(changedAt: "2027-01-15T07:59:54Z") == .failed(.notStartable))
    }

    @Test(arguments: ["ErrImagePull", "ImagePullBackOff", "InvalidImageName"])
    func tellsThatTheImageCannotBeHad(reason: String) {
        #expect(
            state([
                "phase": "Pending",
                "containerStatuses": [["restartCount": 0, "state": ["waiting": ["reason": .string(reason)]]]],
            ]) == .failed(.imageUnavailable))
    }

    @Test func tellsThatThereIsNoRoom() {
        #expect(
            state([
                "phase": "Pending",
                "conditions": [["type": "PodScheduled", "status": "False", "reason": "Unschedulable"]],
            ]) == .failed(.noRoom))
        let unbound: JSONValue = [
            "phase": "Pending",
            "conditions": [
                [
                    "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                    "message": "0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims.",
                ]
            ],
        ]
        #expect(state(unbound) == .starting, "its volume is still being made")
        #expect(state(unbound, createdAt: "2027-01-15T07:00:00Z") == .failed(.noRoom), "nobody makes it")
    }

    private func crashed(_ restarts: Int64, _ ended: JSONValue) -> JSONValue {
        [
            "phase": "Running",
            "containerStatuses": [
                [
                    "restartCount": .integer(restarts), "state": ["waiting": ["reason": "CrashLoopBackOff"]],
                    "lastState": ["terminated": ended],
                ]
            ],
        ]
    }

    @Test func tellsWhyItCrashedAndFailsAtTheThirdTime() {
        #expect(state(crashed(1, ["exitCode": 137, "reason": "OOMKilled"])) == .restarting(.ranOutOfMemory))
        #expect(state(crashed(2, ["exitCode": 3, "reason": "Error"])) == .restarting(.exited(code: 3)))
        #expect(state(crashed(3, ["exitCode": 3, "reason": "Error"])) == .failed(.exited(code: 3)))
        #expect(state(crashed(1, ["exitCode": 137, "reason": "Error"])) == .restarting(.vanished))
    }

    @Test func tellsThatTheClusterTakesNoPod() {
        func state(_ failure: String) -> AgentState {
            AgentState(namespace: namespace, deployment: deployment(failure: failure), pods: [], now: now)
        }
        #expect(state("no PriorityClass with name x was found") == .failed(.notStartable))
        #expect(state("status unknown for quota: agent") == .starting, "it is being counted")
    }
}
