import BoxSupervisor
import Core
import FoundationEssentials
import JSON
import Kubernetes

extension AgentState {
    /// What the objects in the cluster say of an agent.
    /// - Parameters:
    ///   - namespace: its own; `nil` if there is none.
    ///   - pods: those in it.
    ///   - now: tells which pods have had time enough to become ready.
    init(namespace: KubernetesObject?, deployment: KubernetesObject?, pods: [KubernetesObject], now: Date) {
        guard let namespace, !namespace.isBeingDeleted else {
            self = .absent
            return
        }
        let agents = pods.filter { $0.label(Tenant.Label.appName) == Tenant.appName }
        guard let deployment, !deployment.isBeingDeleted, deployment["spec"]?["replicas"]?.integer != 0 else {
            // A pod that is there without a Deployment, or in spite of it, is still ending.
            self = agents.allSatisfy(\.isOver) ? .stopped : .starting
            return
        }
        let wanted = deployment["spec"]?["template"]?["metadata"]?["annotations"]?[Tenant.Annotation.specification]
        // Until then, pods and conditions are those from before.
        let isObserved =
            deployment["status"]?["observedGeneration"]?.integer ?? 0 >= deployment.metadata["generation"]?.integer ?? 0
        let current = agents.filter {
            !$0.isBeingDeleted && $0.annotation(Tenant.Annotation.specification) == wanted?.string
        }.max { $0.creation < $1.creation }
        guard isObserved else {
            self = .starting
            return
        }
        guard deployment["status"]?["updatedReplicas"]?.integer ?? 0 > 0, let current else {
            self = Self.refusal(of: deployment, now: now).map { .failed($0) } ?? .starting
            return
        }
        self = Self.state(of: current, now: now)
    }

    /// Seconds in which a pod is ready, or says itself what is wrong: the first start of a new image may take five minutes, and
    /// it has to be fetched first. After that something is in its way that nobody tells, such as a volume that can't be mounted.
    private static let startLimit: TimeInterval = 600

    private static func state(of pod: KubernetesObject, now: Date) -> AgentState {
        let ready = pod.condition("Ready")
        if ready?["status"]?.string == "True" { return .ready }
        let since = ready?["lastTransitionTime"]?.string ?? pod.creation
        let isLate = since < (now - startLimit).formatted(.iso8601)
        if let scheduled = pod.condition("PodScheduled"), scheduled["status"]?.string == "False",
            scheduled["reason"]?.string == "Unschedulable",
            // Its volume is still being made.
            isLate || scheduled["message"]?.string?.contains("unbound immediate PersistentVolumeClaims") != true
        {
            return .failed(.noRoom)
        }
        let status = pod["status"] ?? [:]
        for container in (status["initContainerStatuses"]?.elements ?? []) + (status["containerStatuses"]?.elements ?? []) {
            let restarts = container["restartCount"]?.integer ?? 0
            if let reason = container["state"]?["waiting"]?["reason"]?.string {
                if imageTroubles.contains(reason) { return .failed(.imageUnavailable) }
                if startTroubles.contains(reason) { return .failed(.notStartable) }
            }
            guard let ended = container["state"]?["terminated"] ?? container["lastState"]?["terminated"],
                ended["exitCode"]?.integer != 0 || restarts > 0
            else { continue }
            let trouble = AgentTrouble(ended: ended)
            let isLasting = restarts >= (trouble == .configurationRefused ? 1 : 3)
            return isLasting ? .failed(trouble) : .restarting(trouble)
        }
        if status["phase"]?.string == "Failed" { return .restarting(.vanished) }
        return isLate ? .failed(.neverAnswered) : .starting
    }

    private static let startTroubles: Set = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]

    private static let imageTroubles: Set = [
        "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
        "RegistryUnavailable",
    ]

    /// Seconds after a change within which a Deployment may still say why its pods from before the change were refused.
    private static let settling: TimeInterval = 5

    /// Why the cluster makes no pod at all (no such priority class, say); nothing while a fresh quota is still being counted.
    private static func refusal(of deployment: KubernetesObject, now: Date) -> AgentTrouble? {
        let failure = deployment["status"]?["conditions"]?.elements.first {
            $0["type"]?.string == "ReplicaFailure" && $0["status"]?.string == "True"
        }
        guard let failure, failure["message"]?.string?.contains("status unknown for quota") != true else { return nil }
        let changes = deployment.metadata["managedFields"]?.elements.filter { $0["subresource"] == nil } ?? []
        let lastChange = changes.compactMap { $0["time"]?.string }.max() ?? ""
        return lastChange < (now - settling).formatted(.iso8601) ? .notStartable : nil
    }
}

extension AgentTrouble {
    /// - Parameter ended: `state.terminated` of a container.
    fileprivate init(ended: JSONValue) {
        let code = ended["exitCode"]?.integer ?? 0
        self =
            switch (ended["reason"]?.string, code) {
            case ("OOMKilled", _): .ranOutOfMemory
            case (_, Int64(AgentCommand.refusedExitCode)): .configurationRefused
            // Ended by a signal, as the kubelet does with what fails its liveness probe.
            case (_, 128...): .vanished
            default: .exited(code: Int32(clamping: code))
            }
    }
}

extension KubernetesObject {
    /// Whether nothing of a pod runs any more. One that the kubelet has evicted stays listed for long, whatever its Deployment
    /// wants.
    var isOver: Bool {
        let phase = self["status"]?["phase"]?.string
        return phase == "Succeeded" || phase == "Failed"
    }

    /// RFC 3339, which sorts as text.
    var creation: String { metadata["creationTimestamp"]?.string ?? "" }

    fileprivate func condition(_ type: String) -> JSONValue? {
        self["status"]?["conditions"]?.elements.first { $0["type"]?.string == type }
    }

    /// How often a pod's containers have been started again.
    var restarts: Int {
        (self["status"]?["containerStatuses"]?.elements ?? []).reduce(0) { $0 + Int($1["restartCount"]?.integer ?? 0) }
    }
}
