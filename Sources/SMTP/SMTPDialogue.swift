import FoundationEssentials

/// The client's side of one SMTP session that hands over one message (RFC 5321), as a state machine without I/O.
struct SMTPDialogue: Sendable {
    /// What to do next.
    enum Step: Sendable, Hashable {
        /// Send this line and a line break.
        case command(String)
        /// Encrypt the connection, then call ``secured()``.
        case startTLS
        /// Send the message, dot-stuffed, with the closing dot.
        case message
        /// The server has taken the message over: say QUIT and leave.
        case accepted
    }

    private enum State {
        case greeting, hello, startTLS, authPlain, authLoginUser, authLoginPassword, authResult, from, to, data, message,
            done
    }

    private let sender: String
    private let recipient: String
    private let clientName: String
    private let credentials: SMTPCredentials?
    private var needsStartTLS: Bool
    private var state = State.greeting

    /// - Parameters:
    ///   - sender: an address that ``Mailbox`` has checked.
    ///   - recipient: likewise.
    ///   - startTLS: whether the connection must be upgraded before anything is said.
    init(sender: Mailbox, recipient: Mailbox, credentials: SMTPCredentials?, startTLS: Bool) {
        self.sender = sender.address
        self.recipient = recipient.address
        clientName = sender.domain
        self.credentials = credentials
        needsStartTLS = startTLS
    }

    /// - Throws: ``SMTPError``; the session is over then.
    mutating func receive(_ reply: SMTPReply) throws(SMTPError) -> Step {
        switch state {
        case .greeting:
            try expect(220, reply)
            return hello()
        case .hello:
            try expect(250, reply)
            return try afterHello(reply)
        case .startTLS:
            try expect(220, reply)
            return .startTLS
        case .authPlain, .authResult:
            guard reply.code == 235 else { throw loginError(reply) }
            return mailFrom()
        case .authLoginUser:
            guard reply.code == 334 else { throw loginError(reply) }
            state = .authLoginPassword
            return .command(base64(credentials?.user ?? ""))
        case .authLoginPassword:
            guard reply.code == 334 else { throw loginError(reply) }
            state = .authResult
            return .command(base64(credentials?.password ?? ""))
        case .from:
            try expect(250, reply)
            state = .to
            return .command("RCPT TO:<\(recipient)>")
        case .to:
            // 251: the server forwards to another address itself.
            if reply.code != 251 { try expect(250, reply) }
            state = .data
            return .command("DATA")
        case .data:
            try expect(354, reply)
            state = .message
            return .message
        case .message:
            try expect(250, reply)
            state = .done
            return .accepted
        case .done:
            throw .unexpectedReply("a reply after the end")
        }
    }

    /// What to say first on the encrypted connection: what the server said before can't be trusted (RFC 3207, 4.2).
    mutating func secured() -> Step {
        needsStartTLS = false
        return hello()
    }

    private mutating func hello() -> Step {
        state = .hello
        return .command("EHLO \(clientName)")
    }

    private mutating func afterHello(_ reply: SMTPReply) throws(SMTPError) -> Step {
        let extensions = reply.lines.dropFirst().map { $0.uppercased().split(separator: " ").map(String.init) }
        if needsStartTLS {
            guard extensions.contains(where: { $0.first == "STARTTLS" }) else { throw .notOffered("STARTTLS") }
            state = .startTLS
            return .command("STARTTLS")
        }
        guard let credentials else { return mailFrom() }
        let mechanisms = Set(extensions.filter { $0.first == "AUTH" }.flatMap { $0.dropFirst() })
        if mechanisms.contains("PLAIN") {
            state = .authPlain
            return .command("AUTH PLAIN " + base64("\0\(credentials.user)\0\(credentials.password)"))  // RFC 4616
        }
        guard mechanisms.contains("LOGIN") else { throw .notOffered("a login with PLAIN or LOGIN") }
        state = .authLoginUser
        return .command("AUTH LOGIN")
    }

    private mutating func mailFrom() -> Step {
        state = .from
        return .command("MAIL FROM:<\(sender)>")
    }

    private func expect(_ code: Int, _ reply: SMTPReply) throws(SMTPError) {
        guard reply.code != code else { return }
        if reply.code >= 400 { throw .refused(code: reply.code, text: reply.text) }
        throw .unexpectedReply("\(reply.code) where \(code) was due")
    }

    private func loginError(_ reply: SMTPReply) -> SMTPError {
        reply.code >= 400 ? .authenticationFailed(code: reply.code) : .unexpectedReply("\(reply.code) during the login")
    }

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
