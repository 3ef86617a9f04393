import BoxSupervisor
import Core
import JSON
import Kubernetes

/// A state transfer in a cluster: a Job in the tenant's namespace, and the Secret that lets it reach one object for an hour.
///
/// OpenClaw's own commands pack and unpack the state (https://docs.openclaw.ai/cli/backup), with the image that the state belongs
/// to; this program moves the archive. The two share a folder and nothing else: whoever can read the state has no URL, and
/// whoever has the URL can't read the state, but for its archive.
///
/// Unconfirmed, as nobody here has run it against the real OpenClaw: that its backup command is content with a read-only root and
/// this little memory, and that it takes a state without `~/.config/openclaw`. The archive leaves that folder out; it holds
/// the key of an older release's OAuth files alone (https://docs.openclaw.ai/install/docker-vm-runtime).
struct TransferManifests {
    let transfer: StateTransfer
    let settings: ClusterSettings
    /// The container image of this program.
    let platformImage: String
    /// What the volume's claim asks for, such as `2Gi`.
    let storage: String
    /// Whether the agent's pod is there, so that the transfer's has to be on the same node: the volume is one node's.
    let isBesideAgent: Bool

    /// How long a transfer may take.
    static let limit = Duration.seconds(900)

    var job: KubernetesObject {
        transfer.agent.object(
            .jobs, name: transfer.id.name, labels: Self.labels,
            body: [
                "spec": [
                    "backoffLimit": 2,
                    "activeDeadlineSeconds": .integer(Self.limit.components.seconds),
                    // Long enough for an operator that was away to see how it ended.
                    "ttlSecondsAfterFinished": 86400,
                    "template": [
                        "metadata": [
                            "labels": JSONValue(Tenant.labels(transfer.agent).merging(Self.labels) { $1 }),
                            "annotations": [Tenant.Annotation.owner: .string(transfer.agent.boxID.rawValue)],
                        ],
                        "spec": podSpec,
                    ],
                ]
            ])
    }

    /// - Parameter job: as the cluster has it; the Secret goes with it.
    func secret(of job: KubernetesObject) -> KubernetesObject {
        var secret = transfer.agent.object(
            .secrets, name: transfer.id.name, labels: Self.labels,
            body: ["type": "Opaque", "stringData": [Self.urlVariable: .string(transfer.url.reveal())]])
        secret.json["metadata"]?["ownerReferences"] = [
            [
                "apiVersion": .string(job.type.apiVersion), "kind": .string(job.type.kind), "name": .string(job.name),
                "uid": .string(job.uid ?? ""),
            ]
        ]
        return secret
    }

    private static let labels = [Tenant.Label.appName: Tenant.backupAppName]
    private static let urlVariable = "BACKUP_URL"

    private var podSpec: JSONValue {
        var spec: JSONObject = [
            "restartPolicy": "Never",
            "serviceAccountName": .string(Tenant.name),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": 30,
            "securityContext": Manifests.podSecurity,
            "volumes": [
                Manifests.stateVolume, Manifests.configurationVolume,
                ["name": "backup", "emptyDir": ["sizeLimit": .string(storage)]],
                // OpenClaw makes its copies of databases in /tmp before it packs them.
                ["name": "scratch", "emptyDir": ["sizeLimit": .string(storage)]],
            ],
        ]
        let prepare = Manifests.temporaryDirectory(image: .string(transfer.image))
        switch transfer.id {
        case .save:
            spec["initContainers"] = [prepare, save]
            spec["containers"] = [move("upload")]
        case .restore:
            spec["initContainers"] = [prepare, move("download")]
            spec["containers"] = [restore]
        }
        if let name = settings.priorityClass { spec["priorityClassName"] = .string(name) }
        if let name = settings.runtimeClass { spec["runtimeClassName"] = .string(name) }
        if isBesideAgent { spec["affinity"] = besideAgent }
        return .object(spec)
    }

    /// Volumes of one node (`ReadWriteOnce`) can be mounted by several of its pods, and SQLite's locks hold between those.
    private var besideAgent: JSONValue {
        [
            "podAffinity": [
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    [
                        "labelSelector": ["matchLabels": [Tenant.Label.appName: .string(Tenant.appName)]],
                        "topologyKey": "kubernetes.io/hostname",
                    ]
                ]
            ]
        ]
    }

    // MARK: Containers

    private static let archive = "/backup/state.tar.gz"
    private static let archiveMount: JSONValue = ["name": "backup", "mountPath": "/backup"]

    /// Safe while the agent runs. It reads `openclaw.json` to find what belongs to the state, and so has the gateway's environment.
    private var save: JSONValue {
        container(
            "save", image: transfer.image,
            command: ["openclaw", "backup", "create", "--output", .string(Self.archive), "--verify"],
            environment: openClawEnvironment + Manifests.secretVariables,
            mounts: Manifests.stateMounts + Manifests.scratchMounts + [Manifests.configurationMount, Self.archiveMount])
    }

    private func move(_ verb: String) -> JSONValue {
        container(
            verb, image: platformImage,
            command: [
                "openclaw-cloud", "backup", .string(verb), "--file", .string(Self.archive), "--report",
                "/dev/termination-log",
            ],
            environment: [
                [
                    "name": .string(Self.urlVariable),
                    "valueFrom": [
                        "secretKeyRef": ["name": .string(transfer.id.name), "key": .string(Self.urlVariable)]
                    ],
                ]
            ],
            mounts: [Self.archiveMount])
    }

    /// OpenClaw verifies the archive and unpacks it beside the live state; what takes its place is moved there in one step a
    /// folder, so that the volume never holds half a state (https://docs.openclaw.ai/install/backups#restore-a-full-archive).
    /// It needs room for both. OpenClaw's docs want `openclaw doctor` run before the gateway, which migrates at boot as well.
    private var restore: JSONValue {
        container(
            "restore", image: transfer.image, command: ["sh", "-c", .string(Self.restoring)],
            environment: openClawEnvironment,
            mounts: Manifests.scratchMounts + [
                Self.archiveMount, ["name": "state", "mountPath": "/volume"],
                // Not the state that is being replaced: OpenClaw doesn't restore into a live one.
                ["name": "scratch", "mountPath": .string(AgentPlace.container.stateDirectory), "subPath": "home"],
            ])
    }

    /// Our own files are mounted over what the archive has under their names.
    private static let restoring = """
        set -eu
        cd /volume
        rm -rf restoring replaced
        mkdir restoring replaced
        openclaw backup restore \(archive) --target /volume/restoring/archive
        set -- restoring/archive/*/payload/posix\(AgentPlace.container.stateDirectory)
        test $# -eq 1
        test -d "$1"
        mv "$1" restoring/\(Manifests.Folder.state)
        cd restoring/\(Manifests.Folder.state)
        rm -f \(BoxFolders.configuration)
        mkdir -p workspace
        mv workspace ../\(Manifests.Folder.workspace)
        cd /volume
        for each in \(Manifests.Folder.state) \(Manifests.Folder.workspace); do
            if test -e $each; then mv $each replaced/$each; fi
            mv restoring/$each $each
        done
        sync
        rm -rf restoring replaced || true
        """

    private var openClawEnvironment: [JSONValue] {
        Manifests.variables(
            AgentSpecification.environment(at: .container, memoryLimit: Manifests.shortLived.memory))
    }

    private func container(
        _ name: String, image: String, command: [JSONValue], environment: [JSONValue], mounts: [JSONValue]
    ) -> JSONValue {
        let most = Manifests.shortLived
        return [
            "name": .string(name),
            "image": .string(image),
            "imagePullPolicy": "IfNotPresent",
            "command": .array(command),
            "env": .array(environment),
            // The requests are small, so that a transfer doesn't wait for a node with room for a whole agent.
            "resources": [
                "requests": ["cpu": "50m", "memory": "256Mi"],
                "limits": ["cpu": Quantity.cores(most.cpu), "memory": Quantity.mebibytes(most.memory)],
            ],
            "securityContext": Manifests.restricted,
            "volumeMounts": .array(mounts),
        ]
    }
}

extension StateTransfer.ID {
    /// Of the Job and its Secret.
    var name: String {
        switch self {
        case .save(let id): "backup-\(id.body)"
        case .restore(let id): "restore-\(id.body)"
        }
    }

    /// - Parameter name: of a Job.
    init?(name: String) {
        guard let separator = name.firstIndex(of: "-") else { return nil }
        let body = name[name.index(after: separator)...]
        switch name[..<separator] {
        case "backup": if let id = Backup.ID("\(Backup.idPrefix)_\(body)") { self = .save(id) } else { return nil }
        case "restore": if let id = Restore.ID("\(Restore.idPrefix)_\(body)") { self = .restore(id) } else { return nil }
        default: return nil
        }
    }
}
