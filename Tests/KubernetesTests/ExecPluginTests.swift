import FoundationEssentials
import NIOSSL
import Testing

@testable import Kubernetes

struct ExecPluginTests {
    // MARK: What it gives

    @Test func givesATokenThatLastsUntilShortlyBeforeItExpires() async throws {
        let script = ExecPluginStage.prints(#""token": "t$n", "expirationTimestamp": "2026-03-01T12:05:00Z""#)
        try await ExecPluginStage.with(script) { stage async throws in
            #expect(try await stage.store.current().authorization == "Bearer t1")
            stage.clock.advance(by: .seconds(269))
            #expect(try await stage.store.current().authorization == "Bearer t1")
            stage.clock.advance(by: .seconds(1))
            #expect(try await stage.store.current().authorization == "Bearer t2")
        }
    }

    /// Perhaps only by the clock here.
    @Test func aTokenThatHasExpiredFromTheStartIsUsedForASecond() async throws {
        let script = ExecPluginStage.prints(#""token": "t$n", "expirationTimestamp": "2026-03-01T13:00:00+01:00""#)
        try await ExecPluginStage.with(script) { stage async throws in
            #expect(try await stage.store.current().authorization == "Bearer t1")
            #expect(try await stage.store.current().authorization == "Bearer t1")
            stage.clock.advance(by: .seconds(1))
            #expect(try await stage.store.current().authorization == "Bearer t2")
        }
    }

    @Test func withoutAnExpiryItLastsUntilItIsRefused() async throws {
        try await ExecPluginStage.with(ExecPluginStage.prints(#""token": "t$n""#)) { stage in
            let first = try await stage.store.current()
            stage.clock.advance(by: .seconds(1_000_000))
            #expect(try await stage.store.current() == first)
            await stage.store.invalidate(first)
            #expect(try await stage.store.current().authorization == "Bearer t2")
        }
    }

    @Test func givesAClientCertificate() async throws {
        let certificate = Sample.certificate.replacing("\n", with: #"\n"#)
        let key = Sample.key.replacing("\n", with: #"\n"#)
        let script = ExecPluginStage.prints(#""clientCertificateData": "\#(certificate)\n", "clientKeyData": "\#(key)\n""#)
        try await ExecPluginStage.with(script) { stage in
            let credentials = try await stage.store.current()
            #expect(credentials.authorization == nil)
            #expect(credentials.clientCertificate?.chain == Array((Sample.certificate + "\n").utf8))
            let configuration = ClusterConfiguration(server: "https://east:6443")
            #expect(try configuration.tlsConfiguration(for: credentials).privateKey != nil)
        }
    }

    @Test func callersAtTheSameTimeShareOneRun() async throws {
        try await ExecPluginStage.with("sleep 0.05\n" + ExecPluginStage.prints(#""token": "t$n""#)) { stage in
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<20 { group.addTask { try await stage.store.current().authorization } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(tokens == ["Bearer t1"])
            #expect(try stage.folder.lines("runs").count == 1)
        }
    }

    @Test func aCallerWhoIsCancelledLeavesTheOthersTheirRun() async throws {
        try await ExecPluginStage.with(
            "while [ ! -e go ]; do sleep 0.01; done\n" + ExecPluginStage.prints(#""token": "t$n""#)
        ) { stage in
            let cancelled = Task { try await stage.store.current() }
            let other = Task { try await stage.store.current() }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            try stage.folder.write("go", "")
            #expect(try await other.value.authorization == "Bearer t1")
        }
    }

    // MARK: What it is told

    @Test func isToldOfTheClusterOnlyIfItAsks() async throws {
        try await ConfigurationFolder.with { folder in
            let script = try folder.write(
                "script", "cd \"$1\"\nenv > seen\n" + ExecPluginStage.prints(#""token": "$GREETING""#))
            let path = try folder.write(
                "config",
                """
                current-context: asks
                contexts:
                - {name: asks, context: {cluster: east, user: asks}}
                - {name: silent, context: {cluster: east, user: silent}}
                clusters:
                - name: east
                  cluster:
                    server: https://east:6443/
                    tls-server-name: kubernetes
                    certificate-authority-data: \(Sample.base64(Sample.certificate))
                    extensions:
                    - {name: other, extension: {}}
                    - name: client.authentication.k8s.io/exec
                      extension: {audience: "12", port: 7, on: true, off: "true", none: null, list: [1.5, a]}
                users:
                - name: asks
                  user:
                    exec: &exec
                      apiVersion: client.authentication.k8s.io/v1
                      command: /bin/sh
                      args: ["\(script)", "\(folder.path)"]
                      env: [{name: GREETING, value: hello}]
                      interactiveMode: IfAvailable
                      provideClusterInfo: true
                - name: silent
                  user: {exec: {<<: *exec, provideClusterInfo: false}}
                """)
            let asks = CredentialStore(try ClusterConfiguration.kubeConfig(path: path).credentials)
            #expect(try await asks.current().authorization == "Bearer hello")
            let cluster =
                #","spec":{"cluster":{"certificate-authority-data":"\#(Sample.base64(Sample.certificate))","config":"#
                + #"{"audience":"12","list":[1.5,"a"],"none":null,"off":"true","on":true,"port":7},"#
                + #""server":"https://east:6443","tls-server-name":"kubernetes"},"interactive":false}}"#
            let head = #"KUBERNETES_EXEC_INFO={"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential""#
            #expect(try folder.lines("seen").contains(head + cluster))

            let silent = CredentialStore(
                try ClusterConfiguration.kubeConfig(path: path, context: "silent").credentials)
            #expect(try await silent.current().authorization == "Bearer hello")
            #expect(try folder.lines("seen").contains(head + #","spec":{"interactive":false}}"#))
        }
    }

    @Test func hasNothingToReadFrom() async throws {
        let script = "read -r line || line=nothing\n" + ExecPluginStage.prints(#""token": "$line""#)
        try await ExecPluginStage.with(script) { stage async throws in
            #expect(try await stage.store.current().authorization == "Bearer nothing")
        }
    }

    @Test func aPathBeginsAtTheKubeConfigsFolder() async throws {
        try await ConfigurationFolder.with { folder in
            for (command, expected) in [("bin/plugin", "\(folder.path)/bin/plugin"), ("plugin", "plugin"), ("/b", "/b")] {
                let path = try folder.write(
                    "config",
                    KubeConfigTests.text(
                        user: "exec: {command: \(command), apiVersion: client.authentication.k8s.io/v1beta1}"))
                guard case .exec(let plugin) = try ClusterConfiguration.kubeConfig(path: path).credentials else {
                    Issue.record("no plugin")
                    continue
                }
                #expect(plugin.command == expected)
                #expect(plugin.apiVersion == .v1beta1)
            }
        }
    }
}
