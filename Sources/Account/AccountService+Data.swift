package import Core
import FoundationEssentials
import Jobs
import SQL
package import Store

/// The address, and what becomes of the data.
extension AccountService {
    // MARK: Address

    /// Asks both addresses for their consent. One that nobody has ever shown to be theirs isn't asked: a typo can be put right.
    /// - Throws: ``DomainError`` with the code `same_email`; `SQLError`.
    package func requestEmail(_ address: EmailAddress, of customer: Customer) async throws {
        guard address.text != customer.email else {
            throw DomainError(.conflict, code: "same_email", "That is the address already.")
        }
        try await queue.write { work in
            try AccountStore(work.transaction).requestEmail(address.text, of: customer.id, now: work.now)
            try work.enqueue(SendEmailChange(customerID: customer.id))
        }
    }

    /// - Returns: the change that waits for consent.
    /// - Throws: `SQLError`.
    package func emailChange(of customerID: Customer.ID) async throws -> EmailChange? {
        let now = queue.clock.now
        return try await queue.database.read { try AccountStore($0).emailChange(of: customerID, now: now) }
    }

    /// Whether a link of a mail could be used; looking changes nothing.
    /// - Throws: `SQLError`.
    package func emailChange(token: String) async throws -> EmailChange? {
        let (hash, now) = (AccessToken(token).hash, queue.clock.now)
        return try await queue.database.read { try AccountStore($0).emailChange(tokenHash: hash, now: now) }
    }

    /// Notes one consent.
    /// - Returns: the change; once ``EmailChange/isAgreed``, the account has the new address.
    /// - Throws: ``DomainError`` with the code `email_link_expired`; `SQLError`.
    package func confirmEmail(token: String) async throws -> EmailChange {
        let hash = AccessToken(token).hash
        return try await queue.write { work in
            guard let change = try AccountStore(work.transaction).confirmEmail(tokenHash: hash, now: work.now) else {
                throw DomainError(
                    .gone, code: "email_link_expired", "This link has expired or was used already. Ask for a new one.")
            }
            work.changed(change.customerID)
            return change
        }
    }

    // MARK: Export

    /// How long an export can be fetched.
    package static let exportLifetime = Duration.hours(24)

    /// - Returns: what the export is fetched with, by this customer alone.
    /// - Throws: `SQLError`.
    package func newExport(of customerID: Customer.ID) async throws -> AccessToken {
        let token = AccessToken.random()
        try await queue.write { work in
            try AccountStore(work.transaction).insertExport(
                tokenHash: token.hash, customerID: customerID, now: work.now, expiresAt: work.now + Self.exportLifetime)
        }
        return token
    }

    /// Everything that is stored of the customer, as it is now: a ZIP archive with a JSON file for each table.
    /// - Throws: ``DomainError`` with the code `export_expired`; `SQLError`; an `EncodingError`.
    package func export(token: String, of customerID: Customer.ID) async throws -> [UInt8] {
        let (hash, now) = (AccessToken(token).hash, queue.clock.now)
        let records = try await queue.database.read { transaction -> [String: [[String: String]]] in
            guard try AccountStore(transaction).exportIsOpen(tokenHash: hash, customerID: customerID, now: now) else {
                throw DomainError(.gone, code: "export_expired", "This export has expired. Ask for a new one.")
            }
            return try CustomerRecords(transaction).export(customerID)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var archive = ZipArchive(modifiedAt: now)
        try archive.add("README.txt", Array(Self.explanation.utf8))
        for (table, rows) in records.sorted(by: { $0.key < $1.key }) where !rows.isEmpty {
            try archive.add("\(table).json", Array(encoder.encode(rows)))
        }
        return archive.finished()
    }

    private static let explanation = """
        Everything that OpenClaw Cloud stores of you, a file for each kind. Times are milliseconds since 1970.
        What you have said to your agent isn't here: it is in Telegram and in the agent's own space.

        """

    // MARK: Erasure

    /// Has everything of the customer deleted after a day.
    /// - Throws: `SQLError`.
    package func requestErasure(of customerID: Customer.ID) async throws -> Erasure {
        try await queue.write { work in
            let erasure = try AccountStore(work.transaction).requestErasure(of: customerID, now: work.now)
            try work.enqueue(EraseCustomer(customerID: customerID), after: max(.zero, erasure.dueAt - work.now))
            work.changed(customerID)
            return erasure
        }
    }

    /// - Throws: `SQLError`.
    package func erasure(of customerID: Customer.ID) async throws -> Erasure? {
        try await queue.database.read { try AccountStore($0).erasure(of: customerID) }
    }

    /// Takes it back.
    /// - Throws: ``DomainError`` with the code `no_erasure`; `SQLError`.
    package func cancelErasure(of customerID: Customer.ID) async throws {
        try await queue.write { work in
            guard try AccountStore(work.transaction).cancelErasure(of: customerID, now: work.now) else {
                throw DomainError(.conflict, code: "no_erasure", "There is no deletion that could still be taken back.")
            }
            work.changed(customerID)
        }
    }

    /// First the subscription ends, then the agent goes, and then all that says who the customer was.
    func erase(_ job: EraseCustomer) async throws {
        guard let customerID = job.customerID else { return }
        try await forgetBackups(of: customerID)
        let isDone = try await queue.write { work in
            let store = AccountStore(work.transaction)
            guard let erasure = try store.erasure(of: customerID), erasure.doneAt == nil else { return true }
            guard erasure.dueAt <= work.now else {
                try work.enqueue(EraseCustomer(customerID: customerID), after: erasure.dueAt - work.now)
                return true
            }
            let boxes = BoxStore(work.transaction)
            if let box = try boxes.current(customerID: customerID) {
                for subscription in try BillingStore(work.transaction).subscriptions(boxID: box.id, customerID: customerID)
                where subscription.endedAt == nil {
                    try work.enqueue(EndSubscription(subscription))
                    return false
                }
                // What was saved for a return isn't wanted.
                try boxes.waiveBackup(for: .deletion, of: box)
                var gone = box
                gone.desired = .deleted
                try work.want(gone)
                return false
            }
            guard try boxes.isNothingLeft(of: customerID) else { return false }
            // What was saved of it goes first.
            guard try BackupStore(work.transaction).all(customerID: customerID).isEmpty else { return false }
            try CustomerRecords(work.transaction).erase(customerID)
            try store.endErasure(of: customerID, now: work.now)
            work.changed(customerID)
            return true
        }
        guard isDone else { throw JobOutcome.snooze(.seconds(30)) }
    }

    /// Once nothing of the agent is left.
    private func forgetBackups(of customerID: Customer.ID) async throws {
        let now = queue.clock.now
        let backups = try await queue.database.read { transaction -> [Backup] in
            guard let erasure = try AccountStore(transaction).erasure(of: customerID), erasure.doneAt == nil,
                erasure.dueAt <= now, try BoxStore(transaction).isNothingLeft(of: customerID)
            else { return [] }
            return try BackupStore(transaction).all(customerID: customerID).filter { $0.state != .running }
        }
        try await forget(backups)
    }
}
