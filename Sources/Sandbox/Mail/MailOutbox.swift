import FoundationEssentials
import SQL

/// A mail that arrived, decoded; also its JSON form.
struct OutboxMessage: Sendable, Hashable, Codable {
    let id: Int64
    let from: String
    let to: [String]
    let subject: String
    let messageID: String?
    /// Seconds since 1970.
    let receivedAt: Int64
    let text: String
    let html: String?
    /// The web addresses in the plain text, in their order.
    let links: [String]
}

/// The mails, kept in the sandbox's database.
struct MailOutbox: Sendable {
    static let migration = Migration(
        number: 4, name: "mail",
        sql: """
            CREATE TABLE outbox_messages (
                id bigint PRIMARY KEY,
                sender text NOT NULL,
                recipients text NOT NULL,
                source text NOT NULL,
                received_at bigint NOT NULL
            );

            """)

    let database: any Database

    /// Returns once the mail is durable.
    /// - Throws: `SQLError`.
    func store(_ envelope: MailSession.Envelope, receivedAt: Date) async throws {
        let recipients = envelope.recipients.joined(separator: " ")
        let seconds = Int64(receivedAt.timeIntervalSince1970)
        _ = try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO outbox_messages (id, sender, recipients, source, received_at)
                SELECT coalesce(max(id), 0) + 1, ?1, ?2, ?3, CAST(?4 AS bigint) FROM outbox_messages
                """, [.text(envelope.sender), .text(recipients), .text(envelope.message), .integer(seconds)])
        }
    }

    /// The newest mails first, at most 200.
    /// - Throws: `SQLError`.
    func messages() async throws -> [OutboxMessage] {
        try await database.read { transaction in
            try transaction.query("SELECT * FROM outbox_messages ORDER BY id DESC LIMIT 200", []).map(
                OutboxMessage.init(row:))
        }
    }

    /// - Throws: `SQLError`.
    func message(_ id: Int64) async throws -> OutboxMessage? {
        try await database.read { transaction in
            try transaction.first("SELECT * FROM outbox_messages WHERE id = ?1", [.integer(id)])
                .map(OutboxMessage.init(row:))
        }
    }
}

extension OutboxMessage {
    init(row: Row) throws {
        let source = try row.text("source")
        let headers = MailParser.parse(source).headers
        let text = MailParser.text("text/plain", in: source) ?? ""
        let sender = try row.text("sender")
        self.init(
            id: try row.integer("id"), from: headers["from"] ?? sender,
            to: try row.text("recipients").split(separator: " ").map(String.init),
            subject: headers["subject"] ?? "", messageID: headers["message-id"],
            receivedAt: try row.integer("received_at"), text: text, html: MailParser.text("text/html", in: source),
            links: TextSegment.segments(of: text).compactMap(\.url))
    }
}

/// A piece of plain text: either words or a web address.
struct TextSegment: Sendable, Hashable {
    let text: String
    /// Only ever `http://…` or `https://…`.
    let url: String?

    static func segments(of text: String) -> [TextSegment] {
        var segments: [TextSegment] = []
        var rest = text[...]
        while let start = ["http://", "https://"].compactMap({ rest.firstRange(of: $0)?.lowerBound }).min() {
            let end = rest[start...].firstIndex { $0.isWhitespace || "<>\"'()".contains($0) } ?? rest.endIndex
            var url = rest[start..<end]
            while let last = url.last, ".,;:!?".contains(last) { url.removeLast() }
            if start > rest.startIndex { segments.append(TextSegment(text: String(rest[..<start]), url: nil)) }
            segments.append(TextSegment(text: String(url), url: String(url)))
            rest = rest[url.endIndex...]
        }
        if !rest.isEmpty { segments.append(TextSegment(text: String(rest), url: nil)) }
        return segments
    }
}
