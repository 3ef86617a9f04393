package import Core
package import Jobs
import SQL
package import Store

/// Who is who: the visitor behind a browser session, and the owner behind an address.
///
/// A customer exists from the first word in the chat on; the session's cookie is all that proves who it is,
/// until a magic link brings the owner back on another device.
package struct IdentityService: Sendable {
    /// How long a browser stays signed in.
    package static let sessionLifetime = Duration.days(30)

    private let queue: WorkQueue
    private let hostEmails: Set<String>

    /// - Parameter hostEmails: addresses of people who sign in without ever having been a customer, as ``EmailAddress`` writes
    ///   them.
    package init(queue: WorkQueue, hostEmails: Set<String> = []) {
        self.queue = queue
        self.hostEmails = hostEmails
    }

    /// Creates a customer without a name, and a session that proves to be them.
    /// - Throws: `SQLError`.
    package func newVisitor(language: Language, device: String = "") async throws -> (
        customer: Customer, session: AccessToken
    ) {
        let session = AccessToken.random()
        let customer = try await queue.write { work in
            let customer = Customer(id: work.ids.next(), language: language, createdAt: work.now)
            let store = CustomerStore(work.transaction)
            try store.insert(customer)
            try store.insertSession(
                tokenHash: session.hash, customerID: customer.id, now: work.now, expiresAt: work.now + Self.sessionLifetime,
                device: device)
            return customer
        }
        return (customer, session)
    }

    /// - Parameter sessionToken: the value of the session's cookie.
    /// - Returns: whose session it is, or `nil` if it is unknown, expired or ended.
    /// - Throws: `SQLError`.
    package func customer(sessionToken: String) async throws -> Customer? {
        let hash = AccessToken(sessionToken).hash
        let now = queue.clock.now
        return try await queue.database.read { try CustomerStore($0).customer(sessionHash: hash, now: now) }
    }

    /// Signs one browser out; ending a session that doesn't exist is fine.
    /// - Throws: `SQLError`.
    package func endSession(_ token: String) async throws {
        let hash = AccessToken(token).hash
        try await queue.write { try CustomerStore($0.transaction).endSession(tokenHash: hash) }
    }

    /// Signs the customer out of every browser.
    /// - Throws: `SQLError`.
    package func endAllSessions(of customerID: Customer.ID) async throws {
        try await queue.write { work in
            try CustomerStore(work.transaction).endSessions(of: customerID)
            work.changed(customerID)
        }
    }

    /// Has a link mailed that signs the owner of the address in. The outcome doesn't tell whether anybody has this address.
    /// - Throws: `SQLError`.
    package func requestMagicLink(email address: EmailAddress, language: Language) async throws {
        try await queue.write { [hostEmails] work in
            let store = CustomerStore(work.transaction)
            if hostEmails.contains(address.text), try store.all(email: address.text).isEmpty {
                try store.insert(
                    Customer(id: work.ids.next(), email: address.text, language: language, createdAt: work.now))
            }
            try work.enqueue(SendMagicLink(email: address.text, language: language))
        }
    }

    /// Whether the link could still be used; looking doesn't use it up, so a mail program's preview does no harm.
    /// - Throws: `SQLError`.
    package func magicLinkIsOpen(token: String) async throws -> Bool {
        let hash = AccessToken(token).hash
        let now = queue.clock.now
        return try await queue.database.read { try CustomerStore($0).magicLinkIsOpen(tokenHash: hash, now: now) }
    }

    /// - Returns: the link, used up or not; `nil` if there is none with this token.
    /// - Throws: `SQLError`.
    package func magicLink(_ token: String) async throws -> MagicLink? {
        let hash = AccessToken(token).hash
        return try await queue.database.read { try CustomerStore($0).magicLink(tokenHash: hash) }
    }

    /// Uses a magic link up. The first one by mail that an account's owner follows proves that the address is theirs; whoever had
    /// got into the account without that is put out. One by Telegram proves no address, and opens no account whose address is
    /// proved.
    /// - Parameter former: the token of the session that the browser had before, which ends.
    /// - Returns: a new session of the link's customer.
    /// - Throws: `DomainError` with the code `magic_link_expired` if the link is unknown, expired or was used before;
    ///   `SQLError`.
    package func signIn(magicLinkToken: String, former: String? = nil, device: String = "") async throws -> AccessToken {
        let hash = AccessToken(magicLinkToken).hash
        let session = AccessToken.random()
        try await queue.write { work in
            let store = CustomerStore(work.transaction)
            guard let link = try store.consumeMagicLink(tokenHash: hash, now: work.now),
                try link.sentBy == .mail || store.find(link.customerID)?.emailProvedAt == nil
            else {
                throw DomainError(
                    .gone, code: "magic_link_expired",
                    "This link has expired or was used already. Ask for a new one on the sign-in page.")
            }
            let customerID = link.customerID
            if link.sentBy == .mail, try store.proveEmail(customerID, now: work.now) {
                try store.endAccess(to: customerID)
            }
            if let former { try store.endSession(tokenHash: AccessToken(former).hash) }
            try store.insertSession(
                tokenHash: session.hash, customerID: customerID, now: work.now, expiresAt: work.now + Self.sessionLifetime,
                device: device, sentBy: link.sentBy)
            // Open pages look whether their session is still there.
            work.changed(customerID)
        }
        return session
    }

    /// Takes on the periodic ``DeleteExpiredSessions`` and ``ApplyRetention``.
    package func register(in handlers: inout JobHandlers) {
        handlers.register(DeleteExpiredSessions.self) { [queue] _, _ in
            try await queue.write { try CustomerStore($0.transaction).deleteExpired(now: $0.now) }
        }
        handlers.register(ApplyRetention.self) { [queue] _, _ in
            try await queue.write { work in
                try RetentionStore(work.transaction).apply(now: work.now)
                // What lies in a store of objects goes by a job of its own, one for each box.
                for backup in try BackupStore(work.transaction).old(now: work.now) { try work.enqueue(PruneBackups(backup)) }
            }
        }
    }
}
