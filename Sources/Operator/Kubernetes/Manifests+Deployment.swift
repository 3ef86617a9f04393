import BoxSupervisor
import Core
import JSON
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
                                Tenant.Annotation.specification: .string(specification.processHash),
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
            // The supervisor gives the agent the time of its longest turn.
            "terminationGracePeriodSeconds": .integer(AgentTiming().stopGrace.components.seconds + 10),
            "securityContext": Self.podSecurity,
            "initContainers": .array([Self.temporaryDirectory(image: image)] + [supervisorProgram].compactMap(\.self)),
            "containers": [supervisor],
            "volumes": [
                Self.stateVolume, Self.configurationVolume, ["name": "scratch", "emptyDir": ["sizeLimit": "1Gi"]],
                ["name": "empty", "emptyDir": ["sizeLimit": "1Mi"]],
                ["name": "secrets", "secret": ["secretName": .string(Tenant.name), "defaultMode": 0o440]],
                // Its record, the secrets in force and a few megabytes of log.
                ["name": "supervisor", "emptyDir": ["medium": "Memory", "sizeLimit": "16Mi"]],
                ["name": "program", "emptyDir": ["sizeLimit": "1Gi"]],
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

    /// Brings `openclaw-cloud` in, where the agent's image doesn't have it.
    private var supervisorProgram: JSONValue? {
        guard let image = settings.supervisorImage else { return nil }
        return [
            "name": "supervisor",
            "image": .string(image),
            "imagePullPolicy": "IfNotPresent",
            "command": ["openclaw-cloud", "box", "install", .string(BoxFolders.program)],
            "resources": [
                "requests": ["cpu": "10m", "memory": "32Mi"], "limits": ["cpu": "500m", "memory": "256Mi"],
            ],
            "securityContext": Self.restricted,
            "volumeMounts": [["name": "program", "mountPath": .string(BoxFolders.program)]],
        ]
    }

    /// `openclaw-cloud box`, whose child the gateway is. Only what it says of itself comes out of the pod: the gateway listens
    /// on the pod's own loopback address.
    private var supervisor: JSONValue {
        let program = settings.supervisorImage == nil ? "openclaw-cloud" : BoxFolders.program + "/start"
        return [
            "name": .string(Tenant.container),
            "image": image,
            "imagePullPolicy": "IfNotPresent",
            "command": [.string(program), "box"],
            "ports": [["name": "box", "containerPort": .integer(Int64(BoxFolders.port)), "protocol": "TCP"]],
            "readinessProbe": Self.probe("/readyz", every: 2, failures: 3),
            // The supervisor looks after the gateway; nobody else looks after the supervisor.
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

    private var mounts: [JSONValue] {
        let workspace = AgentPlace.container.workspace
        return Self.stateMounts + AgentPlace.codeFolders.map { Self.emptyMount(at: workspace + "/" + $0) } + [
            Self.temporaryMount, Self.volumeMount(Folder.cache, at: AgentPlace.container.home + "/.cache"),
            ["name": "configuration", "mountPath": .string(BoxFolders.settings), "readOnly": true],
            ["name": "secrets", "mountPath": .string(BoxFolders.secrets), "readOnly": true],
            ["name": "supervisor", "mountPath": .string(BoxFolders.state)],
        ]
            + (settings.supervisorImage == nil
                ? [] : [["name": "program", "mountPath": .string(BoxFolders.program), "readOnly": true]])
    }

    private static func probe(_ path: String, every seconds: Int64, failures: Int64) -> JSONValue {
        [
            "httpGet": ["path": .string(path), "port": "box", "scheme": "HTTP"],
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

    /// The state, the key of its encryption and the workspace outlive the pod. The files of ours are put there by the supervisor:
    /// OpenClaw takes only a regular file for its configuration, and a mounted directory is one of symbolic links.
    static let stateMounts: [JSONValue] = {
        let place = AgentPlace.container
        return [
            volumeMount(Folder.state, at: place.stateDirectory),
            volumeMount("config", at: place.home + "/.config/openclaw"),
            volumeMount(Folder.workspace, at: place.workspace),
        ]
    }()

    private static func volumeMount(_ folder: String, at path: String) -> JSONValue {
        ["name": "state", "mountPath": .string(path), "subPath": .string(folder)]
    }

    /// Keeps the agent from writing its own program: what lies in these folders would be loaded.
    private static func emptyMount(at path: String) -> JSONValue {
        ["name": "empty", "mountPath": .string(path), "readOnly": true]
    }

    /// For OpenClaw's commands beside the gateway, which read the configuration.
    static let configurationMount: JSONValue = [
        "name": "configuration", "mountPath": .string(AgentPlace.container.configuration),
        "subPath": .string(BoxFolders.configuration), "readOnly": true,
    ]

    private static let temporaryMount: JSONValue = ["name": "scratch", "mountPath": "/tmp", "subPath": "tmp"]

    static let scratchMounts: [JSONValue] = [
        temporaryMount,
        ["name": "scratch", "mountPath": .string(AgentPlace.container.home + "/.cache"), "subPath": "cache"],
    ]

    static func variables(_ values: [String: String]) -> [JSONValue] {
        values.sorted { $0.key < $1.key }.map { ["name": .string($0.key), "value": .string($0.value)] }
    }

    static let secretVariables: [JSONValue] = SecretName.inEnvironment.map { name in
        [
            "name": .string(name),
            "valueFrom": ["secretKeyRef": ["name": .string(Tenant.name), "key": .string(name)]],
        ]
    }

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
