/// A kind of object, and under which path the API serves it
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris).
package struct ResourceType: Sendable, Hashable {
    /// Empty for the core group.
    package let group: String
    package let version: String
    package let kind: String
    /// As it stands in paths and in RBAC's rules.
    package let plural: String
    package let isNamespaced: Bool

    package init(group: String, version: String = "v1", kind: String, plural: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// - Parameters:
    ///   - namespace: `nil` for all of them.
    ///   - name: `nil` for the collection.
    func path(namespace: String?, name: String?, subresource: String?) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(namespace)" }
        path += "/\(plural)"
        if let name { path += "/\(name)" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}

extension ResourceType {
    package static let namespaces = ResourceType(group: "", kind: "Namespace", plural: "namespaces", isNamespaced: false)
    package static let serviceAccounts = ResourceType(group: "", kind: "ServiceAccount", plural: "serviceaccounts")
    package static let secrets = ResourceType(group: "", kind: "Secret", plural: "secrets")
    package static let configMaps = ResourceType(group: "", kind: "ConfigMap", plural: "configmaps")
    package static let persistentVolumeClaims = ResourceType(
        group: "", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims")
    package static let resourceQuotas = ResourceType(group: "", kind: "ResourceQuota", plural: "resourcequotas")
    package static let limitRanges = ResourceType(group: "", kind: "LimitRange", plural: "limitranges")
    package static let pods = ResourceType(group: "", kind: "Pod", plural: "pods")
    package static let events = ResourceType(group: "", kind: "Event", plural: "events")
    package static let networkPolicies = ResourceType(
        group: "networking.k8s.io", kind: "NetworkPolicy", plural: "networkpolicies")
    package static let deployments = ResourceType(group: "apps", kind: "Deployment", plural: "deployments")
    package static let jobs = ResourceType(group: "batch", kind: "Job", plural: "jobs")
    package static let roles = ResourceType(group: "rbac.authorization.k8s.io", kind: "Role", plural: "roles")
    package static let roleBindings = ResourceType(
        group: "rbac.authorization.k8s.io", kind: "RoleBinding", plural: "rolebindings")
    package static let clusterRoles = ResourceType(
        group: "rbac.authorization.k8s.io", kind: "ClusterRole", plural: "clusterroles", isNamespaced: false)
    package static let clusterRoleBindings = ResourceType(
        group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding", plural: "clusterrolebindings", isNamespaced: false)
    package static let admissionPolicies = ResourceType(
        group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicy",
        plural: "validatingadmissionpolicies", isNamespaced: false)
    package static let admissionPolicyBindings = ResourceType(
        group: "admissionregistration.k8s.io", kind: "ValidatingAdmissionPolicyBinding",
        plural: "validatingadmissionpolicybindings", isNamespaced: false)
    package static let leases = ResourceType(group: "coordination.k8s.io", kind: "Lease", plural: "leases")
}
