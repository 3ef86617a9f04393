import BoxSupervisor
import Core
import JSON
import Kubernetes

/// What boxes say of themselves, and how new settings get into a pod that is there.
extension KubernetesRuntime {
    struct Followed {
        /// Of the pod.
        let address: String
        let task: Task<Void, Never>
        var report: BoxReport?
    }

    /// Asks the agent's newest pod how the box is, from now on and until there is another one or none.
    func follow(_ agent: AgentReference) {
        let pod = pods(of: agent).filter { !$0.isBeingDeleted && !$0.isOver }.max { $0.creation < $1.creation }
        let address = pod?["status"]?["podIP"]?.string
        if followed[agent]?.address == address { return }
        followed.removeValue(forKey: agent)?.task.cancel()
        guard let address else { return }
        let task = Task {
            await BoxFollower(address: address).follow { [weak self] in await self?.took($0, of: agent, from: address) }
        }
        followed[agent] = Followed(address: address, task: task)
    }

    func took(_ report: BoxReport?, of agent: AgentReference, from address: String) {
        guard let before = followed[agent], before.address == address, before.report != report else { return }
        followed[agent]?.report = report
        let isNews = before.report?.settings != report?.settings || before.report?.refused != report?.refused
        guard !underWay.contains(agent) else { return }
        announce(agent, isDrifted: false)
        if isNews { broadcast.send(agent) }
    }

    /// Has the kubelet look at the pod: what is mounted into it, it would look for once a minute otherwise.
    func nudge(_ specification: AgentSpecification) async throws {
        let agent = specification.agent
        for pod in pods(of: agent) where !pod.isBeingDeleted && !pod.isOver {
            guard pod.annotation(Tenant.Annotation.specification) == specification.processHash else { continue }
            _ = try await client.patch(
                .pods, pod.name, namespace: agent.namespace,
                merging: ["metadata": ["annotations": [Tenant.Annotation.settings: .string(specification.hash)]]],
                fieldManager: Tenant.fieldManager)
        }
    }
}
