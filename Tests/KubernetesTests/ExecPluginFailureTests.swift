import FoundationEssentials
import Testing

@testable import Kubernetes

struct ExecPluginFailureTests {
    @Test(arguments: [
        ("echo 'no login' >&2; exit 3", "ended with code 3: no login"),
        ("exit 1", "ended with code 1, and said nothing. Run it by hand."),
        ("kill -9 $$", "was ended by signal 9, and said nothing. Run it by hand."),
        ("echo secret", "prints something that isn't an ExecCredential in JSON. Run it by hand."),
        (
            ExecPluginStage.prints(#""token": "secret""#, version: "v1beta1"),
            "speaks client.authentication.k8s.io/v1beta1 though exec.apiVersion is client.authentication.k8s.io/v1. "
                + "Write the same in both places."
        ),
        (ExecPluginStage.prints(""), "prints neither a status.token nor a status.clientCertificateData."),
        (ExecPluginStage.prints(#""token": "sec ret""#), "prints a status.token with characters that can't be in a token."),
        (
            ExecPluginStage.prints(#""clientKeyData": "secret""#),
            "prints only one of status.clientCertificateData and status.clientKeyData; both are needed."
        ),
        (
            ExecPluginStage.prints(#""clientCertificateData": "secret", "clientKeyData": "secret""#),
            "prints a bad client certificate. What it printed holds no certificate in PEM (-----BEGIN CERTIFICATE-----)."
        ),
        (
            ExecPluginStage.prints(#""token": "secret", "expirationTimestamp": "tomorrow""#),
            "prints a status.expirationTimestamp that isn't a time like 2026-03-05T17:30:20Z."
        ),
        ("yes", "prints more than 1048576 bytes. It should print an ExecCredential."),
    ])
    func saysWhatWentWrong(script: String, expected: String) async throws {
        try await ExecPluginStage.with(script) { stage in
            let error = await #expect(throws: CredentialError.self) { try await stage.store.current() }
            #expect(error?.message == "The user \"ada\" authenticates by the plugin /bin/sh, which \(expected)")
        }
    }

    @Test func isNotRunAgainWithinASecondOfAFailure() async throws {
        try await ExecPluginStage.with("echo >> runs; exit 1") { stage async throws in
            for _ in 0..<3 { await #expect(throws: CredentialError.self) { try await stage.store.current() } }
            #expect(try Data(contentsOf: URL(filePath: "\(stage.folder.path)/runs")).count == 1)
            stage.clock.advance(by: .seconds(1))
            await #expect(throws: CredentialError.self) { try await stage.store.current() }
            #expect(try Data(contentsOf: URL(filePath: "\(stage.folder.path)/runs")).count == 2)
        }
    }

    @Test func whatItGaveIsUsedUntilItExpiresThoughItFails() async throws {
        let once = ExecPluginStage.prints(#""token": "t$n", "expirationTimestamp": "2026-03-01T12:05:00Z""#)
        try await ExecPluginStage.with("[ -e runs ] && exit 1\n" + once) { stage in
            _ = try await stage.store.current()
            stage.clock.advance(by: .seconds(299))
            #expect(try await stage.store.current().authorization == "Bearer t1")
            stage.clock.advance(by: .seconds(1))
            await #expect(throws: CredentialError.self) { try await stage.store.current() }
        }
    }

    @Test func onlyTheBeginningOfItsErrorsIsTold() async throws {
        try await ExecPluginStage.with("head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1") { stage in
            let error = await #expect(throws: CredentialError.self) { try await stage.store.current() }
            #expect(error?.message.hasSuffix("ended with code 1: " + String(repeating: "x", count: 500)) == true)
        }
    }

    @Test func isEndedIfItHangs() async throws {
        try await ExecPluginStage.with("sleep 600", timeLimit: .milliseconds(50)) { stage in
            let start = ContinuousClock.now
            let error = await #expect(throws: CredentialError.self) { try await stage.store.current() }
            #expect(
                error?.message.hasSuffix("didn't end within 0.05 seconds. Run it by hand; it must not ask anything.") == true
            )
            #expect(ContinuousClock.now - start < .seconds(30))
        }
    }

    @Test(arguments: [
        ("openclaw-no-such-plugin", "get it at example.com", "isn't found by PATH. get it at example.com"),
        ("openclaw-no-such-plugin", nil, "isn't found by PATH. Install it, or correct exec.command."),
        ("/no/such/plugin", nil, "isn't there or can't be executed. Install it, or correct exec.command."),
        ("/etc/passwd", nil, "isn't there or can't be executed. Install it, or correct exec.command."),
    ])
    func saysHowToGetTheCommand(command: String, hint: String?, expected: String) async throws {
        let plugin = ExecPlugin(
            subject: "The user \"ada\"", command: command, arguments: [], environment: [:], apiVersion: .v1, cluster: nil,
            installHint: hint)
        let error = await #expect(throws: CredentialError.self) { try await plugin.run() }
        #expect(error?.message == "The user \"ada\" authenticates by the plugin \(command), which \(expected)")
    }
}
