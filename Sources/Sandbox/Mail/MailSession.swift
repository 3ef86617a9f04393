/// The server's side of one SMTP session (RFC 5321), as a state machine without I/O.
///
/// Recipients can choose to fail: `bounce@…` is refused for good, `busy@…` for now.
struct MailSession: Sendable {
    /// What to do with a line.
    enum Step: Sendable, Hashable {
        /// Say this; more is to come from the client.
        case reply(String)
        /// Store the message, and only then say 250.
        case store(Envelope)
        case close(String)
        /// A line of the message: nothing to say.
        case nothing
    }

    struct Envelope: Sendable, Hashable {
        var sender: String
        var recipients: [String]
        var message: String
    }

    static let greeting = "220 sandbox.invalid ESMTP sandbox, nothing leaves this machine"
    /// What SIZE promises, in bytes.
    static let largestMessage = 1_048_576
    static let longestLine = 998

    private var hasGreeted = false
    private var sender: String?
    private var recipients: [String] = []
    private var message: String?
    private var isTooLarge = false

    /// - Parameter line: without its line break.
    mutating func receive(_ line: String) -> Step {
        message == nil ? command(line) : content(line)
    }

    private mutating func command(_ line: String) -> Step {
        let verb = line.prefix { $0 != " " }.uppercased()
        switch verb {
        case "EHLO", "HELO":
            guard line.count > verb.count + 1 else { return .reply("501 \(verb) needs a name") }
            reset()
            hasGreeted = true
            return .reply(verb == "HELO" ? "250 sandbox.invalid" : "250-sandbox.invalid\r\n250 SIZE \(Self.largestMessage)")
        case "MAIL":
            guard hasGreeted else { return .reply("503 say EHLO first") }
            guard sender == nil else { return .reply("503 there is a sender already") }
            guard let address = Self.address(in: line, after: "MAIL FROM:") else {
                return .reply("501 write MAIL FROM:<address>")
            }
            sender = address
            return .reply("250 sender accepted")
        case "RCPT":
            guard sender != nil else { return .reply("503 say MAIL first") }
            guard let address = Self.address(in: line, after: "RCPT TO:"), address.contains("@") else {
                return .reply("501 write RCPT TO:<address>")
            }
            if address.hasPrefix("bounce@") { return .reply("550 5.1.1 nobody has this address") }
            if address.hasPrefix("busy@") { return .reply("451 4.2.0 this mailbox is busy, try again later") }
            guard recipients.count < 100 else { return .reply("452 too many recipients") }
            recipients.append(address)
            return .reply("250 recipient accepted")
        case "DATA":
            guard !recipients.isEmpty else { return .reply("503 say RCPT first") }
            message = ""
            isTooLarge = false
            return .reply("354 end with a dot on a line of its own")
        case "RSET":
            reset()
            return .reply("250 forgotten")
        case "NOOP":
            return .reply("250 still here")
        case "QUIT":
            return .close("221 goodbye")
        default:
            return .reply("502 this server knows EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP and QUIT")
        }
    }

    private mutating func content(_ line: String) -> Step {
        guard line == "." else {
            let text = line.hasPrefix(".") ? String(line.dropFirst()) : line
            if (message?.utf8.count ?? 0) + text.utf8.count + 2 > Self.largestMessage {
                isTooLarge = true
            } else {
                message?.append(text + "\r\n")
            }
            return .nothing
        }
        let envelope = Envelope(sender: sender ?? "", recipients: recipients, message: message ?? "")
        let wasTooLarge = isTooLarge
        reset()
        if wasTooLarge { return .reply("552 5.3.4 the message is larger than \(Self.largestMessage) bytes") }
        let headers = MailParser.parse(envelope.message).headers
        guard headers["from"] != nil, headers["date"] != nil else {
            return .reply("554 5.6.0 a message needs From and Date (RFC 5322, 3.6)")
        }
        return .store(envelope)
    }

    private mutating func reset() {
        sender = nil
        recipients = []
        message = nil
        isTooLarge = false
    }

    /// - Returns: what stands in angle brackets after `prefix`; parameters behind it are ignored.
    private static func address(in line: String, after prefix: String) -> String? {
        guard line.prefix(prefix.count).uppercased() == prefix else { return nil }
        let rest = line.dropFirst(prefix.count).drop { $0 == " " }
        guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
        let address = rest[rest.index(after: rest.startIndex)..<end]
        guard address.utf8.allSatisfy({ (33...126).contains($0) }) else { return nil }
        return String(address)
    }
}
