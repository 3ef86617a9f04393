import JSON
package import Kubernetes

/// One PostgreSQL with a volume, and a dump of it every night on another one: enough for a start.
extension PlatformManifests {
    package static let databaseName = "postgres"
    private static let user = "openclaw"
    private static let backups = "postgres-backup"
    /// The official Alpine image's user.
    private static let userID: Int64 = 70
    /// The key of the Secret with the password that is also in `DATABASE_URL`.
    package static let passwordKey = "POSTGRES_PASSWORD"

    /// How services reach it.
    package static func databaseURL(password: String) -> String {
        "postgres://\(user):\(password)@\(databaseName):5432/\(user)"
    }

    var databaseObjects: [KubernetesObject] {
        guard case .inside(let image) = database else { return [] }
        let clients = services.map { JSONValue.object(["podSelector": Self.selector($0.name)]) }
        let backup: JSONValue = ["podSelector": Self.selector(Self.backups)]
        let toDatabase: JSONValue = [
            "to": [["podSelector": Self.selector(Self.databaseName)]], "ports": Self.ports(5432),
        ]
        return [
            make(
                .services, Self.databaseName, app: Self.databaseName,
                body: [
                    "spec": [
                        "selector": [Self.appName: .string(Self.databaseName)],
                        "ports": [
                            ["name": "postgres", "port": 5432, "targetPort": "postgres", "protocol": "TCP"]
                        ],
                    ]
                ]),
            policy(
                Self.databaseName, ingress: [["from": .array(clients + [backup]), "ports": Self.ports(5432)]], egress: []),
            policy(Self.backups, ingress: [], egress: [Self.nameService, toDatabase]),
            databaseSet(image: image),
            make(.persistentVolumeClaims, Self.backups, body: ["spec": Self.claimSpec(gibibytes: overlay.databaseVolume)]),
            backupJob(image: image),
        ]
    }

    private func databaseSet(image: String) -> KubernetesObject {
        make(
            .statefulSets, Self.databaseName, app: Self.databaseName,
            body: [
                "spec": [
                    "replicas": 1, "serviceName": .string(Self.databaseName), "revisionHistoryLimit": 3,
                    "selector": Self.selector(Self.databaseName),
                    "template": ["metadata": Self.labels(Self.databaseName), "spec": databasePod(image: image)],
                    "volumeClaimTemplates": [Self.claim("data", gibibytes: overlay.databaseVolume)],
                ]
            ])
    }

    private static func labels(_ app: String) -> JSONValue {
        ["labels": [appName: .string(app), partOf: .string(product)]]
    }

    private func databasePod(image: String) -> JSONValue {
        let check: JSONValue = [
            "exec": ["command": ["pg_isready", "--username", .string(Self.user), "--dbname", .string(Self.user)]],
            "periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 6,
        ]
        var start = check
        start["failureThreshold"] = 60
        return pod([
            "name": .string(Self.databaseName), "image": .string(image), "imagePullPolicy": "IfNotPresent",
            "env": [
                Self.variable("POSTGRES_USER", Self.user), Self.variable("POSTGRES_DB", Self.user),
                Self.secretVariable(Self.passwordKey, isRequired: true),
                // Below the mount, which may have a lost+found.
                Self.variable("PGDATA", "/var/lib/postgresql/data/pgdata"),
            ],
            "ports": [Self.containerPort("postgres", 5432)],
            "startupProbe": start, "readinessProbe": check, "livenessProbe": check,
            "resources": [
                "requests": ["cpu": "100m", "memory": .string("\(overlay.databaseMemory.request)Mi")],
                "limits": ["memory": .string("\(overlay.databaseMemory.limit)Mi")],
            ],
            "securityContext": Self.restricted,
            "volumeMounts": [
                ["name": "data", "mountPath": "/var/lib/postgresql/data"],
                ["name": "scratch", "mountPath": "/var/run/postgresql", "subPath": "run"],
                ["name": "scratch", "mountPath": "/tmp", "subPath": "tmp"],
            ],
        ])
    }

    private func pod(_ container: JSONValue, more: JSONObject = [:], volumes: [JSONValue] = []) -> JSONValue {
        var spec: JSONObject = [
            "serviceAccountName": .string(Self.serviceAccountName), "automountServiceAccountToken": false,
            "enableServiceLinks": false, "priorityClassName": .string(Self.priorityClass),
            "terminationGracePeriodSeconds": 60, "securityContext": Self.podSecurity(user: Self.userID),
            "containers": [container],
            "volumes": .array([["name": "scratch", "emptyDir": ["sizeLimit": "256Mi"]]] + volumes),
        ]
        for member in more { spec[member.name] = member.value }
        return .object(spec)
    }

    private static func variable(_ name: String, _ value: String) -> JSONValue {
        ["name": .string(name), "value": .string(value)]
    }

    /// Fourteen nights.
    private func backupJob(image: String) -> KubernetesObject {
        let script = """
            set -eu
            name=/backups/$(date -u +%Y-%m-%d)
            pg_dump --format=custom --file="$name.part"
            mv "$name.part" "$name.dump"
            ls -1 /backups/*.dump | sort -r | tail -n +15 | while read -r old; do rm "$old"; done
            """
        let container: JSONValue = [
            "name": .string(Self.backups), "image": .string(image), "imagePullPolicy": "IfNotPresent",
            "command": ["sh", "-c", .string(script)],
            "env": [
                Self.variable("PGHOST", Self.databaseName), Self.variable("PGUSER", Self.user),
                Self.variable("PGDATABASE", Self.user),
                Self.secretVariable("PGPASSWORD", key: Self.passwordKey, isRequired: true),
            ],
            "resources": ["requests": ["cpu": "20m", "memory": "64Mi"], "limits": ["memory": "256Mi"]],
            "securityContext": Self.restricted,
            "volumeMounts": [
                ["name": "backups", "mountPath": "/backups"], ["name": "scratch", "mountPath": "/tmp"],
            ],
        ]
        let spec = pod(
            container, more: ["restartPolicy": "OnFailure"],
            volumes: [["name": "backups", "persistentVolumeClaim": ["claimName": .string(Self.backups)]]])
        return make(
            release.cronJobs, Self.backups, app: Self.backups,
            body: [
                "spec": [
                    "schedule": "17 3 * * *", "concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 1,
                    "failedJobsHistoryLimit": 3,
                    "jobTemplate": [
                        "spec": [
                            "backoffLimit": 3, "activeDeadlineSeconds": 3600,
                            "template": ["metadata": Self.labels(Self.backups), "spec": spec],
                        ]
                    ],
                ]
            ])
    }
}
