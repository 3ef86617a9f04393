import Core
import Kubernetes

extension Manifests {
    /// One replica, and never two at once: two pollers on one Telegram token refuse each other.
    var deployment: KubernetesObject {
        let labels = Tenant.labels(agent)
        return make(
            .deployments,
            body: [
                "spec": [
                    "replicas": 1,
                    "revisionHistoryLimit": 2,
                    "strategy": ["type": "Recreate"],
                    "selector": ["matchLabels": [Tenant.Label.appName: .string(Tenant.appName)]],
                    "template": [
                        "metadata": [
                            "labels": JSONValue(labels),
                            "annotations": [
                                Tenant.Annotation.owner: .string(agent.boxID.rawValue),
                                Tenant.Annotation.specification: .string(specification.hash),
                            ],
                        ],
                        "spec": podSpec,
                    ],
                ]
            ])
    }

    private var podSpec: JSONValue {
        var spec: JSONObject = [
            "serviceAccountName": .string(Tenant.name),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": .integer(AgentTiming.longestTurn.components.seconds),
            "securityContext": Self.podSecurity,
            "initContainers": [Self.temporaryDirectory(image: image)],
            "containers": [gateway],
            "volumes": [
                Self.stateVolume, Self.configurationVolume, ["name": "scratch", "emptyDir": ["sizeLimit": "1Gi"]],
                ["name": "empty", "emptyDir": ["sizeLimit": "1Mi"]],
            ],
        ]
        if let name = settings.priorityClass { spec["priorityClassName"] = .string(name) }
        if let name = settings.runtimeClass { spec["runtimeClassName"] = .string(name) }
        return .object(spec)
    }

    private var image: JSONValue { .string(specification.image ?? settings.image) }

    /// OpenClaw wants `/tmp` with mode 1777, which no kind of volume has by itself.
    static func temporaryDirectory(image: JSONValue) -> JSONValue {
        [
            "name": "temporary-directory",
            "image": image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["sh", "-c", "mkdir -p -m 1777 /scratch/tmp && mkdir -p -m 700 /scratch/cache"],
            "resources": [
                "requests": ["cpu": "10m", "memory": "32Mi"], "limits": ["cpu": "500m", "memory": "128Mi"],
            ],
            "securityContext": Self.restricted,
            "volumeMounts": [["name": "scratch", "mountPath": "/scratch"]],
        ]
    }

    private var gateway: JSONValue {
        let place = AgentPlace.container
        let port = JSONValue.integer(Int64(place.port))
        return [
            "name": .string(Tenant.container),
            "image": image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["openclaw", "gateway", "--bind", .string(place.bind.rawValue), "--port", .string("\(place.port)")],
            "env": .array(environment),
            "ports": [["name": "gateway", "containerPort": port, "protocol": "TCP"]],
            // Up to five minutes for a start: a new image migrates its data first.
            "startupProbe": Self.probe("/healthz", every: 1, failures: 300),
            "readinessProbe": Self.probe("/startupz", every: 2, failures: 3),
            "livenessProbe": Self.probe("/healthz", every: 10, failures: 6),
            "resources": [
                "requests": [
                    "cpu": Quantity.cores(resources.cpuRequest), "memory": Quantity.mebibytes(resources.memoryRequest),
                ],
                "limits": [
                    "cpu": Quantity.cores(resources.cpuLimit), "memory": Quantity.mebibytes(resources.memoryLimit),
                ],
            ],
            "securityContext": Self.restricted,
            "volumeMounts": .array(mounts),
        ]
    }

    private var environment: [JSONValue] {
        Self.variables(specification.environment(at: .container)) + Self.secretVariables
    }

    private var mounts: [JSONValue] {
        let workspace = AgentPlace.container.workspace
        return Self.stateMounts
            + specification.workspace.keys.sorted().map { Self.fileMount($0, at: workspace + "/" + $0) }
            + AgentPlace.codeFolders.map { Self.emptyMount(at: workspace + "/" + $0) }
            + [Self.temporaryMount, Self.volumeMount(Folder.cache, at: AgentPlace.container.home + "/.cache")]
    }

    private static func probe(_ path: String, every seconds: Int64, failures: Int64) -> JSONValue {
        [
            "httpGet": ["path": .string(path), "port": "gateway", "scheme": "HTTP"],
            "periodSeconds": .integer(seconds), "failureThreshold": .integer(failures), "timeoutSeconds": 5,
        ]
    }

    // MARK: What everything has in common that runs on an agent's state

    static let podSecurity: JSONValue = [
        "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
        // Volumes with many small files would take minutes to be gone through at each start.
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": ["type": "RuntimeDefault"],
    ]

    static let stateVolume: JSONValue = ["name": "state", "persistentVolumeClaim": ["claimName": .string(Tenant.volume)]]
    static let configurationVolume: JSONValue = [
        "name": "configuration", "configMap": ["name": .string(Tenant.name), "defaultMode": 0o440],
    ]

    /// The folders of the volume that the state is in.
    enum Folder {
        static let state = "state"
        static let workspace = "workspace"
        /// What makes a start quicker; no part of the state.
        static let cache = "cache"
    }

    /// The state, the key of its encryption and the workspace outlive the pod. The files of ours are mounted one by one: OpenClaw
    /// takes only a regular file for its configuration, and a whole directory would be one of symbolic links.
    static let stateMounts: [JSONValue] = {
        let place = AgentPlace.container
        return [
            volumeMount(Folder.state, at: place.stateDirectory),
            volumeMount("config", at: place.home + "/.config/openclaw"),
            volumeMount(Folder.workspace, at: place.workspace),
            fileMount(configurationFile, at: place.configuration),
        ]
    }()

    private static func volumeMount(_ folder: String, at path: String) -> JSONValue {
        ["name": "state", "mountPath": .string(path), "subPath": .string(folder)]
    }

    /// Keeps the agent from writing its own program: what lies in these folders would be loaded.
    private static func emptyMount(at path: String) -> JSONValue {
        ["name": "empty", "mountPath": .string(path), "readOnly": true]
    }

    static func fileMount(_ name: String, at path: String) -> JSONValue {
        ["name": "configuration", "mountPath": .string(path), "subPath": .string(name), "readOnly": true]
    }

    private static let temporaryMount: JSONValue = ["name": "scratch", "mountPath": "/tmp", "subPath": "tmp"]

    static let scratchMounts: [JSONValue] = [
        temporaryMount,
        ["name": "scratch", "mountPath": .string(AgentPlace.container.home + "/.cache"), "subPath": "cache"],
    ]

    static func variables(_ values: [String: String]) -> [JSONValue] {
        values.sorted { $0.key < $1.key }.map { ["name": .string($0.key), "value": .string($0.value)] }
    }

    static let secretVariables: [JSONValue] = {
        let names = AgentSpecification.SecretName.self
        return [names.gatewayToken, names.proxyToken, names.botToken].map { name in
            [
                "name": .string(name),
                "valueFrom": ["secretKeyRef": ["name": .string(Tenant.name), "key": .string(name)]],
            ]
        }
    }()

    /// What PodSecurity's "restricted" asks of a container, and a root file system that can't be written
    /// (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
    static let restricted: JSONValue = [
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "runAsNonRoot": true,
        "capabilities": ["drop": ["ALL"]],
        "seccompProfile": ["type": "RuntimeDefault"],
    ]
}
