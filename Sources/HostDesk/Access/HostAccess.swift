package import Core
package import Jobs
import SQL
package import Store

/// Who of the host's people is at the desk: an address in `HOST_EMAILS` that a followed link has proved, and a second factor.
package struct HostAccess: Sendable {
    /// How long a browser stays at the desk after a code.
    package static let sessionLifetime = Duration.hours(8)
    /// Wrong codes in a row that lock a factor.
    static let mostFailures: Int64 = 5
    static let lock = Duration.seconds(15 * 60)
    static let recoveryCodes = 10
    private static let issuer = "openclaw-cloud"

    private let queue: WorkQueue
    private let vault: Vault
    private let emails: Set<String>

    /// - Parameter emails: the host's people, as ``EmailAddress`` writes them; none: there is no desk.
    package init(queue: WorkQueue, vault: Vault, emails: Set<String>) {
        self.queue = queue
        self.vault = vault
        self.emails = emails
    }

    /// - Returns: the address of one of the host's people; `nil` for everybody else, and while the address may be anybody's.
    package func person(_ customer: Customer?) -> String? {
        guard let customer, customer.emailProvedAt != nil, let email = customer.email, emails.contains(email) else {
            return nil
        }
        return email
    }

    /// How far somebody has come.
    package enum Stage: Sendable, Hashable {
        /// No second factor is set up.
        case unenrolled
        /// One is being set up: what the authenticator program takes over, and the same to be typed.
        case enrolling(address: String, key: String)
        /// The code is asked for.
        case locked
        case open
    }

    /// - Parameter session: the token of the browser's session.
    /// - Throws: `SQLError`; `DomainError` if the secret can't be read.
    package func stage(of email: String, session: String) async throws -> Stage {
        let now = queue.clock.now
        let hash = AccessToken(session).hash
        let (factor, isOpen) = try await queue.database.read { transaction in
            let store = HostAccessStore(transaction)
            return (try store.factor(email), try store.isOpen(sessionHash: hash, email: email, now: now))
        }
        guard let factor else { return .unenrolled }
        if factor.confirmedAt == nil {
            let key = try key(of: factor)
            return .enrolling(
                address: TOTP.address(key: key, account: email, issuer: Self.issuer), key: Base32.text(key))
        }
        return isOpen ? .open : .locked
    }

    /// Begins to set a second factor up, unless there is one.
    /// - Throws: `SQLError`; a `CryptoKitError`.
    package func enrol(_ email: String) async throws {
        let sealed = try vault.seal(
            Secret(Base32.text(TOTP.randomKey())), context: HostAccessStore.context(of: email))
        try await queue.write { work in
            _ = try HostAccessStore(work.transaction).begin(email: email, sealedSecret: sealed, now: work.now)
        }
    }

    /// Opens the desk to a browser's session by a code, or by a recovery code.
    /// - Returns: the recovery codes, if this was the first code of a new factor: they are shown this once.
    /// - Throws: `DomainError` with the code `wrong_code` or `factor_locked`; `SQLError`.
    package func verify(code: String, email: String, session: String) async throws -> [String]? {
        let hash = AccessToken(session).hash
        guard let factor = try await queue.database.read({ try HostAccessStore($0).factor(email) }) else { throw Self.wrong }
        let totp = TOTP(key: try key(of: factor))
        let fresh = factor.confirmedAt == nil ? Self.newRecoveryCodes() : nil
        let recovery = Self.normalized(code)
        // How it ends is decided by the row, as two browsers may send the same code at once.
        let outcome = try await queue.write { work -> Outcome in
            let store = HostAccessStore(work.transaction)
            guard let factor = try store.factor(email) else { return .wrong }
            if recovery.count == Self.recoveryLength, factor.confirmedAt != nil {
                // A lock keeps guesses out; nobody guesses 80 bits.
                if try store.useRecoveryCode(hash: AccessToken(recovery).hash, email: email, now: work.now) {
                    try Self.open(hash, email, "second-factor", detail: "a recovery code", work)
                    return .open
                }
            }
            if let until = factor.lockedUntil, until > work.now { return .locked }
            if let step = totp.step(of: code, at: work.now, after: factor.lastStep),
                try store.take(step: step, email: email, now: work.now)
            {
                if let fresh {
                    try store.setRecoveryCodes(fresh.map { AccessToken(Self.normalized($0)).hash }, email: email)
                }
                try Self.open(
                    hash, email, fresh == nil ? "second-factor" : "second-factor-set-up", detail: nil, work)
                return .open
            }
            let isLocked = try store.countFailure(email: email, limit: Self.mostFailures, until: work.now + Self.lock)
            try Self.note("wrong-code", email, detail: isLocked ? "locked for 15 minutes" : nil, work)
            if isLocked { try work.enqueue(Self.alarm(email)) }
            return isLocked ? .locked : .wrong
        }
        switch outcome {
        case .open: return fresh
        case .wrong: throw Self.wrong
        case .locked:
            throw DomainError(
                .limited, code: "factor_locked", "Too many wrong codes. Wait 15 minutes, or use a recovery code.")
        }
    }

    private enum Outcome: Sendable {
        case open, wrong, locked
    }

    /// Leaves the desk; the site's own session stays.
    /// - Throws: `SQLError`.
    package func leave(session: String, email: String) async throws {
        let hash = AccessToken(session).hash
        try await queue.write { work in
            try HostAccessStore(work.transaction).endSession(sessionHash: hash)
            try Self.note("leave", email, detail: nil, work)
        }
    }

    // MARK: Parts

    private static let wrong = DomainError(
        .forbidden, code: "wrong_code", "That code isn't right, or was used already. Wait for the next one.")

    private static func open(
        _ hash: String, _ email: String, _ act: String, detail: String?, _ work: UnitOfWork
    ) throws {
        try HostAccessStore(work.transaction).openSession(
            sessionHash: hash, email: email, now: work.now, expiresAt: work.now + sessionLifetime)
        try note(act, email, detail: detail, work)
        if act == "second-factor-set-up" {
            try work.enqueue(
                AlertHost(
                    subject: "\(email) has set up a second factor",
                    text: """
                        \(email) can now open the host's desk. If that wasn't them, forget the second factor and look at who reads \
                        their mail:

                        openclaw-cloud admin host reset \(email)
                        """))
        }
    }

    private static func note(_ act: String, _ email: String, detail: String?, _ work: UnitOfWork) throws {
        try AuditStore(work.transaction).insert(
            AuditEntry(id: work.ids.next(), at: work.now, actor: email, origin: .desk, act: act, detail: detail))
    }

    private static func alarm(_ email: String) -> AlertHost {
        AlertHost(
            subject: "Wrong codes for \(email)",
            text: """
                Somebody who is signed in as \(email) has typed \(mostFailures) wrong codes of the second factor. It is locked for \
                15 minutes.
                """)
    }

    private func key(of factor: HostAccessStore.Factor) throws -> [UInt8] {
        let text = try vault.open(factor.sealedSecret, context: HostAccessStore.context(of: factor.email)).reveal()
        return Base32.bytes(text) ?? []
    }

    private static let recoveryLength = 16

    /// Ten codes of 80 random bits, in groups of four characters.
    private static func newRecoveryCodes() -> [String] {
        (0..<recoveryCodes).map { _ in
            let text = Base32.text(Array(TOTP.randomKey().prefix(10))).lowercased()
            return stride(from: 0, to: text.count, by: 4).map { String(text.dropFirst($0).prefix(4)) }.joined(separator: "-")
        }
    }

    private static func normalized(_ code: String) -> String {
        String(code.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}
