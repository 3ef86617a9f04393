import Core
import JSON
import Jobs
import Kubernetes
import Operator
import SQL
import Store
import TestSupport
import Testing

/// An agent's state is saved by a Job before what could lose it. The fake node runs none, but says that it has.
@Suite(.timeLimit(.minutes(8)))
struct BackupTests {
    /// Kubernetes 1.20 sometimes loses count of a Job's failures, and then tries it once or twice more, minutes apart.
    private static let timeout = Duration.seconds(400)

    @Test func anUpgradeWaitsForItsBackup() async throws {
        try await ClusterStage.run(platformImage: "openclaw-cloud:1") { stage in
            try await stage.reconcile()
            _ = try await stage.object(.networkPolicies, "backup-egress")
            let pods = try await stage.pods.map(\.uid)
            try await stage.move(to: "sandbox-agent:2")
            let reconciled = Task { try await stage.reconcile() }
            try await eventually("the Job and its Secret") { try await stage.leftovers.count == 2 }
            #expect(try await stage.image == "sandbox-agent:1", "it isn't moved before")
            #expect(try await stage.pods.map(\.uid).contains { pods.contains($0) })
            let (job, secret) = (try #require(try await stage.jobs.first), try #require(try await stage.secrets.first))
            #expect(secret.metadata["ownerReferences"]?.elements.first?["uid"]?.string == job.uid)
            #expect(secret["data"]?.members.map(\.name) == ["BACKUP_URL"], "one URL and no key")
            try await reconciled.value

            #expect(try await stage.image == "sandbox-agent:2")
            #expect(try await stage.row.runs)
            let backup = try #require(try await stage.backups.first)
            #expect(backup.state == .done && backup.reason == .upgrade && backup.image == "sandbox-agent:1")
            #expect(job.name == "backup-\(backup.id.body)")
            try await eventually("nothing is left over") { try await stage.leftovers.isEmpty }
            try await stage.reconcile()
            #expect(try await stage.backups.count == 1)
        }
    }

    @Test func aDeletionIsPrecededByABackup() async throws {
        try await ClusterStage.run(platformImage: "openclaw-cloud:1") { stage in
            try await stage.reconcile()
            try await stage.want { $0.desired = .deleted }
            let reconciled = Task { try await stage.reconcile() }
            try await eventually { try await !stage.jobs.isEmpty }
            // Nothing of the agent runs any more, and all of it is kept.
            #expect(try await stage.object(.deployments)["spec"]?["replicas"] == 0)
            _ = try await stage.object(.persistentVolumeClaims, "agent-state")
            try await reconciled.value
            #expect(try await stage.row.status == .deleted)
            #expect(try await stage.backups.map(\.state) == [.done])
            #expect(try await stage.client.get(.namespaces, stage.namespace) == nil)
        }
    }

    @Test(.enabled(if: isFakeNode)) func aBackupThatFailsStopsAnUpgradeAndIsTold() async throws {
        try await ClusterStage.run(timeout: Self.timeout, platformImage: "openclaw-cloud:jobfail-1") { stage in
            try await stage.reconcile()
            try await stage.move(to: "sandbox-agent:2")
            let error = await #expect(throws: DomainError.self) { try await stage.reconcile() }
            #expect(error?.code == "backup_failed")
            #expect(try await stage.image == "sandbox-agent:1")
            #expect(try await stage.row.status == .running)
            #expect(try await stage.backups.map(\.state) == [.failed])
            let alert = try #require(try await stage.platform.queuedJobs(AlertHost.kind).first)
            #expect(alert.contains("upload failed (exit code 1)") && alert.contains("(upgrade)"))
            try await eventually("nothing is left over") { try await stage.leftovers.isEmpty }

            try await stage.waive(.upgrade)
            try await stage.reconcile()
            #expect(try await stage.image == "sandbox-agent:2")
        }
    }

    @Test(.enabled(if: isFakeNode)) func aBackupThatFailsStopsADeletion() async throws {
        try await ClusterStage.run(timeout: Self.timeout, platformImage: "openclaw-cloud:jobfail-1") { stage in
            try await stage.reconcile()
            try await stage.want { $0.desired = .deleted }
            await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
            #expect(try await stage.row.status == .failed)
            _ = try await stage.object(.persistentVolumeClaims, "agent-state")
            #expect(try await stage.pods.filter { $0.label("job-name") == nil }.isEmpty)

            try await stage.waive(.deletion)
            try await stage.reconcile()
            #expect(try await stage.row.status == .deleted)
        }
    }

    @Test func anotherOperatorGoesOnFromTheRow() async throws {
        try await ClusterStage.run(follow: false, platformImage: "openclaw-cloud:1") { stage in
            try await stage.reconcile()
            try await stage.move(to: "sandbox-agent:2")
            let first = Task { try await stage.reconcile() }
            try await eventually { try await !stage.jobs.isEmpty }
            first.cancel()
            _ = await first.result
            let next = ClusterStage.stage(
                stage.platform, client: stage.client, box: stage.box, platformImage: "openclaw-cloud:1")
            try await next.operating(follow: false) { try await next.reconcile() }
            #expect(try await stage.backups.map(\.state) == [.done])
            #expect(try await stage.row.runs)
            try await eventually { try await stage.leftovers.isEmpty }
        }
    }

    @Test func whatTheHostAsksForIsMadeBesideTheAgentAndSurvivesAnApply() async throws {
        try await ClusterStage.run(platformImage: "openclaw-cloud:1") { stage in
            try await stage.reconcile()
            let pods = try await stage.pods.map(\.uid)
            let row = try await stage.row
            try await stage.platform.queue.write { work in
                try BackupStore(work.transaction).insert(
                    Backup(id: work.ids.next(), of: row, for: .manual, at: work.now))
            }
            try await stage.reconcile()
            #expect(try await stage.backups.map(\.state) == [.running], "nobody waits for it, and nothing prunes it")
            try await eventually("its end is seen") {
                if try await !stage.platform.takeJobs(ReconcileBox.kind).isEmpty { try await stage.reconcile() }
                return try await stage.backups.map(\.state) == [.done]
            }
            try await eventually { try await stage.leftovers.isEmpty }
            #expect(try await stage.pods.map(\.uid) == pods)
        }
    }

    @Test func aRestoreStopsTheAgentUntilTheStateIsInPlace() async throws {
        try await ClusterStage.run(platformImage: "openclaw-cloud:1") { stage in
            try await stage.reconcile()
            let row = try await stage.row
            try await stage.platform.queue.write { work in
                let backup = Backup(id: work.ids.next(), of: row, for: .manual, at: work.now)
                try BackupStore(work.transaction).insert(backup)
                _ = try BackupStore(work.transaction).end(backup, failure: nil, at: work.now)
                try RestoreStore(work.transaction).insert(
                    Restore(
                        id: work.ids.next(), customerID: row.customerID, boxID: row.id, backupID: backup.id,
                        createdAt: work.now))
                try BoxStore(work.transaction).waiveBackup(for: .restore, of: row)
            }
            let reconciled = Task { try await stage.reconcile() }
            try await eventually { try await !stage.jobs.isEmpty }
            #expect(try await stage.jobs.first?.name.hasPrefix("restore-") == true)
            #expect(try await stage.object(.deployments)["spec"]?["replicas"] == 0)
            try await reconciled.value
            #expect(try await stage.row.runs)
            #expect(try await stage.object(.deployments)["spec"]?["replicas"] == 1)
            try await eventually { try await stage.leftovers.isEmpty }
        }
    }
}

extension ClusterStage {
    fileprivate var jobs: [KubernetesObject] {
        get async throws { try await client.list(.jobs, namespace: namespace, labelSelector: Self.ours).items }
    }

    /// Those of transfers.
    fileprivate var secrets: [KubernetesObject] {
        get async throws {
            try await client.list(.secrets, namespace: namespace, labelSelector: Self.ours).items.filter {
                $0.name != "agent"
            }
        }
    }

    /// What a transfer leaves in the cluster until it has ended.
    fileprivate var leftovers: [String] {
        get async throws { try await (jobs + secrets).map { "\($0.type.kind)/\($0.name)" } }
    }

    fileprivate var image: String? {
        get async throws {
            try await object(.deployments)["spec"]?["template"]?["spec"]?["containers"]?.elements.first?["image"]?.string
        }
    }

    fileprivate var backups: [Backup] {
        get async throws { try await platform.database.read { try BackupStore($0).all(customerID: box.customerID) } }
    }

    fileprivate func move(to image: String) async throws {
        let row = try await row
        try await platform.database.write { _ = try BoxStore($0).setImage(image, before: row.image, of: row) }
    }

    fileprivate func waive(_ reason: Backup.Reason) async throws {
        try await platform.database.write { try BoxStore($0).waiveBackup(for: reason, of: box) }
    }
}
