import Core
import Crypto
import FoundationEssentials
import Jobs
import Logging
import S3
import SQL
import Store
import TestSupport
import Testing

@testable import Operator

/// An operator that saves states, with one box that runs as `agent:1`.
struct BackupStage {
    let platform: TestPlatform
    let runtime: RecordingRuntime
    let box: Box
    private let vault: Vault

    static func run(
        outcome: StateTransfer.Progress = .done(size: 42), isReady: Bool = true, _ body: (BackupStage) async throws -> Void
    ) async throws {
        try await TestPlatform.run { platform in
            let vault = Vault(key: SymmetricKey(size: .bits256))
            let customer = Customer.sample()
            var box = Box.sample(of: customer, desired: .running)
            box.image = "agent:1"
            let sealed = try vault.seal(Sample.botToken, context: box.botTokenContext)
            box.bot = Box.Bot(id: 77, username: "ada_bot", sealedToken: sealed, ownerUserID: 5)
            try await platform.database.write { [box] transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(box)
            }
            let stage = BackupStage(
                platform: platform, runtime: RecordingRuntime(outcome: outcome), box: box, vault: vault)
            if isReady { try await stage.reconcile() }
            try await body(stage)
        }
    }

    /// - Parameter timeout: how long it waits for a transfer.
    func service(timeout: Duration = .milliseconds(50)) throws -> OperatorServices {
        let bucket = try #require(S3Bucket(endpoint: "https://store.example", name: "backups", region: "eu"))
        return OperatorServices(
            queue: platform.queue, runtime: runtime, vault: vault, plans: .builtIn, settings: Sample.settings,
            image: "agent:2",
            backups: S3Signer(
                bucket: bucket, credentials: S3Credentials(accessKeyID: "key", secretAccessKey: "hidden")),
            timeout: timeout, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    var agent: AgentReference { AgentReference(box) }

    func reconcile(timeout: Duration = .milliseconds(50)) async throws {
        try await service(timeout: timeout).reconciler.reconcile(agent)
    }

    /// As the rollout does it.
    func move(to image: String, isWayBack: Bool = false) async throws {
        let row = try await row
        try await platform.database.write {
            _ = try BoxStore($0).setImage(image, before: isWayBack ? nil : row.image, isWayBack: isWayBack, of: row)
        }
    }

    func want(_ change: @escaping @Sendable (inout Box) -> Void) async throws {
        var row = try await row
        change(&row)
        _ = try await platform.database.write { [row] in try BoxStore($0).want(row) }
    }

    func waive(_ reason: Backup.Reason) async throws {
        try await platform.database.write { [box] in try BoxStore($0).waiveBackup(for: reason, of: box) }
    }

    /// As `admin box backup` does it.
    @discardableResult
    func askForBackup() async throws -> Backup {
        platform.clock.advance(by: .seconds(1))
        let row = try await row
        return try await platform.queue.write { work in
            let backup = Backup(id: work.ids.next(), of: row, for: .manual, at: work.now)
            try BackupStore(work.transaction).insert(backup)
            return backup
        }
    }

    /// As `admin box restore` does it.
    func askForRestore(of backup: Backup) async throws {
        platform.clock.advance(by: .seconds(1))
        let row = try await row
        try await platform.queue.write { work in
            try RestoreStore(work.transaction).insert(
                Restore(
                    id: work.ids.next(), customerID: row.customerID, boxID: row.id, backupID: backup.id, createdAt: work.now)
            )
            _ = try BoxStore(work.transaction).want(row)
        }
    }

    var row: Box {
        get async throws {
            let found = try await platform.database.read { [box] in
                try BoxStore($0).find(box.id, customerID: box.customerID)
            }
            return try #require(found)
        }
    }

    /// The youngest first.
    var backups: [Backup] {
        get async throws {
            try await platform.database.read { [box] in try BackupStore($0).all(customerID: box.customerID) }
        }
    }

    var lastRestore: Restore? {
        get async throws {
            try await platform.database.read { [box] in
                try RestoreStore($0).last(boxID: box.id, customerID: box.customerID)
            }
        }
    }

    var alerts: [String] {
        get async throws { try await platform.queuedJobs(AlertHost.kind) }
    }
}
