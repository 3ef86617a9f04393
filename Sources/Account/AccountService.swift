package import Core
package import Jobs
import SQL
package import Store

/// What customers look after themselves: how their agent is to be, who is signed in, their address, and their data.
package struct AccountService: Sendable {
    let queue: WorkQueue
    private let plans: PlanTable
    /// Has signed the links that switch mails off.
    let vault: Vault
    /// Asks Telegram about an agent's bot.
    let checkBot: @Sendable (Box) async -> BotState
    /// `nil` where agents' states aren't saved.
    let objects: BackupObjects?
    /// Whether webhooks may go to the platform's own machine: on a trial there.
    let allowsLocalWebhooks: Bool

    package init(
        queue: WorkQueue, plans: PlanTable, vault: Vault,
        checkBot: @escaping @Sendable (Box) async -> BotState = { _ in .unknown },
        objects: BackupObjects? = nil, allowsLocalWebhooks: Bool = false
    ) {
        self.queue = queue
        self.plans = plans
        self.vault = vault
        self.checkBot = checkBot
        self.objects = objects
        self.allowsLocalWebhooks = allowsLocalWebhooks
    }

    /// Takes on ``EraseCustomer`` and ``PruneBackups``.
    package func register(in handlers: inout JobHandlers) {
        handlers.register(EraseCustomer.self) { job, _ in try await erase(job) }
        handlers.register(PruneBackups.self) { job, _ in try await prune(job) }
    }

    /// Wants the customer's agent as the change says. It takes a moment until the agent is so.
    /// - Returns: the box as it is wanted now.
    /// - Throws: ``DomainError`` with the code `no_box`, or one of the change's own; `SQLError`.
    package func change(_ change: AgentChange, of customerID: Customer.ID) async throws -> Box {
        try await queue.write { [plans] work in
            let boxes = BoxStore(work.transaction)
            guard let old = try boxes.current(customerID: customerID), old.desired != .draft else { throw Self.noBox }
            let new = try change.applied(to: old, plan: plans[old.tier])
            guard new != old else { return old }
            if let zone = new.timeZone, zone != old.timeZone {
                let reminders = try ReminderStore(work.transaction).setTimeZone(zone, boxID: old.id, customerID: customerID)
                if let next = reminders.map(\.occursAt).min() {
                    try work.enqueue(SendReminders(), after: max(.zero, next - work.now))
                }
            }
            try boxes.setProfile(new.profile, of: new)
            let wanted = try work.want(new)
            if wanted.agentName != old.agentName { try work.enqueue(NameBot(wanted)) }
            return wanted
        }
    }

    static let noBox = DomainError(
        .notFound, code: "no_box", "You have no agent yet. The chat on our site is where one begins.")

    // MARK: Sessions

    /// The browsers that are signed in, the youngest first.
    /// - Throws: `SQLError`.
    package func sessions(of customerID: Customer.ID) async throws -> [Session] {
        let now = queue.clock.now
        return try await queue.database.read { try AccountStore($0).sessions(of: customerID, now: now) }
    }

    /// How the session of a token is named in ``sessions(of:)``.
    package static func handle(ofSession token: String) -> String {
        AccountStore.handle(tokenHash: AccessToken(token).hash)
    }

    /// Signs one browser out; one that is gone already is fine.
    /// - Throws: `SQLError`.
    package func endSession(_ handle: String, of customerID: Customer.ID) async throws {
        try await queue.write { work in
            _ = try AccountStore(work.transaction).endSession(handle: handle, customerID: customerID)
            work.changed(customerID)
        }
    }

    // MARK: Tokens of the API

    /// - Parameter name: what the customer calls it.
    /// - Returns: the token, whose text nobody can see again.
    /// - Throws: ``DomainError`` with the code `invalid_token_name` or `too_many_tokens`; `SQLError`.
    package func newToken(
        _ name: String, scope: APIToken.Scope, of customerID: Customer.ID
    ) async throws -> (token: APIToken, secret: Secret) {
        let text = AccessToken.random(prefix: APIToken.prefix)
        guard name.wholeMatch(of: /[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9 ._-]{0,63}/) != nil else {
            throw DomainError(
                .invalid, code: "invalid_token_name",
                "Give the token a name of at most 64 letters, digits, spaces and ._- that begins with a letter or digit.")
        }
        let token = try await queue.write { work in
            let store = APITokenStore(work.transaction)
            guard try store.all(customerID: customerID).count < APIToken.mostOfOneCustomer else {
                throw DomainError(
                    .conflict, code: "too_many_tokens",
                    "You have \(APIToken.mostOfOneCustomer) tokens. Delete one that you don't use.")
            }
            let token = APIToken(
                id: work.ids.next(), customerID: customerID, name: name, scope: scope, createdAt: work.now)
            try store.insert(token, hash: text.hash)
            return token
        }
        return (token, text.secret)
    }

    /// The youngest first.
    /// - Throws: `SQLError`.
    package func tokens(of customerID: Customer.ID) async throws -> [APIToken] {
        try await queue.database.read { try APITokenStore($0).all(customerID: customerID) }
    }

    /// - Throws: ``DomainError`` with the code `no_token`; `SQLError`.
    package func deleteToken(_ id: APIToken.ID, of customerID: Customer.ID) async throws {
        try await queue.write { work in
            guard try APITokenStore(work.transaction).delete(id, customerID: customerID) else {
                throw DomainError(.notFound, code: "no_token", "There is no such token. It may have been deleted meanwhile.")
            }
        }
    }

    /// - Parameter text: what a program showed.
    /// - Returns: whose token it is and what it may do; `nil` if it is unknown or was deleted.
    /// - Throws: `SQLError`.
    package func customer(apiToken text: String) async throws -> (customer: Customer, scope: APIToken.Scope)? {
        let hash = AccessToken(text).hash
        let found = try await queue.database.read { transaction -> (APIToken, Customer)? in
            guard let token = try APITokenStore(transaction).find(hash: hash),
                let customer = try CustomerStore(transaction).find(token.customerID)
            else { return nil }
            return (token, customer)
        }
        guard let (token, customer) = found else { return nil }
        try await queue.write { work in
            let store = APITokenStore(work.transaction)
            if store.isUseStale(token, now: work.now) { try store.noteUse(token, now: work.now) }
        }
        return (customer, token.scope)
    }
}
