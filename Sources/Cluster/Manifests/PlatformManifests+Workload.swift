import JSON
import Kubernetes

extension PlatformManifests {
    func objects(of service: PlatformService) -> [KubernetesObject] {
        [workload(of: service)] + serviceObjects(of: service) + disruptionBudget(of: service) + autoscaler(of: service)
    }

    /// A StatefulSet where something has to outlive the pod, else a Deployment.
    private func workload(of service: PlatformService) -> KubernetesObject {
        var spec: JSONObject = [
            "replicas": .integer(Int64(overlay.replicas)),
            "revisionHistoryLimit": 3,
            "selector": Self.selector(service.name),
            "template": template(of: service),
        ]
        // The autoscaler says how many there are; an applied number would undo what it says.
        if overlay.mostReplicas(service.scale) != nil { spec["replicas"] = nil }
        guard let volume = service.volume else {
            spec["strategy"] = ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 0, "maxSurge": 1]]
            return make(.deployments, service.name, app: service.name, body: ["spec": .object(spec)])
        }
        spec["serviceName"] = .string(service.name)
        spec["podManagementPolicy"] = "Parallel"
        spec["volumeClaimTemplates"] = [Self.claim("data", gibibytes: volume)]
        return make(.statefulSets, service.name, app: service.name, body: ["spec": .object(spec)])
    }

    private func template(of service: PlatformService) -> JSONValue {
        [
            "metadata": [
                "labels": [Self.appName: .string(service.name), Self.partOf: .string(Self.product)],
                "annotations": [
                    "openclaw.cloud/configuration": .string(configurationHash),
                    "prometheus.io/scrape": "true", "prometheus.io/path": "/metrics",
                    "prometheus.io/port": .string("\(service.probePort)"),
                ],
            ],
            "spec": pod(of: service),
        ]
    }

    private func pod(of service: PlatformService) -> JSONValue {
        var volumes: [JSONValue] = [["name": "scratch", "emptyDir": ["sizeLimit": "256Mi"]]]
        if service.volume == nil { volumes.append(["name": "data", "emptyDir": ["sizeLimit": "256Mi"]]) }
        if plans != nil { volumes.append(["name": "plans", "configMap": ["name": "plans"]]) }
        return [
            "serviceAccountName": .string(service.reachesCluster ? service.name : Self.serviceAccountName),
            "automountServiceAccountToken": .bool(service.reachesCluster),
            "enableServiceLinks": false,
            "priorityClassName": .string(Self.priorityClass),
            // The program gives itself fifty seconds.
            "terminationGracePeriodSeconds": 60,
            "securityContext": Self.podSecurity(user: 1000),
            "topologySpreadConstraints": [
                [
                    "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": Self.selector(service.name),
                ]
            ],
            "containers": [container(of: service)],
            "volumes": .array(volumes),
        ]
    }

    private func container(of service: PlatformService) -> JSONValue {
        var ports: [JSONValue] = []
        if let port = service.port { ports.append(Self.containerPort(port.name, port.number)) }
        if service.port?.number != service.probePort { ports.append(Self.containerPort("ops", service.probePort)) }
        let probePort = service.port?.number == service.probePort ? service.port?.name ?? "ops" : "ops"
        var mounts: [JSONValue] = [
            ["name": "data", "mountPath": .string(Self.dataDirectory)], ["name": "scratch", "mountPath": "/tmp"],
        ]
        if plans != nil {
            mounts.append(
                ["name": "plans", "mountPath": .string(Self.plansFile), "subPath": "plans.json", "readOnly": true])
        }
        return [
            "name": .string(service.name),
            "image": .string(image),
            "imagePullPolicy": "IfNotPresent",
            "command": ["openclaw-cloud", .string(service.name)],
            "envFrom": [["configMapRef": ["name": .string(Self.configMapName)]]],
            "env": .array(environment(of: service)),
            "ports": .array(ports),
            // The first one to start brings the schema up to date, and the others wait for it.
            "startupProbe": Self.probe("/healthz", probePort, every: 2, failures: 150),
            "readinessProbe": Self.probe("/readyz", probePort, every: 5, failures: 2),
            "livenessProbe": Self.probe("/healthz", probePort, every: 10, failures: 6),
            "resources": [
                "requests": [
                    "cpu": .string("\(overlay.requests.cpu)m"), "memory": .string("\(overlay.requests.memory)Mi"),
                ],
                "limits": ["memory": .string("\(overlay.memoryLimit)Mi")],
            ],
            "securityContext": Self.restricted,
            "volumeMounts": .array(mounts),
        ]
    }

    private func environment(of service: PlatformService) -> [JSONValue] {
        let own: [JSONValue] = service.variables.sorted { $0.key < $1.key }.map {
            ["name": .string($0.key), "value": .string($0.value)]
        }
        return own + service.secrets.map { Self.secretVariable($0.name, isRequired: $0.isRequired) }
    }

    // MARK: Beside the pods

    private func serviceObjects(of service: PlatformService) -> [KubernetesObject] {
        guard let port = service.port else { return [] }
        return [
            make(
                .services, service.name, app: service.name,
                body: [
                    "spec": [
                        "selector": [Self.appName: .string(service.name)],
                        "ports": [
                            [
                                "name": .string(port.name), "port": .integer(Int64(port.number)),
                                "targetPort": .string(port.name), "protocol": "TCP",
                            ]
                        ],
                    ]
                ])
        ]
    }

    /// Only where there are several: else no node could be drained.
    private func disruptionBudget(of service: PlatformService) -> [KubernetesObject] {
        guard overlay.replicas > 1 else { return [] }
        return [
            make(
                release.disruptionBudgets, service.name, app: service.name,
                body: ["spec": ["maxUnavailable": 1, "selector": Self.selector(service.name)]])
        ]
    }

    private func autoscaler(of service: PlatformService) -> [KubernetesObject] {
        guard let most = overlay.mostReplicas(service.scale) else { return [] }
        let target: JSONValue = [
            "apiVersion": "apps/v1", "kind": .string(service.volume == nil ? "Deployment" : "StatefulSet"),
            "name": .string(service.name),
        ]
        return [
            make(
                .horizontalPodAutoscalers, service.name, app: service.name,
                body: [
                    "spec": [
                        "scaleTargetRef": target, "minReplicas": .integer(Int64(overlay.replicas)),
                        "maxReplicas": .integer(Int64(most)), "targetCPUUtilizationPercentage": 70,
                    ]
                ])
        ]
    }

    // MARK: Parts

    static func secretVariable(_ name: String, key: String? = nil, isRequired: Bool) -> JSONValue {
        [
            "name": .string(name),
            "valueFrom": [
                "secretKeyRef": [
                    "name": .string(secretName), "key": .string(key ?? name), "optional": .bool(!isRequired),
                ]
            ],
        ]
    }

    static func claim(_ name: String, gibibytes: Int) -> JSONValue {
        ["metadata": ["name": .string(name)], "spec": claimSpec(gibibytes: gibibytes)]
    }

    static func claimSpec(gibibytes: Int) -> JSONValue {
        ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string("\(gibibytes)Gi")]]]
    }

    static func containerPort(_ name: String, _ number: Int) -> JSONValue {
        ["name": .string(name), "containerPort": .integer(Int64(number)), "protocol": "TCP"]
    }

    private static func probe(_ path: String, _ port: String, every seconds: Int64, failures: Int64) -> JSONValue {
        [
            "httpGet": ["path": .string(path), "port": .string(port)], "periodSeconds": .integer(seconds),
            "failureThreshold": .integer(failures), "timeoutSeconds": 5,
        ]
    }

    static func podSecurity(user: Int64) -> JSONValue {
        [
            "runAsNonRoot": true, "runAsUser": .integer(user), "runAsGroup": .integer(user), "fsGroup": .integer(user),
            "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": ["type": "RuntimeDefault"],
        ]
    }

    /// What PodSecurity's "restricted" asks of a container, and a root file system that can't be written.
    static let restricted: JSONValue = [
        "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
    ]
}
