import Core
import FoundationEssentials
import JSON
import Kubernetes
import Testing

@testable import Operator

struct TransferManifestsTests {
    private static let settings = ClusterSettings(
        image: "ghcr.io/openclaw/openclaw:2026.9.4", priorityClass: "openclaw-cloud-agent",
        backups: .init(image: "ghcr.io/example/openclaw-cloud:1", endpoint: "https://s3.example.com"))

    private static func manifests(_ id: StateTransfer.ID, isBesideAgent: Bool = true) -> TransferManifests {
        TransferManifests(
            transfer: StateTransfer(
                id: id, agent: AgentReference(Sample.box()), image: "ghcr.io/openclaw/openclaw:2026.9.1",
                url: Secret("https://s3.example.com/backups/x?X-Amz-Signature=abc")),
            settings: settings, platformImage: "ghcr.io/example/openclaw-cloud:1", storage: "2Gi",
            isBesideAgent: isBesideAgent)
    }

    private static let save = manifests(.save(Backup.ID("bak_01hzzzzzzz0000000000000007")!))
    private static let restore = manifests(.restore(Restore.ID("rst_01hzzzzzzz0000000000000008")!), isBesideAgent: false)

    private static func live(_ job: KubernetesObject) -> KubernetesObject {
        var job = job
        job.json["metadata"]?["uid"] = "5f0c1d7e-0000-4000-8000-000000000001"
        return job
    }

    /// After a change on purpose: UPDATE_GOLDEN=1, and look at the difference.
    @Test func rendersWhatIsWrittenDown() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden/backup.yaml")
        let policy = try #require(Self.settings.backupEgress(of: AgentReference(Sample.box())))
        let rendered = try [
            policy, Self.save.job, Self.save.secret(of: Self.live(Self.save.job)), Self.restore.job,
        ].yaml()
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try Data(rendered.utf8).write(to: file)
        }
        #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    @Test(arguments: [save, restore])
    func keepsWhatReadsTheStateApartFromWhatHasTheURL(_ manifests: TransferManifests) throws {
        let job = manifests.job
        let text = String(decoding: job.json.text(), as: UTF8.self)
        #expect(!text.contains("X-Amz-Signature"))
        let spec = try #require(job["spec"]?["template"]?["spec"])
        for container in (spec["initContainers"]?.elements ?? []) + (spec["containers"]?.elements ?? []) {
            let mounts = (container["volumeMounts"]?.elements ?? []).compactMap { $0["name"]?.string }
            let variables = (container["env"]?.elements ?? []).compactMap { $0["name"]?.string }
            let isOurs = container["image"]?.string == manifests.platformImage
            #expect(variables.contains("BACKUP_URL") == isOurs)
            #expect(!(isOurs && mounts.contains("state")), "our program sees the archive alone")
            #expect(container["securityContext"] == Manifests.restricted)
        }
        #expect(spec["automountServiceAccountToken"] == false)
        #expect(spec["restartPolicy"] == "Never", "another attempt begins with an empty folder")
    }

    @Test func isBesideTheAgentWhereThatRuns() {
        #expect(Self.save.job["spec"]?["template"]?["spec"]?["affinity"] != nil)
        #expect(Self.restore.job["spec"]?["template"]?["spec"]?["affinity"] == nil)
    }

    @Test func fitsIntoTheRoomThatTheQuotaLeaves() throws {
        for plan in PlanTable.builtIn.all {
            let objects = try ManifestsTests.objects(plan: plan)
            let quota = try #require(objects.first { $0.type == .resourceQuotas })["spec"]?["hard"]
            let memory = try #require(quota?["limits.memory"]?.string.flatMap(Quantity.bytes))
            for manifests in [Self.save, Self.restore] {
                let spec = manifests.job["spec"]?["template"]?["spec"] ?? [:]
                for container in (spec["initContainers"]?.elements ?? []) + (spec["containers"]?.elements ?? []) {
                    let limit = try #require(container["resources"]?["limits"]?["memory"]?.string.flatMap(Quantity.bytes))
                    #expect(plan.resources.memoryLimit << 20 + limit <= memory)
                    #expect(limit <= plan.resources.memoryLimit << 20, "the LimitRange allows no more")
                }
            }
        }
    }

    @Test(arguments: [
        ("https://s3.example.com", 443, "0.0.0.0/0"), ("https://store.example.com:9443", 9443, "0.0.0.0/0"),
        ("http://10.99.0.1:9000", 9000, "10.99.0.1/32"),
    ])
    func opensTheWayToTheStoreAndNothingElse(endpoint: String, port: Int64, range: String) throws {
        var settings = Self.settings
        settings.egress = .strict
        settings.backups?.endpoint = endpoint
        let objects = try ManifestsTests.objects(cluster: settings)
        let policy = try #require(objects.first { $0.name == "backup-egress" })
        #expect(policy["spec"]?["podSelector"] == ["matchLabels": ["app.kubernetes.io/name": "openclaw-backup"]])
        let rules = policy["spec"]?["egress"]?.elements ?? []
        #expect(rules.count == 2, "names and the store")
        #expect(rules.last?["ports"]?.elements == [["port": .integer(port), "protocol": "TCP"]])
        #expect(rules.last?["to"]?.elements.first?["ipBlock"]?["cidr"]?.string == range)
    }

    @Test func reachesTheRangesOfAPublicStoreAndNothingElse() throws {
        var settings = Self.settings
        settings.backups?.endpoint = "https://s3.example.com"
        settings.backups?.ranges = ["192.0.2.0/24", "2001:db8::/32"]
        let policy = try #require(settings.backupEgress(of: AgentReference(Sample.box())))
        let rule = policy["spec"]?["egress"]?.elements.last
        let ranges = rule?["to"]?.elements.map { $0["ipBlock"]?["cidr"]?.string }
        #expect(ranges == ["192.0.2.0/24", "2001:db8::/32"])
        #expect(rule?["ports"]?.elements == [["port": 443, "protocol": "TCP"]])
    }

    @Test func findsAStoreInTheCluster() throws {
        var settings = Self.settings
        settings.backups?.endpoint = "http://minio.storage.svc.cluster.local:9000"
        let policy = try #require(settings.backupEgress(of: AgentReference(Sample.box())))
        let target = policy["spec"]?["egress"]?.elements.last?["to"]?.elements.first
        #expect(target?["namespaceSelector"] == ["matchLabels": ["kubernetes.io/metadata.name": "storage"]])
        #expect(target?["podSelector"] == ["matchLabels": ["app.kubernetes.io/name": "minio"]])
    }

    @Test func hasNoPolicyWhereNothingIsSaved() throws {
        #expect(try ManifestsTests.objects().allSatisfy { $0.name != "backup-egress" })
    }

    @Test func namesItsJobByItsRow() {
        for id in [Self.save.transfer.id, Self.restore.transfer.id] {
            #expect(StateTransfer.ID(name: id.name) == id)
        }
        for name in ["backup-x", "agent", "backup", "restore-01hzzzzzzz000000000000000l", ""] {
            #expect(StateTransfer.ID(name: name) == nil)
        }
    }

    // MARK: What has become of it

    private func job(_ condition: JSONValue?) -> KubernetesObject {
        KubernetesObject(
            .jobs, name: "backup-1", namespace: "n",
            body: ["status": ["conditions": .array([condition].compactMap(\.self))]])
    }

    private func pod(_ phase: String, _ ended: [(String, JSONValue)]) -> KubernetesObject {
        let statuses = ended.map { name, state -> JSONValue in ["name": .string(name), "state": ["terminated": state]] }
        return KubernetesObject(
            .pods, name: "backup-1-x", namespace: "n",
            body: [
                "status": [
                    "phase": .string(phase), "initContainerStatuses": .array(Array(statuses.dropLast())),
                    "containerStatuses": .array(Array(statuses.suffix(1))),
                ]
            ])
    }

    @Test func isDoneWithTheBytesThatOurPartHasReported() {
        let done = job(["type": "Complete", "status": "True"])
        let pods = [
            pod("Failed", [("save", ["exitCode": 1]), ("upload", ["exitCode": 0, "message": "1"])]),
            pod("Succeeded", [("save", ["exitCode": 0]), ("upload", ["exitCode": 0, "message": "5368709120"])]),
        ]
        #expect(StateTransfer.Progress(job: done, pods: pods) == .done(size: 5_368_709_120))
        #expect(StateTransfer.Progress(job: done, pods: []) == .done(size: nil))
        #expect(StateTransfer.Progress(job: job(nil), pods: pods) == .running)
        #expect(StateTransfer.Progress(job: job(["type": "Failed", "status": "False"]), pods: []) == .running)
    }

    @Test func tellsWhyItFailedWithoutWhatOpenClawSays() {
        func reason(_ condition: JSONValue, _ pods: [KubernetesObject] = []) -> String? {
            guard case .failed(let reason) = StateTransfer.Progress(job: job(condition), pods: pods) else { return nil }
            return reason
        }
        let limit: JSONValue = ["type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "limit"]
        let secret = "cannot read /home/node/.openclaw/divorce.md"
        #expect(
            reason(limit, [pod("Failed", [("save", ["exitCode": 2, "message": .string(secret)]), ("upload", [:])])])
                == "OpenClaw couldn't pack the state (exit code 2)")
        #expect(
            reason(limit, [pod("Failed", [("save", ["exitCode": 137, "reason": "OOMKilled"]), ("upload", [:])])])
                == "OpenClaw couldn't pack the state (it ran out of memory)")
        #expect(
            reason(
                limit,
                [
                    pod(
                        "Failed",
                        [("save", ["exitCode": 0]), ("upload", ["exitCode": 77, "message": "the store refused it: 403"])])
                ]) == "the store refused it: 403")
        #expect(reason(limit) == "limit")
        #expect(
            reason(["type": "Failed", "status": "True", "reason": "DeadlineExceeded"]) == "it took longer than 15 minutes")
    }
}
