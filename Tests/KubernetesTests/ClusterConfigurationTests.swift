import FoundationEssentials
import NIOSSL
import Testing

@testable import Kubernetes

struct ClusterConfigurationTests {
    private static let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"]

    // MARK: In a pod

    @Test func aPodUsesItsServiceAccount() async throws {
        try await ConfigurationFolder.with { folder in
            try folder.writeServiceAccount()
            let configuration = try #require(
                try ClusterConfiguration.fromEnvironment(Self.pod, serviceAccountDirectory: folder.path))
            #expect(configuration.server == "https://10.0.0.1:443")
            #expect(configuration.namespace == "shop")
            #expect(configuration.trust == .certificateAuthority(Array(Sample.certificate.utf8)))
            let credentials = try await CredentialStore(configuration.credentials).current()
            #expect(credentials == Credentials(authorization: "Bearer pod-token"))
        }
    }

    @Test func anIPv6HostIsBracketed() async throws {
        try await ConfigurationFolder.with { folder in
            try folder.writeServiceAccount(namespace: nil)
            var environment = Self.pod
            environment["KUBERNETES_SERVICE_HOST"] = "fd00::1"
            let configuration = try ClusterConfiguration.inCluster(environment: environment, directory: folder.path)
            #expect(configuration.server == "https://[fd00::1]:443")
            #expect(configuration.namespace == "default")
        }
    }

    @Test func aKubeConfigCountsBeforeThePod() async throws {
        try await ConfigurationFolder.with { folder in
            try folder.writeServiceAccount()
            var environment = Self.pod
            environment["KUBECONFIG"] = try folder.write("config", KubeConfigTests.text())
            let configuration = try ClusterConfiguration.fromEnvironment(
                environment, serviceAccountDirectory: folder.path)
            #expect(configuration?.server == "https://east:6443")
        }
    }

    @Test func withoutEitherThereIsNoCluster() async throws {
        try await ConfigurationFolder.with { folder async throws in
            for environment in [[:], ["KUBECONFIG": ""], ["HOME": "/root"], Self.pod] {
                #expect(
                    try ClusterConfiguration.fromEnvironment(environment, serviceAccountDirectory: folder.path) == nil)
            }
        }
    }

    @Test func aContextIsNotTakenForThePodsCluster() async throws {
        try await ConfigurationFolder.with { folder in
            try folder.writeServiceAccount()
            let error = #expect(throws: ConfigurationError.self) {
                try ClusterConfiguration.fromEnvironment(
                    Self.pod, context: "shop", serviceAccountDirectory: folder.path)
            }
            #expect(error?.message.contains("Set KUBECONFIG, or ask for no context") == true)
        }
    }

    @Test func saysWhatAPodLacks() async throws {
        try await ConfigurationFolder.with { folder in
            let outside = #expect(throws: ConfigurationError.self) { try ClusterConfiguration.inCluster(environment: [:]) }
            #expect(outside?.message.hasSuffix("Set KUBECONFIG to reach a cluster from outside.") == true)
            try folder.write("token", "t")
            let half = #expect(throws: ConfigurationError.self) {
                try ClusterConfiguration.fromEnvironment(Self.pod, serviceAccountDirectory: folder.path)
            }
            #expect(
                half?.message
                    == "The pod's service account: \(folder.path)/ca.crt can't be read: there is no such file. "
                    + "Give the pod one, with automountServiceAccountToken: true.")
            try folder.write("ca.crt", "no PEM")
            let broken = #expect(throws: ConfigurationError.self) {
                try ClusterConfiguration.fromEnvironment(Self.pod, serviceAccountDirectory: folder.path)
            }
            #expect(broken?.message.contains("\(folder.path)/ca.crt holds no certificate in PEM") == true)
        }
    }

    // MARK: TLS

    @Test func trustsOnlyTheClustersAuthority() throws {
        let configuration = ClusterConfiguration(
            server: "https://east:6443", trust: .certificateAuthority(Array(Sample.certificate.utf8)))
        let tls = try configuration.tlsConfiguration(for: Credentials())
        let authority = try NIOSSLCertificate(bytes: Array(Sample.certificate.utf8), format: .pem)
        #expect(tls.trustRoots == .certificates([authority]))
        #expect(tls.certificateVerification == .fullVerification)
        #expect(tls.minimumTLSVersion == .tlsv12)
        #expect(tls.certificateChain.isEmpty)
    }

    @Test func showsTheClientsCertificate() throws {
        let configuration = ClusterConfiguration(server: "https://east:6443")
        let tls = try configuration.tlsConfiguration(for: Credentials(clientCertificate: Sample.clientCertificate))
        #expect(tls.certificateChain.count == 1)
        #expect(tls.privateKey != nil)
        #expect(throws: Never.self) { try NIOSSLContext(configuration: tls) }
    }

    @Test func trustsAnyoneOnlyIfTold() throws {
        let insecure = ClusterConfiguration(server: "https://east:6443", trust: .insecure)
        #expect(try insecure.tlsConfiguration(for: Credentials()).certificateVerification == .none)
        let system = ClusterConfiguration(server: "https://east:6443")
        #expect(try system.tlsConfiguration(for: Credentials()).certificateVerification == .fullVerification)
    }

    @Test func saysWhatIsWrongWithACertificate() throws {
        let configuration = ClusterConfiguration(server: "https://east:6443")
        let certificate = ClientCertificate(chain: Array("secret".utf8), key: Array("secret".utf8))
        let error = #expect(throws: ConfigurationError.self) {
            try configuration.tlsConfiguration(for: Credentials(clientCertificate: certificate))
        }
        #expect(
            error?.message
                == "The client certificate for https://east:6443 holds no certificate in PEM (-----BEGIN CERTIFICATE-----).")
    }

    // MARK: Secrets

    @Test func neverPrintsASecret() async throws {
        let credentials = Credentials(
            authorization: "Bearer secret",
            clientCertificate: ClientCertificate(chain: Array("secret".utf8), key: Array("secret".utf8)))
        let plugin = ExecPlugin(
            subject: "The user", command: "aws", arguments: ["secret"], environment: ["A": "secret"], apiVersion: .v1,
            cluster: nil, installHint: nil)
        let configuration = ClusterConfiguration(server: "https://east:6443", credentials: .fixed(credentials))
        let values: [any Sendable] = [
            credentials, configuration, CredentialSource.fixed(credentials), CredentialSource.exec(plugin), plugin,
            KubeConfig.User(token: "secret", password: "secret"), KubeConfig.Exec(args: ["secret"]),
            ExecCredential.Status(token: "secret"),
        ]
        for value in values {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                #expect(!text.contains("secret"))
                // As numbers.
                #expect(!text.contains("115"))
            }
        }
        #expect("\(configuration)" == "ClusterConfiguration(https://east:6443)")
    }
}
