import FoundationEssentials

/// Where a cluster is and how one proves who one is there.
package struct ClusterConfiguration: Sendable, Redacted {
    /// `https://host:port`, perhaps with a path; without a slash at its end. `http` only for this machine itself, where
    /// `kubectl proxy` listens.
    package let server: String
    /// Where requests go that name no namespace.
    package let namespace: String
    let trust: Trust
    /// The name that the server's certificate must bear, and that is sent as SNI, if it isn't the host's (`tls-server-name`).
    let serverName: String?
    let credentials: CredentialSource

    /// Whom the server's certificate must come from.
    package enum Trust: Sendable, Hashable {
        /// One of these, in PEM.
        case certificateAuthority([UInt8])
        /// An authority that the operating system trusts.
        case system
        /// Anyone (`insecure-skip-tls-verify`).
        case insecure
    }

    /// - Parameter server: without a slash at its end.
    package init(
        server: String, namespace: String = "default", trust: Trust = .system, serverName: String? = nil,
        credentials: CredentialSource = .fixed(Credentials())
    ) {
        self.server = server
        self.namespace = namespace
        self.trust = trust
        self.serverName = serverName
        self.credentials = credentials
    }

    package var description: String { "ClusterConfiguration(\(server))" }

    /// The cluster that the environment points to.
    ///
    /// `KUBECONFIG` counts first: several files, joined by `:`, are merged as `kubectl` does it
    /// (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files). Else the
    /// cluster that this process runs in as a pod. Never `~/.kube/config`: a platform must not pick up a developer's cluster by
    /// accident.
    /// - Parameters:
    ///   - environment: of the process.
    ///   - context: of the kubeconfig; `nil` for its `current-context`.
    /// - Returns: `nil` if there is neither `KUBECONFIG` nor a service account.
    package static func fromEnvironment(
        _ environment: [String: String], context: String? = nil,
        serviceAccountDirectory: String = Self.serviceAccountDirectory
    ) throws(ConfigurationError) -> ClusterConfiguration? {
        let files = environment["KUBECONFIG", default: ""].split(separator: ":").map(String.init)
        if !files.isEmpty {
            return try KubeConfig(merging: files.map(ConfigurationFile.init)).configuration(context: context)
        }
        guard environment["KUBERNETES_SERVICE_HOST"]?.nonEmpty != nil,
            ConfigurationFile(serviceAccountDirectory + "/token").exists
        else { return nil }
        if let context {
            // A named context selects a cluster, which may differ from the one that this pod runs in.
            throw ConfigurationError(
                "The context \"\(context)\" is asked for, but KUBECONFIG names no file that could have it. "
                    + "Set KUBECONFIG, or ask for no context to get the cluster that this pod runs in.")
        }
        return try inCluster(environment: environment, directory: serviceAccountDirectory)
    }

    /// The cluster that a kubeconfig names (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/).
    /// - Parameters:
    ///   - path: of the file; relative paths begin at the working directory.
    ///   - context: `nil` for the file's `current-context`.
    package static func kubeConfig(
        path: String, context: String? = nil
    ) throws(ConfigurationError) -> ClusterConfiguration {
        try KubeConfig(merging: [ConfigurationFile(path)]).configuration(context: context)
    }

    /// Where a pod finds its service account.
    package static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The cluster that this process runs in as a pod
    /// (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api).
    /// - Parameters:
    ///   - environment: of the process; `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` are used.
    ///   - directory: holds `token`, `ca.crt` and `namespace`.
    package static func inCluster(
        environment: [String: String], directory: String = Self.serviceAccountDirectory
    ) throws(ConfigurationError) -> ClusterConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"]?.nonEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"]?.nonEmpty
        else {
            throw ConfigurationError(
                "KUBERNETES_SERVICE_HOST or KUBERNETES_SERVICE_PORT isn't set, so this process doesn't seem to run in a pod. "
                    + "Set KUBECONFIG to reach a cluster from outside.")
        }
        let token = ConfigurationFile(directory + "/token")
        let authority: [UInt8]
        let namespace: [UInt8]?
        do {
            _ = try token.read()
            authority = try ConfigurationFile(directory + "/ca.crt").read()
            let file = ConfigurationFile(directory + "/namespace")
            namespace = file.exists ? try file.read() : nil
        } catch {
            throw ConfigurationError(
                "The pod's service account: \(error) Give the pod one, with automountServiceAccountToken: true.")
        }
        _ = try certificates(pem: authority, subject: "The pod's service account: \(directory)/ca.crt")
        return ClusterConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            namespace: namespace.flatMap { String(decoding: $0, as: UTF8.self).trimmed.nonEmpty } ?? "default",
            trust: .certificateAuthority(authority), credentials: .tokenFile(path: token.path))
    }
}
