import FoundationEssentials
import Testing

@testable import Kubernetes

/// What people are told who have a kubeconfig with something wrong in it.
struct KubeConfigErrorTests {
    private static let east = "server: https://east:6443"

    @Test(arguments: [
        ("{}", "The cluster \"east\" in FILE has no server. Add one like https://host:6443."),
        (
            "server: east:6443",
            "The cluster \"east\" in FILE has the wrong server east:6443. It should be like https://host:6443."
        ),
        (
            "server: http://east:6443",
            "The cluster \"east\" in FILE has the server http://east:6443, to which credentials would go in the clear. Use https."
        ),
        (
            "\(east)\nproxy-url: http://proxy",
            "The cluster \"east\" in FILE has a proxy-url. Proxies aren't supported; remove it, or use another context."
        ),
        (
            "\(east)\ncertificate-authority: ca.pem",
            "The cluster \"east\" in FILE names the certificate-authority FOLDER/ca.pem, which can't be read: "
                + "there is no such file. Put it there, or correct the path."
        ),
        (
            "\(east)\ncertificate-authority: .",
            "The cluster \"east\" in FILE names the certificate-authority FOLDER/., which can't be read: "
                + "it isn't a file that can be read. Put it there, or correct the path."
        ),
        (
            "\(east)\ncertificate-authority-data: DATA+OMITTED",
            "The cluster \"east\" in FILE has a certificate-authority-data that isn't base64 of anything. "
                + "If it is from kubectl config view, write it anew with --raw."
        ),
        (
            "\(east)\ncertificate-authority-data: \(Sample.base64("no PEM"))",
            "The cluster \"east\" in FILE has a certificate-authority that holds no certificate in PEM "
                + "(-----BEGIN CERTIFICATE-----)."
        ),
        (
            "\(east)\ninsecure-skip-tls-verify: true\ncertificate-authority-data: \(Sample.base64(Sample.certificate))",
            "The cluster \"east\" in FILE has both a certificate-authority and insecure-skip-tls-verify. Remove the latter."
        ),
    ])
    func ofACluster(cluster: String, expected: String) async throws {
        try await check(KubeConfigTests.text(cluster: cluster), expected)
    }

    @Test(arguments: [
        (
            "auth-provider: {name: gcp}",
            "The user \"ada\" in FILE has an auth-provider, which Kubernetes gave up in 1.26. "
                + "Use exec with the provider's plugin."
        ),
        (
            "as: root\ntoken: secret",
            "The user \"ada\" in FILE impersonates another (as, as-uid, as-groups, as-user-extra). "
                + "That isn't supported; give it credentials of its own."
        ),
        (
            "token: secret\nusername: ada\npassword: secret",
            "The user \"ada\" in FILE authenticates in more than one way: token and username. Leave one of them."
        ),
        (
            "token: REDACTED",
            "The user \"ada\" in FILE has a token that can't be one. "
                + "If it is from kubectl config view, write it anew with --raw."
        ),
        (
            "token: \"secret\\r\\nX-Other: header\"",
            "The user \"ada\" in FILE has a token that can't be one. "
                + "If it is from kubectl config view, write it anew with --raw."
        ),
        (
            "tokenFile: token",
            "The user \"ada\" in FILE names the tokenFile FOLDER/token, which can't be read: there is no such file. "
                + "Put it there, or correct the path."
        ),
        (
            "client-certificate-data: \(Sample.base64(Sample.certificate))",
            "The user \"ada\" in FILE has a client-certificate without a client-key. Add it."
        ),
        (
            "client-key-data: \(Sample.base64(Sample.key))",
            "The user \"ada\" in FILE has a client-key without a client-certificate. Add it."
        ),
        (
            "client-certificate-data: \(Sample.base64(Sample.certificate))\nclient-key-data: \(Sample.base64("secret"))",
            "The user \"ada\" in FILE has a client-certificate or client-key that holds no private key in PEM "
                + "without a passphrase (-----BEGIN PRIVATE KEY-----)."
        ),
        (
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1alpha1}",
            "The user \"ada\" in FILE has the exec.apiVersion \"client.authentication.k8s.io/v1alpha1\", "
                + "which isn't supported. Use client.authentication.k8s.io/v1, if the plugin can."
        ),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1}",
            "The user \"ada\" in FILE has an exec without a command. Add it."
        ),
        (
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}",
            "The user \"ada\" in FILE has exec.interactiveMode Always, but there is no one here whom aws could ask. "
                + "Use credentials that need no one."
        ),
        (
            "token: secret\nexec: {command: aws, apiVersion: client.authentication.k8s.io/v1}",
            "The user \"ada\" in FILE authenticates in more than one way: token and exec. Leave one of them."
        ),
        ("token: [secret]", "FILE isn't a kubeconfig: users[0].user.token isn't of the kind that belongs there."),
        (
            "exec: {command: aws, env: [{value: secret}]}",
            "FILE isn't a kubeconfig: users[0].user.exec.env[0] lacks name."
        ),
    ])
    func ofAUser(user: String, expected: String) async throws {
        try await check(KubeConfigTests.text(user: user), expected)
    }

    @Test(arguments: [
        ("", "No context is chosen: FILE has no current-context. Choose one of: (there are none)."),
        (
            "contexts: [{name: b}, {name: a}]", "No context is chosen: FILE has no current-context. Choose one of: a, b."
        ),
        (
            "current-context: c\ncontexts: [{name: b}, {name: a}]",
            "There is no context \"c\" in FILE. Choose one of: a, b."
        ),
        (
            "current-context: a\ncontexts: [{name: a}]\nclusters: [{name: x}, {name: y}]",
            "The context \"a\" in FILE names no cluster. Add one of: x, y."
        ),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: z}}]\nclusters: [{name: x}, {name: y}]",
            "The context \"a\" in FILE names the cluster \"z\", which isn't there. Add it, or name one of: x, y."
        ),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: x, user: u}}]\n"
                + "clusters: [{name: x, cluster: {server: \"https://x\"}}]",
            "The context \"a\" in FILE names the user \"u\", who isn't there. "
                + "Add the user, or name one of: (there are none)."
        ),
        ("kind: Secret", "FILE isn't a kubeconfig: its kind is Secret, not Config."),
        ("- secret", "FILE isn't a kubeconfig: its content isn't of the kind that belongs there."),
        (
            "users:\n- name: ada\n  token: 'secret",
            "FILE isn't a kubeconfig: line 3, column 17: found unexpected end of stream."
        ),
        ("token: secret\ntoken: secret", "FILE isn't a kubeconfig: line 1: a key stands there twice."),
    ])
    func ofTheWhole(text: String, expected: String) async throws {
        try await check(text, expected)
    }

    @Test func ofAFileThatIsNotThere() async throws {
        try await ConfigurationFolder.with { folder in
            let (a, b) = ("\(folder.path)/a", "\(folder.path)/b")
            let error = #expect(throws: ConfigurationError.self) {
                try ClusterConfiguration.fromEnvironment(["KUBECONFIG": "\(a):\(b)"])
            }
            #expect(
                error?.description
                    == "There is no kubeconfig at \(a) or \(b). Put it there, or correct KUBECONFIG or the path.")
        }
    }

    private func check(_ text: String, _ expected: String) async throws {
        try await ConfigurationFolder.with { folder in
            let path = try folder.write("config", text)
            let error = #expect(throws: ConfigurationError.self) { try ClusterConfiguration.kubeConfig(path: path) }
            let message = error?.message.replacing(path, with: "FILE").replacing(folder.path, with: "FOLDER")
            #expect(message == expected)
            #expect(message?.contains("secret") == false)
        }
    }
}
