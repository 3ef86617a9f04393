import BoxSupervisor
package import Core
import JSON
import Kubernetes

extension KubernetesRuntime {
    /// Runs an image's `config validate` on the agent's own configuration, in a Job of its namespace that reaches nothing and
    /// nobody. The Job goes once its result is known, so that another attempt asks anew.
    /// - Throws: `DomainError`; `JobOutcome` while an older Job is in the way.
    package func check(_ agent: AgentReference, image: String) async throws -> ConfigurationCheck {
        try await informers.waitUntilSynced()
        let manifest = CheckManifest(agent: agent, image: image, settings: settings)
        return try await inOwnersWords(agent) {
            let job = try await ensureJob(manifest.job)
            let pods = informers.objects(.pods, namespace: agent.namespace).filter { $0.label("job-name") == job.name }
            let result = CheckManifest.result(of: job, pods: pods)
            if result != .underWay {
                try await client.delete(.jobs, job.name, namespace: agent.namespace, uid: job.uid)
            }
            return result
        }
    }
}

/// The Job that asks an image's program.
struct CheckManifest {
    let agent: AgentReference
    let image: String
    let settings: ClusterSettings

    static let appName = "openclaw-check"
    private static let container = "check"

    var job: KubernetesObject {
        let labels = [Tenant.Label.appName: Self.appName]
        return agent.object(
            .jobs, name: "check-\(ContentHash.of(["image": .string(image)]).prefix(16))", labels: labels,
            body: [
                "spec": [
                    "backoffLimit": 0,
                    "activeDeadlineSeconds": .integer(ConfigurationCheck.limit.components.seconds),
                    "ttlSecondsAfterFinished": 3600,
                    "template": [
                        "metadata": [
                            "labels": JSONValue(Tenant.labels(agent).merging(labels) { $1 }),
                            "annotations": [Tenant.Annotation.owner: .string(agent.boxID.rawValue)],
                        ],
                        "spec": podSpec,
                    ],
                ]
            ])
    }

    private var podSpec: JSONValue {
        let place = AgentPlace.container
        let most = Manifests.shortLived
        var spec: JSONObject = [
            "restartPolicy": "Never",
            "serviceAccountName": .string(Tenant.name),
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "securityContext": Manifests.podSecurity,
            "volumes": [Manifests.configurationVolume, ["name": "scratch", "emptyDir": ["sizeLimit": "256Mi"]]],
            "initContainers": [Manifests.temporaryDirectory(image: .string(image))],
            "containers": [
                [
                    "name": .string(Self.container),
                    "image": .string(image),
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["openclaw", "config", "validate", "--json"],
                    // What it prints is read from there.
                    "terminationMessagePolicy": "FallbackToLogsOnError",
                    "env": .array(
                        Manifests.variables(AgentSpecification.environment(at: place, memoryLimit: most.memory))
                            + Manifests.secretVariables),
                    "resources": [
                        "requests": ["cpu": "50m", "memory": "256Mi"],
                        "limits": ["cpu": Quantity.cores(most.cpu), "memory": Quantity.mebibytes(most.memory)],
                    ],
                    "securityContext": Manifests.restricted,
                    "volumeMounts": .array(
                        [
                            ["name": "scratch", "mountPath": .string(place.stateDirectory), "subPath": "home"],
                            Manifests.configurationMount,
                        ] + Manifests.scratchMounts),
                ]
            ],
        ]
        if let name = settings.priorityClass { spec["priorityClassName"] = .string(name) }
        if let name = settings.runtimeClass { spec["runtimeClassName"] = .string(name) }
        return .object(spec)
    }

    /// What a Job and its pods say.
    static func result(of job: KubernetesObject, pods: [KubernetesObject]) -> ConfigurationCheck {
        func condition(_ type: String) -> JSONValue? {
            job["status"]?["conditions"]?.elements.first { $0["type"]?.string == type && $0["status"]?.string == "True" }
        }
        if condition("Complete") != nil { return .accepted }
        guard let failure = condition("Failed") else { return .underWay }
        for pod in pods {
            for status in pod["status"]?["containerStatuses"]?.elements ?? [] where status["name"]?.string == container {
                guard let ended = status["state"]?["terminated"], let code = ended["exitCode"]?.integer else { continue }
                return ConfigurationCheck(code: code, output: ended["message"]?.string ?? "")
            }
        }
        if failure["reason"]?.string == "DeadlineExceeded" {
            return .undecided("it didn't come up within \(ConfigurationCheck.limit.components.seconds / 60) minutes")
        }
        return .undecided(failure["message"]?.string ?? "nobody knows why")
    }
}
