import ArgumentParser
import Core
import Jobs
import SQL
import Store

extension AdminBoxCommand {
    /// `openclaw-cloud admin box backup`
    struct BackupCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Saves a box's state in the object store now, and waits until it is there.",
            discussion: "The agent goes on running. Whoever stops waiting stops nothing.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform(reachesCluster: true) { platform in
                try platform.requireBackups()
                let backup = try await platform.queue.write { work in
                    let box = try subject.find(work.transaction)
                    guard box.desired != .draft, box.readyAt != nil else {
                        throw ValidationError("\(box.id) has never run, so there is nothing to save.")
                    }
                    if let restore = try RestoreStore(work.transaction).last(boxID: box.id, customerID: box.customerID),
                        restore.state == .running
                    {
                        throw ValidationError("\(restore.backupID) is being restored into \(box.id).")
                    }
                    let store = BackupStore(work.transaction)
                    if let running = try store.running(boxID: box.id, customerID: box.customerID) { return running }
                    let backup = Backup(id: work.ids.next(), of: box, for: .manual, at: work.now)
                    try store.insert(backup)
                    try work.enqueue(ReconcileBox(box))
                    return backup
                }
                print("\(backup.id) is being made …")
                try await waitForEnd(of: backup, platform)
            }
        }

        private func waitForEnd(of backup: Backup, _ platform: Platform) async throws {
            while true {
                let row = try await platform.database.read {
                    try BackupStore($0).find(backup.id, customerID: backup.customerID)
                }
                switch row?.state {
                case .running: try await Task.sleep(for: .seconds(1))
                case .done:
                    print("It is done\(row?.size.map { ": \($0) bytes" } ?? "").")
                    return
                case .failed, nil:
                    print("It failed: \(row?.detail ?? "its row is gone")")
                    throw ExitCode.failure
                }
            }
        }
    }

    /// `openclaw-cloud admin box backups`
    struct BackupsCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backups", abstract: "Lists what was saved of a customer's boxes, the youngest first.",
            discussion:
                "Backups of the customer's earlier boxes are there, too; each can be restored into any box of theirs.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let (backups, restore) = try await platform.database.read { transaction in
                    let box = try subject.find(transaction)
                    return (
                        try BackupStore(transaction).all(customerID: box.customerID),
                        try RestoreStore(transaction).last(boxID: box.id, customerID: box.customerID)
                    )
                }
                if backups.isEmpty { print("Nothing was saved yet.") }
                for backup in backups {
                    let size = backup.size.map { "  \($0) bytes" } ?? ""
                    let detail = backup.detail.map { "  \($0)" } ?? ""
                    print(
                        "\(backup.id)  \(backup.boxID)  \(backup.createdAt)  \(backup.reason.rawValue)  "
                            + "\(backup.state.rawValue)\(size)  \(backup.image ?? "-")\(detail)")
                }
                if let restore {
                    let detail = restore.detail.map { ": \($0)" } ?? ""
                    print("last restore: \(restore.backupID), \(restore.createdAt), \(restore.state.rawValue)\(detail)")
                }
            }
        }
    }

    /// `openclaw-cloud admin box restore`
    struct RestoreCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Puts a saved state in the place of a box's own.",
            discussion: """
                The box's present state is saved first. Then the agent is stopped until the other one is in place; the volume \
                must have room for both. A new box starts with it. Messages that the agent had answered since are unknown to it.
                """)

        @OptionGroup var subject: Subject

        @Argument(help: "The backup's id (bak_…), of the same customer.")
        var backup: String?

        @Flag(help: "Start the box with what it has, after a restore that failed.")
        var abandon = false

        func validate() throws {
            guard (backup == nil) == abandon else { throw ValidationError("Name a backup, or --abandon a failed restore.") }
            if let backup, Backup.ID(backup) == nil { throw ValidationError("\(backup) is no backup's id (bak_…).") }
        }

        func run() async throws {
            try await Launcher.withPlatform(reachesCluster: true) { platform in
                if !abandon { try platform.requireBackups() }
                let text = try await platform.queue.write { work in
                    let box = try subject.find(work.transaction)
                    guard box.desired != .deleted else { throw ValidationError("\(box.id) is deleted.") }
                    let text = abandon ? try abandonLast(of: box, work) : try restore(into: box, work)
                    // Another generation, which has its own backup before.
                    try work.want(box)
                    return text
                }
                print(text)
            }
        }

        private func restore(into box: Box, _ work: UnitOfWork) throws -> String {
            let store = BackupStore(work.transaction)
            guard let id = backup.flatMap({ Backup.ID($0) }), let backup = try store.find(id, customerID: box.customerID),
                backup.state == .done
            else {
                throw ValidationError(
                    "There is no such backup of this customer, or it isn't done: admin box backups lists them.")
            }
            if let last = try RestoreStore(work.transaction).last(boxID: box.id, customerID: box.customerID),
                last.state == .running
            {
                throw ValidationError("\(last.backupID) is being restored into \(box.id) already.")
            }
            try RestoreStore(work.transaction).insert(
                Restore(
                    id: work.ids.next(), customerID: box.customerID, boxID: box.id, backupID: backup.id, createdAt: work.now)
            )
            let images =
                backup.image == box.image
                ? "" : "\nIt was saved as \(backup.image ?? "an unknown image"); the box runs as \(box.image ?? "none yet")."
            return "\(backup.id) will be restored into \(box.id).\(images)"
        }

        private func abandonLast(of box: Box, _ work: UnitOfWork) throws -> String {
            let store = RestoreStore(work.transaction)
            guard let last = try store.last(boxID: box.id, customerID: box.customerID), try store.abandon(last) else {
                throw ValidationError("No restore into \(box.id) has failed.")
            }
            return "\(box.id) will be started with what it has."
        }
    }

    /// `openclaw-cloud admin box skip-backup`
    struct SkipBackupCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "skip-backup",
            abstract: "Lets a box be upgraded, restored or deleted though its state can't be saved before.",
            discussion: "What the agent has stored may be lost for good.")

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let text = try await platform.queue.write { work in
                    let box = try subject.find(work.transaction)
                    let restore = try RestoreStore(work.transaction).last(boxID: box.id, customerID: box.customerID)
                    let reason: Backup.Reason =
                        box.desired == .deleted ? .deletion : restore?.state == .running ? .restore : .upgrade
                    try BoxStore(work.transaction).waiveBackup(for: reason, of: box)
                    try work.enqueue(ReconcileBox(box))
                    return "The next \(reason.rawValue) of \(box.id) goes on without a backup."
                }
                print(text)
            }
        }
    }
}

extension Platform {
    /// - Throws: ``CloudConfiguration/Invalid`` where agents' states aren't saved.
    fileprivate func requireBackups() throws(CloudConfiguration.Invalid) {
        _ = try requiredCluster()
        guard configuration.backup == nil else { return }
        throw CloudConfiguration.Invalid(faults: [
            "\(Setting.backupEndpoint.rawValue) and the settings beside it must be set: there is no store for backups"
        ])
    }
}
