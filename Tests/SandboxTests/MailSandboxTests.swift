import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import SQL
import SQLite
import ServiceLifecycle
import Testing

@testable import Sandbox

struct MailSandboxTests {
    private static let mail = """
        From: Openclaw <hello@cloud.example>\r
        Subject: =?UTF-8?B?T2zDoSA=?=\r
         =?UTF-8?B?Sm/Do28=?=\r
        Date: Sun, 22 Nov 2026 17:21:44 +0000\r
        Content-Type: multipart/alternative; boundary="b"\r
        \r
        --b\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        \r
        Ol=C3=A1! Go to <https://site.example/login/abc=3D1>.\r
        javascript:alert(1) <script>alert(2)</script>\r
        ..dots\r
        --b\r
        Content-Type: text/html; charset=utf-8\r
        \r
        <p onclick="x()">Hi</p>\r
        --b--\r
        .\r

        """

    /// Runs `body` with a sandbox that listens, its router, and the port of its listener.
    private func run(
        path: String, _ body: @escaping @Sendable (Int, any TestClientProtocol) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let database = try SQLiteDatabase(path: path, logger: logger)
        try await Migrator([MailSandbox.migration], logger: logger).migrate(database)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let sandbox = try MailSandbox(database: database, port: 0, logger: logger) { port.yield($0) }
        let router = Router(context: BasicRequestContext.self)
        sandbox.addRoutes(to: router)
        let group = ServiceGroup(services: [sandbox], logger: logger)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            let number = try #require(await ports.first { _ in true })
            try await Application(router: router, logger: logger).test(.router) { try await body(number, $0) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await database.close()
    }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-mail-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appending(path: "mail.sqlite").path)
    }

    private func messages(_ client: any TestClientProtocol, _ query: String = "") async throws -> [OutboxMessage] {
        try await client.execute(uri: "/outbox/messages\(query)", method: .get) { response in
            try JSONDecoder().decode([OutboxMessage].self, from: Data(response.body.readableBytesView))
        }
    }

    @Test func keepsAMailAcrossARestartAndDecodesIt() async throws {
        try await inFolder { path in
            try await run(path: path) { port, _ in
                let replies = try await converse(
                    port,
                    [
                        "EHLO x\r\n", "MAIL FROM:<hello@cloud.example>\r\n", "RCPT TO:<ana@example.com>\r\n", "DATA\r\n",
                        Self.mail,
                    ])
                #expect(replies.map { $0.prefix(3) } == ["220", "250", "250", "250", "354", "250"])
            }
            try await run(path: path) { _, client in
                let mails = try await messages(client)
                #expect(mails.count == 1)
                #expect(mails.first?.subject == "Olá João")
                #expect(mails.first?.to == ["ana@example.com"])
                #expect(mails.first?.text.hasPrefix("Olá! Go to <https://site.example/login/abc=1>.") == true)
                #expect(mails.first?.text.contains("\n.dots") == true)
                #expect(mails.first?.links == ["https://site.example/login/abc=1"])
                #expect(try await messages(client, "?to=nobody@example.com").isEmpty)
            }
        }
    }

    @Test func showsMailsWithSafeLinks() async throws {
        try await inFolder { path in
            try await run(path: path) { port, client in
                _ = try await converse(
                    port, ["EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ana@example.com>\r\nDATA\r\n" + Self.mail], until: 6)
                try await client.execute(uri: "/outbox", method: .get) { response in
                    #expect(String(buffer: response.body).contains("<a href=\"/outbox/1\"><strong>Olá João</strong>"))
                }
                try await client.execute(uri: "/outbox/1", method: .get) { response in
                    let page = String(buffer: response.body)
                    #expect(page.contains("<a href=\"https://site.example/login/abc=1\""))
                    #expect(!page.contains("<script>"))
                    #expect(!page.contains("href=\"javascript"))
                    #expect(page.contains("srcdoc=\"&lt;base"))
                    #expect(response.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
                }
                try await client.execute(uri: "/outbox/2", method: .get) { #expect($0.status == .notFound) }
            }
        }
    }

    @Test func showsAMailThatHasNoSubjectAndNoLinks() async throws {
        try await inFolder { path in
            try await run(path: path) { port, client in
                let mail = "From: a@b.c\r\nDate: Sun, 22 Nov 2026 17:21:44 +0000\r\n\r\nNothing to press here.\r\n.\r\n"
                _ = try await converse(
                    port, ["EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ana@example.com>\r\nDATA\r\n" + mail], until: 6)
                for path in ["/outbox", "/outbox/1"] {
                    try await client.execute(uri: path, method: .get) { response in
                        let page = String(buffer: response.body)
                        #expect(page.contains("ana@example.com") && !page.contains("nil"))
                        #expect(path == "/outbox" || page.contains(">Nothing to press here.") && !page.contains("rel="))
                        #expect(path == "/outbox" || page.contains("<dd>a@b.c</dd>"))
                    }
                }
            }
        }
    }

    @Test func saysSoWhileThereIsNoMail() async throws {
        try await inFolder { path in
            try await run(path: path) { _, client in
                try await client.execute(uri: "/outbox", method: .get) { response in
                    #expect(String(buffer: response.body).contains("No mail yet"))
                }
            }
        }
    }

    @Test(arguments: [
        (["MAIL FROM:<a@b.c>"], "503"), (["EHLO"], "501"), (["EHLO x", "RCPT TO:<a@b.c>"], "503"),
        (["EHLO x", "MAIL FROM:a@b.c"], "501"), (["EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<bounce@b.c>"], "550"),
        (["EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<busy@b.c>"], "451"), (["EHLO x", "MAIL FROM:<a@b.c>", "DATA"], "503"),
        (["VRFY x"], "502"), (["NOOP"], "250"),
        (["EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<c@b.c>", "DATA", "no headers", "."], "554"),
    ])
    func obeysTheOrderOfSMTP(lines: [String], code: String) {
        var session = MailSession()
        var last = MailSession.Step.nothing
        for line in lines { last = session.receive(line) }
        guard case .reply(let text) = last else {
            Issue.record("no reply: \(last)")
            return
        }
        #expect(text.hasPrefix(code))
    }

    @Test func refusesAMessageThatIsTooLarge() {
        var session = MailSession()
        for line in ["EHLO x", "MAIL FROM:<a@b.c>", "RCPT TO:<c@b.c>", "DATA"] { _ = session.receive(line) }
        let line = String(repeating: "x", count: 900)
        for _ in 0...MailSession.largestMessage / 900 { _ = session.receive(line) }
        #expect(session.receive(".") == .reply("552 5.3.4 the message is larger than \(MailSession.largestMessage) bytes"))
    }

    /// Sends each text once the one before was answered.
    /// - Parameter count: how many replies to wait for; by default one for the greeting and one for each text.
    private func converse(_ port: Int, _ texts: [String], until count: Int? = nil) async throws -> [String] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var waiting = texts[...]
            var replies: [String] = []
            var pending = ""
            for try await bytes in inbound {
                pending += String(buffer: bytes)
                while let end = pending.firstRange(of: "\r\n") {
                    let line = String(pending[..<end.lowerBound])
                    pending.removeSubrange(..<end.upperBound)
                    if line.dropFirst(3).first == "-" { continue }
                    replies.append(line)
                    if let next = waiting.popFirst() { try await outbound.write(ByteBuffer(string: next)) }
                    if replies.count == count ?? texts.count + 1 { return replies }
                }
            }
            return replies
        }
    }
}
