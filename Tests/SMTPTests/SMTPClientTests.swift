import FoundationEssentials
import NIOCore
import NIOSSL
import Testing

@testable import SMTP

struct SMTPClientTests {
    private static let happy = ["220 hello", "250 hello", "250 ok", "250 ok", "354 go on", "250 stored", "221 bye"]

    private func message(to address: String = "ana@example.com", text: String = "Hello") throws -> MailMessage {
        MailMessage(
            from: try Mailbox(name: "Openclaw", address: "hello@cloud.example"), to: try Mailbox(address: address),
            subject: "Hi", text: text, html: "<p>Hi</p>", messageID: "1@cloud.example",
            date: Date(timeIntervalSince1970: 1_767_225_600))
    }

    private func client(_ url: String) throws -> SMTPClient {
        try SMTPClient(url: url, trustRoots: ScriptedServer.trustRoots(), patience: .seconds(5))
    }

    @Test func handsAMessageOver() async throws {
        try await ScriptedServer.run(Self.happy) { server in
            try await client("smtp://127.0.0.1:\(server.port)").send(message())
            #expect(
                server.received.prefix(4) == [
                    "EHLO cloud.example", "MAIL FROM:<hello@cloud.example>", "RCPT TO:<ana@example.com>", "DATA",
                ])
            #expect(server.received.contains("Message-ID: <1@cloud.example>"))
            #expect(server.received.contains("."))
        }
    }

    @Test func doublesLeadingDots() async throws {
        try await ScriptedServer.run(Self.happy) { server in
            try await client("smtp://127.0.0.1:\(server.port)").send(message(text: ".\n..two\nend."))
            #expect(server.received.contains(".."))
            #expect(server.received.contains("...two"))
            #expect(server.received.contains("end."))
        }
    }

    @Test func logsInOverImplicitTLS() async throws {
        let script = ["220 hi", "250-hi\r\n250 AUTH LOGIN PLAIN", "235 welcome"] + Self.happy.dropFirst(2)
        try await ScriptedServer.run(script, implicitTLS: true) { server in
            try await client("smtps://me%40x:p%3Ass@localhost:\(server.port)").send(message())
            let credentials = Data("\0me@x\0p:ss".utf8).base64EncodedString()
            #expect(server.received[1] == "AUTH PLAIN \(credentials)")
        }
    }

    @Test func upgradesTheConnectionBeforeItSaysAnything() async throws {
        let script =
            [
                "220 hi", "250-hi\r\n250 STARTTLS", "220 go ahead<TLS>", "250-hi\r\n250 AUTH LOGIN", "334 VXNlcm5hbWU6",
                "334 UGFzc3dvcmQ6", "235 ok",
            ]
            + Self.happy.dropFirst(2)
        try await ScriptedServer.run(script) { server in
            try await client("smtp://me:pw@localhost:\(server.port)?starttls=required").send(message())
            #expect(server.received.prefix(4) == ["EHLO cloud.example", "STARTTLS", "EHLO cloud.example", "AUTH LOGIN"])
            #expect(server.received[4] == Data("me".utf8).base64EncodedString())
        }
    }

    @Test func distrustsPlainTextBehindTheAnswerToStartTLS() async throws {
        let script = ["220 hi", "250-hi\r\n250 STARTTLS", "220 go ahead\r\n250 injected"]
        try await ScriptedServer.run(script) { server in
            await #expect(throws: SMTPError.unexpectedReply("plain text after the answer to STARTTLS")) {
                try await client("smtp://localhost:\(server.port)?starttls=required").send(message())
            }
        }
    }

    @Test func sendsNothingWhereStartTLSIsRequiredAndNotOffered() async throws {
        try await ScriptedServer.run(Self.happy) { server in
            await #expect(throws: SMTPError.notOffered("STARTTLS")) {
                try await client("smtp://localhost:\(server.port)?starttls=required").send(message())
            }
            #expect(server.received == ["EHLO cloud.example"])
        }
    }

    @Test func refusesACertificateThatNobodyTrusts() async throws {
        try await ScriptedServer.run(Self.happy, implicitTLS: true) { server in
            await #expect {
                try await SMTPClient(url: "smtps://localhost:\(server.port)", trustRoots: .default, patience: .seconds(5))
                    .send(message())
            } throws: { error in
                if case SMTPError.connection = error { true } else { false }
            }
            #expect(server.received.isEmpty)
        }
    }

    @Test(arguments: [(451, false), (550, true)])
    func tellsWhetherARefusalIsForGood(code: Int, isPermanent: Bool) async throws {
        try await ScriptedServer.run(["220 hi", "250 hi", "250 ok", "\(code) no"]) { server in
            let error = await #expect(throws: SMTPError.self) {
                try await client("smtp://127.0.0.1:\(server.port)").send(message())
            }
            #expect(error == .refused(code: code, text: "no"))
            #expect(error?.isPermanent == isPermanent)
        }
    }

    @Test func aRefusedLoginNamesNoPassword() async throws {
        let script = ["220 hi", "250-hi\r\n250 AUTH PLAIN", "535 wrong password hunter2"]
        try await ScriptedServer.run(script) { server in
            let error = await #expect(throws: SMTPError.self) {
                try await client("smtp://me:hunter2@127.0.0.1:\(server.port)").send(message())
            }
            #expect(error == .authenticationFailed(code: 535))
            #expect(error.map { !"\($0)".contains("hunter2") } == true)
            #expect(error?.isPermanent == false)
        }
    }

    @Test func givesUpOnAServerThatFallsSilent() async throws {
        try await ScriptedServer.run(["220 hi", ""]) { server in
            let client = try SMTPClient(
                url: "smtp://127.0.0.1:\(server.port)", trustRoots: .default, patience: .milliseconds(100))
            await #expect(throws: SMTPError.timeout) { try await client.send(message()) }
        }
    }

    @Test func tellsWhenNobodyListens() async throws {
        var port = 0
        try await ScriptedServer.run([]) { port = $0.port }
        let error = await #expect(throws: SMTPError.self) { try await client("smtp://127.0.0.1:\(port)").send(message()) }
        #expect(error?.isPermanent == false)
    }

    @Test(arguments: [
        "http://host", "smtp://", "smtp://host:99999", "smtps://host?starttls=required",
        "smtp://host?starttls=maybe", "nonsense",
    ])
    func refusesAURLThatCannotBeMeant(url: String) {
        let error = #expect(throws: SMTPError.self) { try SMTPClient(url: url) }
        #expect(error.map { !"\($0)".contains("pw") } == true)
    }

    @Test(
        arguments: [
            ("smtp://user:password@mail.example:587", .startTLS, 587), ("smtp://mail.example", .startTLS, 587),
            ("smtp://192.0.2.1:25", .startTLS, 25), ("smtps://mail.example", .implicit, 465),
            ("smtp://localhost", .plain, 25), ("smtp://[::1]:8025", .plain, 8025),
            ("smtp://localhost?starttls=required", .startTLS, 587),
        ] as [(String, SMTPServerAddress.Encryption, Int)])
    func nothingLeavesThisMachineInPlainText(url: String, encryption: SMTPServerAddress.Encryption, port: Int) throws {
        let server = try SMTPServerAddress(url: url)
        #expect(server.encryption == encryption && server.port == port)
    }

    @Test func aClientShowsNoPassword() throws {
        let client = try SMTPClient(url: "smtps://me:hunter2@mail.example")
        var dumped = ""
        dump(client, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(client)".contains("hunter2"))
    }
}
