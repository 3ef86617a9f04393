import Core
import JSON
package import Kubernetes

/// The operator's identity in a cluster, and all that it may do there.
///
/// Cluster-wide it sees what is no secret, and makes namespaces; what it writes in a customer's namespace, and the Secret that it
/// reads there, it may by a RoleBinding of that namespace, which it makes itself. RBAC can't say "in `customer-*` alone", and who
/// may bind a role may do so anywhere: that is what the admission policy is for, on clusters that have such policies.
package struct OperatorAccess: Sendable {
    package let platformNamespace: String

    package init(platformNamespace: String) {
        self.platformNamespace = platformNamespace
    }

    package static let serviceAccount = "operator"
    /// Of the Lease that decides which of several operators is at work.
    package static let lease = "openclaw-cloud-operator"
    /// What it may do in a customer's namespace.
    package static let customerRole = "openclaw-cloud-customer"
    private static let clusterRole = "openclaw-cloud-operator"
    private static let group = "rbac.authorization.k8s.io"

    private var subject: JSONValue {
        ["kind": "ServiceAccount", "name": .string(Self.serviceAccount), "namespace": .string(platformNamespace)]
    }

    private static func reference(_ kind: String, _ name: String) -> JSONValue {
        ["apiGroup": .string(group), "kind": .string(kind), "name": .string(name)]
    }

    /// Lets the operator into an agent's namespace.
    func binding(for agent: AgentReference) -> KubernetesObject {
        agent.object(
            .roleBindings, name: Self.serviceAccount,
            body: ["roleRef": Self.reference("ClusterRole", Self.customerRole), "subjects": [subject]])
    }

    /// The identity and its rights.
    package var objects: [KubernetesObject] {
        [
            KubernetesObject(.serviceAccounts, name: Self.serviceAccount, namespace: platformNamespace),
            role(.clusterRoles, Self.clusterRole, Self.clusterRules),
            KubernetesObject(
                .clusterRoleBindings, name: Self.clusterRole, namespace: nil,
                body: ["roleRef": Self.reference("ClusterRole", Self.clusterRole), "subjects": [subject]]),
            role(.clusterRoles, Self.customerRole, Self.customerRules),
            role(.roles, Self.serviceAccount, Self.platformRules),
            KubernetesObject(
                .roleBindings, name: Self.serviceAccount, namespace: platformNamespace,
                body: ["roleRef": Self.reference("Role", Self.serviceAccount), "subjects": [subject]]),
        ]
    }

    private func role(_ type: ResourceType, _ name: String, _ rules: [JSONValue]) -> KubernetesObject {
        KubernetesObject(
            type, name: name, namespace: type.isNamespaced ? platformNamespace : nil, body: ["rules": .array(rules)])
    }

    private static func rule(
        _ group: String, _ resources: [String], _ verbs: [String], names: [String] = []
    ) -> JSONValue {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        var rule: JSONObject = ["apiGroups": list([group]), "resources": list(resources), "verbs": list(verbs)]
        if !names.isEmpty { rule["resourceNames"] = list(names) }
        return .object(rule)
    }

    private static let clusterRules: [JSONValue] = [
        // Boxes' namespaces come and go, so the rules can't name them.
        rule("", ["namespaces"], ["get", "list", "watch", "create", "patch", "update", "delete"]),
        // The copies that watches keep. No Secret is among them.
        rule(
            "", ["serviceaccounts", "configmaps", "persistentvolumeclaims", "resourcequotas", "limitranges", "pods"],
            ["list", "watch"]),
        rule("networking.k8s.io", ["networkpolicies"], ["list", "watch"]),
        rule("apps", ["deployments"], ["list", "watch"]),
        rule("batch", ["jobs"], ["list", "watch"]),
        // How it lets itself into the namespaces that it makes; with this one role, and never with another.
        rule(group, ["rolebindings"], ["list", "watch", "create", "patch", "update"]),
        rule(group, ["clusterroles"], ["bind"], names: [customerRole]),
    ]

    private static let customerRules: [JSONValue] = [
        rule(
            "", ["serviceaccounts", "configmaps", "resourcequotas", "limitranges"], ["create", "patch", "update", "delete"]),
        // Never deleted but with their namespace: they hold what customers have stored.
        rule("", ["persistentvolumeclaims"], ["create", "patch", "update"]),
        rule("networking.k8s.io", ["networkpolicies"], ["create", "patch", "update", "delete"]),
        rule("apps", ["deployments"], ["create", "patch", "update", "delete"]),
        // An annotation has the kubelet bring new settings into a pod at once.
        rule("", ["pods"], ["patch"]),
        // What saves an agent's state and puts it back; its Secret goes with it.
        rule("batch", ["jobs"], ["create", "delete"]),
        // Read one by one, never listed or watched: the operator doesn't hold the secrets of all customers.
        rule("", ["secrets"], ["get", "create", "patch", "update"]),
    ]

    private static let platformRules: [JSONValue] = [
        rule("coordination.k8s.io", ["leases"], ["create"]),
        rule("coordination.k8s.io", ["leases"], ["get", "update"], names: [lease]),
    ]
}

extension ClusterSettings {
    var access: OperatorAccess { OperatorAccess(platformNamespace: platformNamespace) }
}
