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
            "terminationGracePeriodSeconds": 30,
            "securityContext": [
                "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
                // Volumes with many small files would take minutes to be gone through at each start.
                "fsGroupChangePolicy": "OnRootMismatch",
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
            "initContainers": [temporaryDirectory],
            "containers": [gateway],
            "volumes": [
                ["name": "state", "persistentVolumeClaim": ["claimName": .string(Tenant.volume)]],
                ["name": "configuration", "configMap": ["name": .string(Tenant.name), "defaultMode": 0o444]],
                ["name": "scratch", "emptyDir": ["sizeLimit": "256Mi"]],
            ],
        ]
        if let name = settings.priorityClass { spec["priorityClassName"] = .string(name) }
        if let name = settings.runtimeClass { spec["runtimeClassName"] = .string(name) }
        return .object(spec)
    }

    private var image: JSONValue { .string(specification.image ?? settings.image) }

    /// OpenClaw wants `/tmp` with mode 1777, which no kind of volume has by itself.
    private var temporaryDirectory: JSONValue {
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
        let plain = specification.environment(at: .container).sorted { $0.key < $1.key }
        let names = AgentSpecification.SecretName.self
        return plain.map { ["name": .string($0.key), "value": .string($0.value)] }
            + [names.gatewayToken, names.proxyToken, names.botToken].map { name in
                [
                    "name": .string(name),
                    "valueFrom": ["secretKeyRef": ["name": .string(Tenant.name), "key": .string(name)]],
                ]
            }
    }

    /// The state, the key of its encryption and the workspace outlive the pod. The files of ours are mounted one by one: OpenClaw
    /// takes only a regular file for its configuration, and a whole directory would be one of symbolic links.
    private var mounts: [JSONValue] {
        let place = AgentPlace.container
        func volume(_ name: String, at path: String) -> JSONValue {
            ["name": "state", "mountPath": .string(path), "subPath": .string(name)]
        }
        func file(_ name: String, at path: String) -> JSONValue {
            ["name": "configuration", "mountPath": .string(path), "subPath": .string(name), "readOnly": true]
        }
        return [
            volume("state", at: place.stateDirectory),
            volume("config", at: place.home + "/.config/openclaw"),
            volume("workspace", at: place.workspace),
            file(Self.configurationFile, at: place.configuration),
        ]
            + specification.workspace.keys.sorted().map { file($0, at: place.workspace + "/" + $0) }
            + [
                ["name": "scratch", "mountPath": "/tmp", "subPath": "tmp"],
                ["name": "scratch", "mountPath": .string(place.home + "/.cache"), "subPath": "cache"],
            ]
    }

    private static func probe(_ path: String, every seconds: Int64, failures: Int64) -> JSONValue {
        [
            "httpGet": ["path": .string(path), "port": "gateway", "scheme": "HTTP"],
            "periodSeconds": .integer(seconds), "failureThreshold": .integer(failures), "timeoutSeconds": 5,
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
