import BoxSupervisor
import Core
import JSON
import Kubernetes

extension Manifests {
    /// Nothing comes in but the operator's question how the agent is. Nothing goes out but to what the agent lives on, and its
    /// state on its way to the store.
    var networkPolicies: [KubernetesObject] {
        let policies = [
            make(
                .networkPolicies, name: "default-deny",
                body: ["spec": ["podSelector": [:], "policyTypes": ["Ingress", "Egress"]]]),
            agent.egress("agent-egress", of: Tenant.appName, rules: egress),
            agent.object(
                .networkPolicies, name: "agent-ingress",
                body: [
                    "spec": [
                        "podSelector": ["matchLabels": [Tenant.Label.appName: .string(Tenant.appName)]],
                        "policyTypes": ["Ingress"],
                        "ingress": [ingress],
                    ]
                ]),
        ]
        return policies + [settings.backupEgress(of: agent)].compactMap(\.self)
    }

    /// Lets the operator ask how the agent is.
    private var ingress: JSONValue {
        let namespace = JSONValue.string(settings.platformNamespace)
        return [
            "from": [["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": namespace]]]],
            "ports": [["port": .integer(Int64(BoxFolders.port)), "protocol": "TCP"]],
        ]
    }

    private var egress: [JSONValue] {
        var rules = [EgressRule.nameService]
        let own = [specification.tokenProxyURL, specification.agentToolsURL, specification.telegramAPIRoot]
        for url in own.compactMap(\.self) {
            if let rule = EgressRule.own(url) { rules.append(rule) }
        }
        switch settings.egress {
        case .open: rules.append(EgressRule.publicAddresses(port: 443, except: settings.blockedRanges))
        case .strict: rules.append(EgressRule.telegram)
        }
        return rules
    }
}

extension ClusterSettings {
    /// Lets the pods that move an agent's state reach the object store; the agent itself doesn't.
    /// - Returns: `nil` where states aren't saved.
    func backupEgress(of agent: AgentReference) -> KubernetesObject? {
        guard let backups else { return nil }
        let port = EgressRule.port(of: backups.endpoint)
        let elsewhere =
            backups.ranges.isEmpty
            ? EgressRule.publicAddresses(port: port, except: blockedRanges) : EgressRule.ranges(backups.ranges, port: port)
        let store = EgressRule.own(backups.endpoint) ?? elsewhere
        return agent.egress("backup-egress", of: Tenant.backupAppName, rules: [EgressRule.nameService, store])
    }
}

extension AgentReference {
    fileprivate func egress(_ name: String, of appName: String, rules: [JSONValue]) -> KubernetesObject {
        object(
            .networkPolicies, name: name,
            body: [
                "spec": [
                    "podSelector": ["matchLabels": [Tenant.Label.appName: .string(appName)]],
                    "policyTypes": ["Egress"],
                    "egress": .array(rules),
                ]
            ])
    }
}
