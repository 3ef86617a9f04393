import BoxSupervisor
import Core
import JSON
import Kubernetes

/// Everything that a box is in a cluster, worked out from its specification alone.
struct Manifests {
    let specification: AgentSpecification
    let secrets: TenantSecrets
    let settings: ClusterSettings
    /// The volume's claim as it is; `nil` if there is none.
    var claim: Claim? = nil

    struct Claim {
        /// What it asks for, such as `2Gi`.
        let storage: String
        /// The StorageClass that was applied; `nil` where the cluster chose its default one.
        let storageClass: String?
        /// Whether its StorageClass lets it grow, as far as that is known.
        let canGrow: Bool

        /// - Returns: `nil` for one that asks for nothing.
        init?(_ claim: KubernetesObject, canGrow: Bool) {
            guard let storage = claim["spec"]?["resources"]?["requests"]?["storage"]?.string else { return nil }
            self.storage = storage
            self.canGrow = canGrow
            let isOurs =
                claim.metadata["managedFields"]?.elements.contains {
                    $0["manager"]?.string == Tenant.fieldManager && $0["fieldsV1"]?["f:spec"]?["f:storageClassName"] != nil
                } ?? false
            storageClass = isOurs ? claim["spec"]?["storageClassName"]?.string : nil
        }
    }

    var agent: AgentReference { specification.agent }
    var resources: Plan.Resources { specification.resources }

    /// The objects in the order in which they have to come into being. Those of one step don't need each other.
    var steps: [[KubernetesObject]] {
        [
            [namespace],
            // Without it the operator may do nothing more in that namespace.
            [settings.access.binding(for: agent)],
            // The bounds come before what has to keep within them, or a larger plan's volume would be refused.
            [serviceAccount, resourceQuota, limitRange] + networkPolicies,
            [secret, configMap, persistentVolumeClaim],
            [deployment],
        ]
    }

    private var namespace: KubernetesObject {
        make(
            .namespaces, name: agent.namespace,
            labels: [
                // Set by the API server from 1.21 on, and what network policies select by.
                "kubernetes.io/metadata.name": agent.namespace,
                Tenant.Label.podSecurity: "restricted",
                "pod-security.kubernetes.io/audit": "restricted",
                "pod-security.kubernetes.io/warn": "restricted",
            ])
    }

    private var serviceAccount: KubernetesObject {
        make(.serviceAccounts, body: ["automountServiceAccountToken": false])
    }

    private var secret: KubernetesObject {
        make(.secrets, body: ["type": "Opaque", "data": secrets.data(for: specification.hash)])
    }

    private var configMap: KubernetesObject {
        var files = specification.workspace
        files[BoxFolders.configuration] = specification.containerConfiguration
        files[BoxFolders.manifest] = BoxManifest(specification.boxSettings(at: .container, secrets: [:])).text
        return make(
            .configMaps, annotations: [Tenant.Annotation.specification: specification.hash],
            body: ["data": JSONValue(files)])
    }

    private var persistentVolumeClaim: KubernetesObject {
        var spec: JSONObject = [
            "accessModes": ["ReadWriteOnce"],
            "resources": ["requests": ["storage": storage]],
        ]
        // That of a claim can't be changed; the setting is for new ones.
        if let name = claim == nil ? settings.storageClass : claim?.storageClass { spec["storageClassName"] = .string(name) }
        return make(.persistentVolumeClaims, name: Tenant.volume, body: ["spec": .object(spec)])
    }

    /// Volumes can grow, where their StorageClass allows it, and never shrink; after a smaller plan was chosen, the claim stays as
    /// large as it was.
    private var storage: JSONValue {
        let planned = resources.volume << 30
        guard let claim, let size = Quantity.bytes(claim.storage), size > planned || !claim.canGrow else {
            return Quantity.gibibytes(resources.volume)
        }
        return .string(claim.storage)
    }

    /// The plan's figures, with room for one short-lived pod beside the agent's.
    private var resourceQuota: KubernetesObject {
        let beside = Self.shortLived
        return make(
            .resourceQuotas,
            body: [
                "spec": [
                    "hard": [
                        // One that is still ending counts, too.
                        "pods": "3",
                        "requests.cpu": Quantity.cores(resources.cpuRequest + beside.cpu),
                        "limits.cpu": Quantity.cores(resources.cpuLimit + beside.cpu),
                        "requests.memory": Quantity.mebibytes(resources.memoryRequest + beside.memory),
                        "limits.memory": Quantity.mebibytes(resources.memoryLimit + beside.memory),
                        "requests.storage": storage,
                        "persistentvolumeclaims": "1",
                        "services": "0",
                    ]
                ]
            ])
    }

    /// Thousandths of a core, and MiB, of what runs for a moment beside the agent. OpenClaw's own commands need about as much
    /// memory to start as its gateway, which its docs call too little with 512 MiB.
    static let shortLived = (cpu: 500, memory: 1024)

    private var limitRange: KubernetesObject {
        let most: JSONValue = [
            "cpu": Quantity.cores(max(resources.cpuLimit, Self.shortLived.cpu)),
            "memory": Quantity.mebibytes(max(resources.memoryLimit, Self.shortLived.memory)),
        ]
        return make(
            .limitRanges,
            body: [
                "spec": [
                    "limits": [
                        [
                            "type": "Container", "max": most,
                            "default": [
                                "cpu": Quantity.cores(resources.cpuLimit),
                                "memory": Quantity.mebibytes(resources.memoryLimit),
                                // Logs and what lies in scratch folders: the node's disk is everyone's.
                                "ephemeral-storage": "1Gi",
                            ],
                            "defaultRequest": [
                                "cpu": Quantity.cores(resources.cpuRequest),
                                "memory": Quantity.mebibytes(resources.memoryRequest),
                                "ephemeral-storage": "0",
                            ],
                        ],
                        ["type": "PersistentVolumeClaim", "max": ["storage": storage]],
                    ]
                ]
            ])
    }

    /// An object of this box, with everything that all of them carry.
    func make(
        _ type: ResourceType, name: String = Tenant.name, labels: [String: String] = [:],
        annotations: [String: String] = [:], body: JSONObject = [:]
    ) -> KubernetesObject {
        agent.object(type, name: name, labels: labels, annotations: annotations, body: body)
    }
}

extension AgentReference {
    /// An object of the agent's box, with everything that all of them carry.
    func object(
        _ type: ResourceType, name: String, labels: [String: String] = [:], annotations: [String: String] = [:],
        body: JSONObject
    ) -> KubernetesObject {
        var annotations = annotations
        annotations[Tenant.Annotation.owner] = boxID.rawValue
        annotations[Tenant.Annotation.contentHash] = ContentHash.of(body)
        return KubernetesObject(
            type, name: name, namespace: type.isNamespaced ? namespace : nil,
            labels: Tenant.labels(self).merging(labels) { $1 }, annotations: annotations, body: body)
    }
}
