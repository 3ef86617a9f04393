import JSON

/// What `kubectl` reads, too: where clusters are, who one is there, and contexts that bring these together
/// (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/).
///
/// Of several files the first that has a name counts for that name, and nothing of the others' entries under it.
struct KubeConfig: Sendable, Redacted {
    let files: [ConfigurationFile]
    private(set) var currentContext: String?
    private(set) var contexts: [String: Entry<Context>] = [:]
    private(set) var clusters: [String: Entry<Cluster>] = [:]
    private(set) var users: [String: Entry<User>] = [:]

    struct Entry<Value: Sendable>: Sendable {
        let value: Value
        let file: ConfigurationFile
        /// `The user "…" in /path/of/the/file`: begins the text of each error.
        let subject: String
    }

    /// - Parameter files: those that aren't there are passed over, as long as one is.
    init(merging files: [ConfigurationFile]) throws(ConfigurationError) {
        let present = files.filter(\.exists)
        guard !present.isEmpty else {
            throw ConfigurationError(
                "There is no kubeconfig at \(files.map(\.path).joined(separator: " or ")). "
                    + "Put it there, or correct KUBECONFIG or the path.")
        }
        self.files = present
        for file in present { merge(try KubeConfigFile(reading: file), of: file) }
    }

    private mutating func merge(_ content: KubeConfigFile, of file: ConfigurationFile) {
        currentContext = currentContext ?? content.currentContext?.nonEmpty
        for item in content.contexts ?? [] where contexts[item.name] == nil {
            let subject = "The context \"\(item.name)\" in \(file.path)"
            contexts[item.name] = Entry(value: item.context ?? Context(), file: file, subject: subject)
        }
        for item in content.clusters ?? [] where clusters[item.name] == nil {
            let subject = "The cluster \"\(item.name)\" in \(file.path)"
            clusters[item.name] = Entry(value: item.cluster ?? Cluster(), file: file, subject: subject)
        }
        for item in content.users ?? [] where users[item.name] == nil {
            let subject = "The user \"\(item.name)\" in \(file.path)"
            users[item.name] = Entry(value: item.user ?? User(), file: file, subject: subject)
        }
    }

    // MARK: Entries

    struct Context: Decodable, Sendable {
        var cluster: String?
        var user: String?
        var namespace: String?
    }

    struct Cluster: Decodable, Sendable {
        var server: String?
        var tlsServerName: String?
        var insecureSkipTLSVerify: Bool?
        var certificateAuthority: String?
        var certificateAuthorityData: String?
        var proxyURL: String?
        /// The extension `client.authentication.k8s.io/exec`.
        var execConfig: JSONValue?

        private enum CodingKeys: String, CodingKey {
            case server
            case tlsServerName = "tls-server-name"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case proxyURL = "proxy-url"
        }
    }

    struct User: Decodable, Sendable, Redacted {
        var clientCertificate: String?
        var clientCertificateData: String?
        var clientKey: String?
        var clientKeyData: String?
        var token: String?
        var tokenFile: String?
        var username: String?
        var password: String?
        var exec: Exec?
        var authProvider: Unsupported?
        // Without these, one would act with more rights than one is meant to.
        var impersonatedUser: Unsupported?
        var impersonatedUID: Unsupported?
        var impersonatedGroups: Unsupported?
        var impersonatedUserExtra: Unsupported?

        private enum CodingKeys: String, CodingKey {
            case token, tokenFile, username, password, exec
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case authProvider = "auth-provider"
            case impersonatedUser = "as"
            case impersonatedUID = "as-uid"
            case impersonatedGroups = "as-groups"
            case impersonatedUserExtra = "as-user-extra"
        }
    }

    /// Of any shape.
    struct Unsupported: Decodable, Sendable {
        init(from decoder: any Decoder) {}
    }

    struct Exec: Decodable, Sendable, Redacted {
        var apiVersion: String?
        var command: String?
        var args: [String]?
        var env: [Variable]?
        var provideClusterInfo: Bool?
        var interactiveMode: String?
        var installHint: String?

        struct Variable: Decodable, Sendable, Redacted {
            var name: String
            var value: String?
        }
    }
}
