package import Kubernetes

/// A minor release of Kubernetes, which decides what kinds of objects there are.
package struct KubernetesRelease: Sendable, Hashable {
    package let minor: Int

    package init(minor: Int) {
        self.minor = minor
    }

    /// The first one that has everything; K3s' current releases are newer.
    package static let whole = KubernetesRelease(minor: 30)

    /// - Parameter text: such as `1.34`.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "1", let minor = Int(parts[1]), minor >= 20 else { return nil }
        self.minor = minor
    }

    var disruptionBudgets: ResourceType {
        ResourceType(
            group: "policy", version: minor >= 21 ? "v1" : "v1beta1", kind: "PodDisruptionBudget",
            plural: "poddisruptionbudgets")
    }

    var cronJobs: ResourceType {
        ResourceType(group: "batch", version: minor >= 21 ? "v1" : "v1beta1", kind: "CronJob", plural: "cronjobs")
    }

    /// ValidatingAdmissionPolicy is stable from 1.30 on (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/).
    package var hasAdmissionPolicies: Bool { minor >= 30 }
}

extension ResourceType {
    static let services = ResourceType(group: "", kind: "Service", plural: "services")
    static let statefulSets = ResourceType(group: "apps", kind: "StatefulSet", plural: "statefulsets")
    static let horizontalPodAutoscalers = ResourceType(
        group: "autoscaling", kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers")
    static let ingresses = ResourceType(group: "networking.k8s.io", kind: "Ingress", plural: "ingresses")
    static let priorityClasses = ResourceType(
        group: "scheduling.k8s.io", kind: "PriorityClass", plural: "priorityclasses", isNamespaced: false)
}
