import FoundationEssentials
import Mustache

/// The outbox as pages.
struct MailPages: Sendable {
    private let library: MustacheLibrary

    /// - Throws: a parser error if a template is malformed.
    init() throws {
        library = MustacheLibrary(templates: [
            "list": try MustacheTemplate(string: String(decoding: PackageResources.mail_outbox_mustache, as: UTF8.self)),
            "message": try MustacheTemplate(string: String(decoding: PackageResources.mail_message_mustache, as: UTF8.self)),
            "style": try MustacheTemplate(string: String(decoding: PackageResources.mail_style_mustache, as: UTF8.self)),
        ])
    }

    func list(_ messages: [OutboxMessage]) -> String? {
        library.render(["messages": messages.map(summary), "isEmpty": messages.isEmpty], withTemplate: "list")
    }

    func message(_ message: OutboxMessage) -> String? {
        var object = summary(message)
        object["segments"] = TextSegment.segments(of: message.text).map { segment in
            // A key that is absent is what a template takes for nothing; an optional would be shown as "nil".
            segment.url.map { ["url": $0] } ?? ["text": segment.text]
        }
        // Links of the framed page open outside of it, where they work.
        object["html"] = message.html.map(Self.openingLinksOutside)
        return library.render(object, withTemplate: "message")
    }

    private static func openingLinksOutside(_ html: String) -> String {
        let base = "<base target=\"_blank\">"
        guard let head = html.firstRange(of: "<head>") else { return base + html }
        return String(html[..<head.upperBound]) + base + String(html[head.upperBound...])
    }

    private func summary(_ message: OutboxMessage) -> [String: Any] {
        let time = Date(timeIntervalSince1970: Double(message.receivedAt)).formatted(.iso8601)
        return [
            "id": message.id, "from": message.from, "to": message.to.joined(separator: ", "), "subject": message.subject,
            "time": time, "timeText": time.replacing("T", with: " ").replacing("Z", with: " UTC"),
        ]
    }
}
