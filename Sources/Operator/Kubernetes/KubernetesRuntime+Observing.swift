import BoxSupervisor
package import Core
import FoundationEssentials
import JSON
import Kubernetes
import Logging
import Store

/// What is so of an agent.
extension KubernetesRuntime {
    package func observe(_ agent: AgentReference) async throws -> AgentObservation {
        try await informers.waitUntilSynced()
        _ = try await namespace(of: agent)
        let deployment = informers.object(.deployments, Tenant.name, namespace: agent.namespace)
        let template = deployment?["spec"]?["template"]
        let container = template?["spec"]?["containers"]?.elements.first { $0["name"]?.string == Tenant.container }
        let state = state(of: agent)
        let report = followed[agent]?.report
        let settings = informers.object(.configMaps, Tenant.name, namespace: agent.namespace)
        return AgentObservation(
            state: state,
            specificationHash: report?.settings ?? settings?.annotation(Tenant.Annotation.specification),
            processHash: template?["metadata"]?["annotations"]?[Tenant.Annotation.specification]?.string,
            refusedHash: report?.refused?.settings, isDrifted: isDrifted(agent),
            // What a pod says is bounded before anybody counts with it.
            restarts: pods(of: agent).reduce(min(max(report?.restarts ?? 0, 0), 1_000_000)) { $0 + $1.restarts },
            // What an earlier box has left is none of this one's.
            image: state == .absent ? nil : container?["image"]?.string, words: report?.words ?? report?.refused?.words)
    }

    package func proxyTokenHash(of agent: AgentReference) async throws -> String? {
        secrets[agent] = try await inOwnersWords(agent) {
            try await secret(of: agent)
        }
        let token = TenantSecrets.value(SecretName.proxyToken, of: secrets[agent])
        return token.map { AccessToken($0.reveal()).hash }
    }

    /// The agent's namespace. One that isn't in the copy is asked for by its name: somebody may have taken off the label that the
    /// copy is selected by, and what is in it would live on unseen.
    func namespace(of agent: AgentReference) async throws -> KubernetesObject? {
        if let known = informers.object(.namespaces, agent.namespace) {
            guard let inhabitant = AgentReference(namespace: known) else {
                // It carries our label: what is in it must not be taken for gone.
                logger.error("whose namespace this is can't be read from it", metadata: ["namespace": "\(known.name)"])
                throw Self.fault
            }
            return inhabitant == agent ? known : nil
        }
        return try await inOwnersWords(agent) {
            guard let found = try await client.get(.namespaces, agent.namespace),
                AgentReference(namespace: found) == agent,
                let labelled = try await client.patch(
                    .namespaces, agent.namespace, namespace: nil,
                    merging: [
                        "metadata": [
                            "labels": JSONValue(
                                Tenant.labels(agent).merging([Tenant.Label.podSecurity: "restricted"]) { $1 })
                        ]
                    ], fieldManager: Tenant.fieldManager)
            else { return nil }
            informers.remember(labelled)
            return labelled
        }
    }

    func state(of agent: AgentReference) -> AgentState {
        guard let namespace = informers.object(.namespaces, agent.namespace), AgentReference(namespace: namespace) == agent
        else { return .absent }
        let seen = AgentState(
            namespace: namespace, deployment: informers.object(.deployments, Tenant.name, namespace: agent.namespace),
            pods: pods(of: agent), now: Date())
        guard let report = followed[agent]?.report else { return seen }
        switch (seen, report.state) {
        // The pod says what the box can't, and the box knows the rest better.
        case (.absent, _), (.stopped, _), (.failed, _): return seen
        case (_, .absent), (_, .stopped): return .starting
        default: return report.state
        }
    }

    /// Its own, not those of Jobs.
    func pods(of agent: AgentReference) -> [KubernetesObject] {
        informers.objects(.pods, namespace: agent.namespace).filter { $0.label(Tenant.Label.appName) == Tenant.appName }
    }

    func isDrifted(_ agent: AgentReference) -> Bool {
        (applied[agent] ?? []).contains { isDrifted(agent, at: $0) }
    }

    /// Whether the object of that kind and name is no longer what was applied.
    func isDrifted(_ agent: AgentReference, at object: KubernetesObject) -> Bool {
        guard object.type != .secrets,
            let wanted = applied[agent]?.first(where: { $0.type == object.type && $0.name == object.name })
        else { return false }
        guard let live = informers.object(wanted.type, wanted.name, namespace: wanted.namespace) else { return true }
        return serverAdditions.drift(of: live, from: wanted) != nil
    }
}
