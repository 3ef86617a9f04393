import Core
import Kubernetes

/// The names that a customer's objects have in the cluster.
enum Tenant {
    /// What an object's writer is called in its `managedFields`.
    static let fieldManager = "openclaw-cloud"
    /// Selects everything that is ours.
    static let selector = "\(Label.managedBy)=\(fieldManager)"

    /// What the agents' pods are found by.
    static let appName = "openclaw-agent"
    /// What the pods are found by that move an agent's state.
    static let backupAppName = "openclaw-backup"

    /// The Deployment, ServiceAccount, Secret, ConfigMap and so on; each namespace has one of a kind.
    static let name = "agent"
    static let container = "agent"
    static let volume = "agent-state"

    enum Label {
        static let managedBy = "app.kubernetes.io/managed-by"
        static let appName = "app.kubernetes.io/name"
        static let customer = "openclaw.cloud/customer"
        static let box = "openclaw.cloud/box"
        /// What PodSecurity holds the namespace's pods to.
        static let podSecurity = "pod-security.kubernetes.io/enforce"
    }

    enum Annotation {
        /// The box that an object belongs to.
        static let owner = "openclaw.cloud/owner"
        /// SHA-256 of what was applied, for people who compare boxes; the operator compares the objects themselves.
        static let contentHash = "openclaw.cloud/content-hash"
        /// `AgentSpecification.processHash` on the pods and what makes them, `AgentSpecification.hash` on the ConfigMap.
        static let specification = "openclaw.cloud/specification"
        /// `AgentSpecification.hash` of what was put into the running pod last.
        static let settings = "openclaw.cloud/settings"
    }

    /// `customer-<id>`, where a spare's id takes the place of a customer's: the id's 26 characters make it a DNS label.
    static func namespace(_ customerID: Customer.ID) -> String { prefix + customerID.body }
    static let prefix = "customer-"

    static func labels(_ agent: AgentReference) -> [String: String] {
        [
            Label.managedBy: fieldManager, Label.appName: appName, Label.customer: agent.customerID.rawValue,
            Label.box: agent.boxID.rawValue,
        ]
    }
}

extension AgentReference {
    var namespace: String { Tenant.namespace(customerID) }

    /// The agent that a namespace of ours was made for, though somebody may have taken labels off or written over them.
    init?(namespace: KubernetesObject) {
        let boxes = [namespace.annotation(Tenant.Annotation.owner), namespace.label(Tenant.Label.box)]
        let customer = "\(Customer.idPrefix)_\(namespace.name.dropFirst(Tenant.prefix.count))"
        guard namespace.name.hasPrefix(Tenant.prefix),
            let box = boxes.lazy.compactMap({ $0.flatMap { Box.ID($0) } }).first, let customer = Customer.ID(customer)
        else { return nil }
        self.init(boxID: box, customerID: customer)
    }
}
