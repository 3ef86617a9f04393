package import Core
package import SQL

/// Seals stored secrets anew, under the newest key, so that the keys before it can be thrown away.
///
/// It goes through them in batches, each in a transaction of its own: a run that was interrupted is started again.
package struct KeyRotation: Sendable {
    /// What came of it.
    package struct Report: Sendable, Hashable {
        /// How many were sealed under the newest key.
        package var resealed = 0
        /// The ids of rows whose secret opens with none of the keys.
        package var unreadable: [String] = []

        package init() {}
    }

    /// What one secret comes to.
    package enum Outcome: Sendable, Hashable {
        case resealed, unchanged, unreadable
    }

    private let database: any Database
    private let vault: Vault
    private let batch: Int

    /// - Parameter batch: so many rows in one transaction.
    package init(database: any Database, vault: Vault, batch: Int = 100) {
        self.database = database
        self.vault = vault
        self.batch = batch
    }

    /// - Parameter rows: in one transaction, does its work on a batch of rows after an id, and says what came of each.
    /// - Throws: `SQLError`; what `rows` throws.
    package func run(
        _ rows: @escaping @Sendable (any Transaction, Vault, _ after: String, _ limit: Int) throws -> [(id: String, Outcome)]
    ) async throws -> Report {
        var report = Report()
        var last = ""
        while true {
            let done = try await database.write { [vault, batch, last] in try rows($0, vault, last, batch) }
            report.resealed += done.count { $0.1 == .resealed }
            report.unreadable += done.filter { $0.1 == .unreadable }.map(\.id)
            guard let end = done.last?.id, done.count == batch else { return report }
            last = end
        }
    }

    /// The secrets of the host's second factors.
    /// - Throws: `SQLError`.
    package func hostFactors() async throws -> Report {
        try await run { transaction, vault, last, limit in
            let store = HostAccessStore(transaction)
            return try store.factors(after: last, limit: limit).map { factor in
                let new: String?
                do {
                    new = try vault.rewrap(factor.sealedSecret, context: HostAccessStore.context(of: factor.email))
                } catch is DomainError {
                    return (factor.email, .unreadable)
                }
                guard let new, try store.reseal(factor, to: new) else { return (factor.email, .unchanged) }
                return (factor.email, .resealed)
            }
        }
    }

    /// What webhooks are signed with.
    /// - Throws: `SQLError`.
    package func webhookEndpoints() async throws -> Report {
        try await run { transaction, vault, last, limit in
            let store = WebhookStore(transaction)
            return try store.endpoints(after: last, limit: limit).map { endpoint in
                let new: String?
                do {
                    new = try vault.rewrap(endpoint.sealedSecret, context: endpoint.secretContext)
                } catch is DomainError {
                    return (endpoint.id.rawValue, .unreadable)
                }
                guard let new, try store.reseal(endpoint, to: new) else { return (endpoint.id.rawValue, .unchanged) }
                return (endpoint.id.rawValue, .resealed)
            }
        }
    }

    /// The token of the set-up chat's own account.
    /// - Throws: `SQLError`.
    package func guideAccount() async throws -> Report {
        try await database.write { [vault] transaction in
            let store = GuideAccountStore(transaction)
            var report = Report()
            guard let account = try store.find() else { return report }
            do {
                if let new = try vault.rewrap(account.sealedToken, context: GuideAccountStore.context) {
                    try store.save(customerID: account.customerID, sealedToken: new)
                    report.resealed = 1
                }
            } catch is DomainError {
                report.unreadable = [account.customerID.rawValue]
            }
            return report
        }
    }

    /// The tokens of boxes' bots.
    /// - Throws: `SQLError`.
    package func boxes() async throws -> Report {
        try await run { transaction, vault, last, limit in
            let store = BoxStore(transaction)
            return try store.withBot(after: last, limit: limit).map { box in
                guard let old = box.bot?.sealedToken else { return (box.id.rawValue, .unchanged) }
                let new: String?
                do {
                    new = try vault.rewrap(old, context: box.botTokenContext)
                } catch is DomainError {
                    return (box.id.rawValue, .unreadable)
                }
                guard let new, try store.reseal(box, from: old, to: new) else { return (box.id.rawValue, .unchanged) }
                return (box.id.rawValue, .resealed)
            }
        }
    }
}
