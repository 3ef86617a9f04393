import JSON
import Kubernetes

extension StateTransfer.Progress {
    /// What a Job and its pods say of a transfer.
    /// - Parameter pods: of the Job, as far as they are still there: they tell how much was moved, and why it failed.
    init(job: KubernetesObject, pods: [KubernetesObject]) {
        func condition(_ type: String) -> JSONValue? {
            job["status"]?["conditions"]?.elements.first { $0["type"]?.string == type && $0["status"]?.string == "True" }
        }
        if condition("Complete") != nil {
            self = .done(size: pods.lazy.compactMap(\.movedBytes).first)
        } else if let failure = condition("Failed") {
            self = .failed(reason: Self.reason(failure, pods: pods))
        } else {
            self = .running
        }
    }

    private static func reason(_ failure: JSONValue, pods: [KubernetesObject]) -> String {
        if failure["reason"]?.string == "DeadlineExceeded" {
            return "it took longer than \(TransferManifests.limit.components.seconds / 60) minutes"
        }
        return pods.lazy.compactMap(\.transferFailure).first ?? failure["message"]?.string ?? "nobody knows why"
    }
}

extension KubernetesObject {
    /// What our part of a transfer has reported in a pod that succeeded.
    fileprivate var movedBytes: Int64? {
        guard self["status"]?["phase"]?.string == "Succeeded" else { return nil }
        return ended.lazy.compactMap { $0.state["message"]?.string }.compactMap { Int64($0) }.first
    }

    /// What went wrong in a pod; without what OpenClaw itself has said, which may name what a customer has stored.
    fileprivate var transferFailure: String? {
        for (name, state) in ended {
            guard let code = state["exitCode"]?.integer, code != 0 else { continue }
            let how = state["reason"]?.string == "OOMKilled" ? "it ran out of memory" : "exit code \(code)"
            switch name {
            case "save": return "OpenClaw couldn't pack the state (\(how))"
            case "restore": return "OpenClaw couldn't unpack the state, or it found no room for it (\(how))"
            default: return state["message"]?.string.map { String($0.prefix(200)) } ?? "\(name) failed (\(how))"
            }
        }
        return nil
    }

    private var ended: [(name: String, state: JSONValue)] {
        let status = self["status"] ?? [:]
        return ((status["initContainerStatuses"]?.elements ?? []) + (status["containerStatuses"]?.elements ?? []))
            .compactMap { container in
                container["state"]?["terminated"].map { (container["name"]?.string ?? "", $0) }
            }
    }
}
