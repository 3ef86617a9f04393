package import JSON
package import Kubernetes

/// One of the platform's own services, as far as a cluster has to do with it.
package struct PlatformService: Sendable {
    /// Of its objects, its pods' label and its Service; also the subcommand.
    package var name: String
    /// What others reach it by; `nil` for those that nobody calls.
    package var port: Port?
    /// Where `/healthz`, `/readyz` and `/metrics` are; its own port, if that is the same.
    package var probePort: Int
    /// Who calls it.
    package var callers: Set<Caller>
    /// Where it connects to, as rules of a NetworkPolicy, beside names and the database.
    package var egress: [JSONValue]
    /// The environment variables that come out of the Secret.
    package var secrets: [SecretVariable]
    /// Environment variables of its own, beside the ConfigMap's.
    package var variables: [String: String]
    package var scale: Scale
    /// GiB of a volume that outlives the pod; `nil` where nothing has to.
    package var volume: Int?
    /// Whether it holds a token for the API server.
    package var reachesCluster: Bool

    package struct Port: Sendable, Hashable {
        package var name: String
        package var number: Int

        package init(name: String, number: Int) {
            self.name = name
            self.number = number
        }
    }

    package enum Caller: Sendable, Hashable, CaseIterable {
        /// By the ingress controller.
        case visitors
        /// Customers' agents.
        case agents
        /// The service that talks with visitors.
        case onboarding
    }

    package struct SecretVariable: Sendable, Hashable {
        package var name: String
        /// Without it the pod doesn't start.
        package var isRequired: Bool

        package init(name: String, isRequired: Bool) {
            self.name = name
            self.isRequired = isRequired
        }
    }

    package enum Scale: Sendable, Hashable {
        /// As many as there are nodes to lose, and one.
        case redundant
        /// By load.
        case elastic
    }

    package init(
        name: String, port: Port? = nil, probePort: Int, callers: Set<Caller> = [], egress: [JSONValue] = [],
        secrets: [SecretVariable] = [], variables: [String: String] = [:], scale: Scale, volume: Int? = nil,
        reachesCluster: Bool = false
    ) {
        self.name = name
        self.port = port
        self.probePort = probePort
        self.callers = callers
        self.egress = egress
        self.secrets = secrets
        self.variables = variables
        self.scale = scale
        self.volume = volume
        self.reachesCluster = reachesCluster
    }
}
