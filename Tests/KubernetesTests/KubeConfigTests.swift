import FoundationEssentials
import NIOSSL
import Testing

@testable import Kubernetes

struct KubeConfigTests {
    @Test func takesEverythingFromTheFileItself() async throws {
        try await ConfigurationFolder.with { folder in
            let path = try folder.write(
                "config",
                """
                apiVersion: v1
                kind: Config
                preferences: {}
                current-context: shop
                contexts:
                - name: shop
                  context: {cluster: east, user: ada, namespace: boxes}
                clusters:
                - name: east
                  cluster:
                    server: https://east.example.com:6443/base/
                    tls-server-name: kubernetes
                    certificate-authority-data: \(Sample.base64(Sample.certificate))
                users:
                - name: ada
                  user:
                    client-certificate-data: \(Sample.base64(Sample.certificate))
                    client-key-data: \(Sample.base64(Sample.key))
                """)
            let configuration = try ClusterConfiguration.kubeConfig(path: path)
            #expect(configuration.server == "https://east.example.com:6443/base")
            #expect(configuration.namespace == "boxes")
            #expect(configuration.serverName == "kubernetes")
            #expect(configuration.trust == .certificateAuthority(Array(Sample.certificate.utf8)))
            #expect(configuration.credentials.fixed == Credentials(clientCertificate: Sample.clientCertificate))
        }
    }

    @Test func takesFilesFromTheFolderOfTheKubeConfig() async throws {
        try await ConfigurationFolder.with { folder in
            let path = try folder.write(
                "config",
                Self.text(
                    cluster: "server: https://east:6443\ncertificate-authority: pki/ca.pem",
                    user: """
                        client-certificate: pki/client.pem
                        client-key: \(folder.path)/pki/client-key.pem
                        tokenFile: pki/token
                        """))
            try folder.write("pki/ca.pem", Sample.certificate)
            try folder.write("pki/client.pem", Sample.certificate)
            try folder.write("pki/client-key.pem", Sample.key)
            try folder.write("pki/token", "t1\n")
            let configuration = try ClusterConfiguration.kubeConfig(path: path)
            #expect(configuration.trust == .certificateAuthority(Array(Sample.certificate.utf8)))
            let credentials = try await CredentialStore(configuration.credentials).current()
            #expect(credentials == Credentials(authorization: "Bearer t1", clientCertificate: Sample.clientCertificate))
        }
    }

    @Test(arguments: [
        ("token: abc.def", "Bearer abc.def"), ("token: 12345", "Bearer 12345"), ("token: \"null\"", "Bearer null"),
        ("{username: ada, password: pa:ss}", "Basic YWRhOnBhOnNz"), ("{}", nil), ("token: \"\"", nil),
    ])
    func readsWhatGoesIntoTheHeader(user: String, expected: String?) async throws {
        try await ConfigurationFolder.with { folder in
            let path = try folder.write("config", Self.text(user: user))
            let credentials = try #require(try ClusterConfiguration.kubeConfig(path: path).credentials.fixed)
            #expect(credentials == Credentials(authorization: expected))
        }
    }

    @Test func withoutAnAuthorityTrustsTheSystemsOrAnyoneIfTold() async throws {
        try await ConfigurationFolder.with { folder in
            let system = try folder.write("system", Self.text(cluster: "server: https://east:6443"))
            #expect(try ClusterConfiguration.kubeConfig(path: system).trust == .system)
            let anyone = try folder.write(
                "anyone", Self.text(cluster: "server: https://east:6443\ninsecure-skip-tls-verify: true"))
            #expect(try ClusterConfiguration.kubeConfig(path: anyone).trust == .insecure)
        }
    }

    @Test func speaksInTheClearOnlyToThisMachine() async throws {
        try await ConfigurationFolder.with { folder in
            let path = try folder.write("config", Self.text(cluster: "server: http://127.0.0.1:8001"))
            #expect(try ClusterConfiguration.kubeConfig(path: path).server == "http://127.0.0.1:8001")
        }
    }

    @Test func readsJSONToo() async throws {
        try await ConfigurationFolder.with { folder in
            let path = try folder.write(
                "config",
                #"""
                {"kind": "Config", "current-context": "a", "users": null,
                 "contexts": [{"name": "a", "context": {"cluster": "b", "user": ""}}],
                 "clusters": [{"name": "b", "cluster": {"server": "https://[::1]:6443"}}]}
                """#)
            let configuration = try ClusterConfiguration.kubeConfig(path: path)
            #expect(configuration.server == "https://[::1]:6443")
            #expect(configuration.namespace == "default")
            #expect(configuration.credentials.fixed == Credentials())
        }
    }

    @Test func anotherContextThanTheCurrentOneCanBeChosen() async throws {
        try await ConfigurationFolder.with { folder in
            let path = try folder.write("config", Self.two)
            #expect(try ClusterConfiguration.kubeConfig(path: path).server == "https://east:6443")
            #expect(try ClusterConfiguration.kubeConfig(path: path, context: "west").server == "https://west:6443")
        }
    }

    // MARK: Several files

    @Test func theFirstFileThatHasANameCountsForIt() async throws {
        try await ConfigurationFolder.with { folder in
            try folder.write("a/config", "current-context: one\nusers: [{name: ada, user: {tokenFile: token}}]")
            try folder.write("a/token", "from-a")
            try folder.write(
                "b/config",
                """
                current-context: two
                contexts:
                - {name: one, context: {cluster: east, user: ada}}
                - {name: two, context: {cluster: east, user: bob}}
                clusters:
                - {name: east, cluster: {server: "https://east:6443", certificate-authority: ca.pem}}
                users:
                - {name: ada, user: {username: ada, password: b}}
                - {name: bob, user: {token: from-b}}
                """)
            try folder.write("b/ca.pem", Sample.certificate)
            let names = ["a/config", "missing", "b/config"].map { "\(folder.path)/\($0)" }
            let environment = ["KUBECONFIG": names.joined(separator: ":") + ":"]
            let one = try #require(try ClusterConfiguration.fromEnvironment(environment))
            #expect(one.trust == .certificateAuthority(Array(Sample.certificate.utf8)))
            #expect(try await CredentialStore(one.credentials).current() == Credentials(authorization: "Bearer from-a"))
            let two = try #require(try ClusterConfiguration.fromEnvironment(environment, context: "two"))
            #expect(two.credentials.fixed == Credentials(authorization: "Bearer from-b"))
        }
    }

    // MARK: Samples

    static let two = """
        current-context: east
        contexts:
        - {name: east, context: {cluster: east}}
        - {name: west, context: {cluster: west}}
        clusters:
        - {name: east, cluster: {server: "https://east:6443"}}
        - {name: west, cluster: {server: "https://west:6443"}}
        """

    /// A kubeconfig with one context, of the cluster `east` and the user `ada`.
    static func text(cluster: String = "server: https://east:6443", user: String = "{}") -> String {
        """
        current-context: shop
        contexts:
        - name: shop
          context: {cluster: east, user: ada}
        clusters:
        - name: east
          cluster:
        \(indented(cluster))
        users:
        - name: ada
          user:
        \(indented(user))
        """
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    }
}
