import FoundationEssentials
import Testing

@testable import SMTP

struct MailMessageTests {
    private func encoded(
        name: String? = "Openclaw", subject: String = "Hi", text: String = "Hello", html: String = "<p>Hello</p>",
        messageID: String = "1@cloud.example"
    ) throws -> String {
        try MailMessage(
            from: try Mailbox(name: name, address: "hello@cloud.example"), to: try Mailbox(address: "ana@example.com"),
            subject: subject, text: text, html: html, messageID: messageID, date: Date(timeIntervalSince1970: 1_795_368_104)
        ).encoded()
    }

    @Test(arguments: [
        ("hello@localhost", true), ("OpenClaw <hello@Mail.LOCALHOST>", true), ("hello@cloud.example", false),
        ("hello@localhost.example", false),
    ])
    func knowsAddressesThatNobodyCanWriteTo(text: String, isLocal: Bool) throws {
        #expect(try Mailbox(parsing: text).isLocal == isLocal)
    }

    @Test func hasTheHeadersThatAMessageNeeds() throws {
        let lines = try encoded().split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.contains("From: \"Openclaw\" <hello@cloud.example>"))
        #expect(lines.contains("To: ana@example.com"))
        #expect(lines.contains("Date: Sun, 22 Nov 2026 17:21:44 +0000"))
        #expect(lines.contains("Message-ID: <1@cloud.example>"))
        #expect(lines.contains("MIME-Version: 1.0"))
        #expect(lines.count { $0 == "--=_part" } == 2)
        #expect(lines.contains("--=_part--"))
    }

    @Test(arguments: [
        "Olá, João 🎉", String(repeating: "ção", count: 60), String(repeating: "word ", count: 80), "=?UTF-8?B?aGk=?=",
    ])
    func staysASCIIWithShortLinesWhateverIsSaid(text: String) throws {
        let message = try encoded(name: text, subject: text, text: text, html: text)
        #expect(message.utf8.allSatisfy { $0 < 128 })
        let lines = message.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 100 && !$0.utf8.contains(13) && !$0.utf8.contains(10) })
    }

    @Test(arguments: ["a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\0b", "a\u{2028}b"])
    func refusesALineBreakInAHeader(text: String) throws {
        #expect(throws: SMTPError.self) { try encoded(subject: text) }
        #expect(throws: SMTPError.self) { try encoded(name: text) }
        #expect(throws: SMTPError.self) { try encoded(messageID: text) }
    }

    @Test(arguments: [
        "", "ana", "ana@", "@example.com", "a@b@c", "ana@example.com>\r\nRCPT TO:<x@y.z", "ana @example.com",
        "<ana@example.com>",
        "aña@example.com", "ana@exämple.com", "ana,bob@example.com", String(repeating: "a", count: 250) + "@example.com",
    ])
    func refusesAnAddressThatIsNone(address: String) {
        #expect(throws: SMTPError.self) { try Mailbox(address: address) }
    }

    @Test func readsAMailboxAsPeopleWriteIt() throws {
        let plain = try Mailbox(parsing: "hello@cloud.example")
        #expect(plain == (try Mailbox(address: "hello@cloud.example")))
        let named = try Mailbox(parsing: "\"Open, claw\" <hello@cloud.example>")
        #expect(named == (try Mailbox(name: "Open, claw", address: "hello@cloud.example")))
    }

    @Test(arguments: [
        ("plain", "plain"), ("a=b", "a=3Db"), ("end ", "end=20"), ("é", "=C3=A9"), ("a\r\nb\rc\nd", "a\r\nb\r\nc\r\nd"),
        ("\t", "=09"),
    ])
    func writesQuotedPrintable(text: String, encoded: String) {
        #expect(QuotedPrintable.encode(text) == encoded)
    }

    @Test func breaksLongLinesSoftly() {
        let lines = QuotedPrintable.encode(String(repeating: "ã", count: 100)).split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(lines.dropLast().allSatisfy { $0.hasSuffix("=") })
    }

    @Test(arguments: [
        ("a\r\nb\r\n", "a\r\nb\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"), ("a\r\n.b\r\n..c", "a\r\n..b\r\n...c\r\n.\r\n"),
        ("", "\r\n.\r\n"),
    ])
    func stuffsDots(message: String, stuffed: String) {
        #expect(dotStuffed(message) == stuffed)
    }

    @Test func aReplyMayHaveSeveralLines() throws {
        var parser = SMTPReplyParser()
        #expect(try parser.receive("250-first") == nil)
        #expect(try parser.receive("250 second") == SMTPReply(code: 250, lines: ["first", "second"]))
        #expect(try parser.receive("250") == SMTPReply(code: 250, lines: [""]))
    }

    @Test(arguments: [["hello"], ["25 x"], ["250x"], ["250-a", "251 b"]])
    func aReplyThatIsNoneIsRefused(lines: [String]) {
        var parser = SMTPReplyParser()
        #expect(throws: SMTPError.self) { for line in lines { _ = try parser.receive(line) } }
    }
}
