import FoundationEssentials

extension KubeConfig {
    /// The cluster and the user of a context.
    /// - Parameter name: `nil` for the `current-context`.
    func configuration(context name: String?) throws(ConfigurationError) -> ClusterConfiguration {
        let context = try self.context(name)
        guard let clusterName = context.value.cluster?.nonEmpty else {
            throw ConfigurationError("\(context.subject) names no cluster. Add one of: \(Self.list(clusters)).")
        }
        guard let cluster = clusters[clusterName] else {
            throw ConfigurationError(
                "\(context.subject) names the cluster \"\(clusterName)\", which isn't there. "
                    + "Add it, or name one of: \(Self.list(clusters)).")
        }
        let trust = try cluster.trust()
        let server = try cluster.server()
        var credentials = CredentialSource.fixed(Credentials())
        if let userName = context.value.user?.nonEmpty {
            guard let user = users[userName] else {
                throw ConfigurationError(
                    "\(context.subject) names the user \"\(userName)\", who isn't there. "
                        + "Add the user, or name one of: \(Self.list(users)).")
            }
            credentials = try user.credentials(
                for: ExecCredential.Cluster(cluster.value, server: server, trust: trust))
        }
        return ClusterConfiguration(
            server: server, namespace: context.value.namespace?.nonEmpty ?? "default", trust: trust,
            serverName: cluster.value.tlsServerName?.nonEmpty, credentials: credentials)
    }

    private func context(_ name: String?) throws(ConfigurationError) -> Entry<Context> {
        let files = files.map(\.path).joined(separator: " and ")
        guard let wanted = name ?? currentContext else {
            throw ConfigurationError(
                "No context is chosen: \(files) has no current-context. Choose one of: \(Self.list(contexts)).")
        }
        guard let context = contexts[wanted] else {
            throw ConfigurationError(
                "There is no context \"\(wanted)\" in \(files). Choose one of: \(Self.list(contexts)).")
        }
        return context
    }

    private static func list(_ entries: [String: some Any]) -> String {
        entries.isEmpty ? "(there are none)" : entries.keys.sorted().joined(separator: ", ")
    }
}

extension KubeConfig.Entry {
    /// What stands in the entry itself, or else in the file that it names.
    /// - Parameters:
    ///   - data: in base64; counts before the file.
    ///   - path: relative to the kubeconfig's folder.
    ///   - field: the name of the one with the path; that of the other ends in `-data`.
    func bytes(data: String?, path: String?, field: String) throws(ConfigurationError) -> [UInt8]? {
        if let text = data?.nonEmpty {
            // Go's decoder, for which these files are written, passes over line breaks, too.
            guard let bytes = Data(base64Encoded: text.filter { !$0.isWhitespace }), !isOmitted(text) else {
                throw ConfigurationError(
                    "\(subject) has a \(field)-data that isn't base64 of anything. \(Self.adviceForOmitted)")
            }
            return Array(bytes)
        }
        guard let path = path?.nonEmpty else { return nil }
        do {
            return try file.sibling(path).read()
        } catch {
            throw ConfigurationError(
                "\(subject) names the \(field) \(error.path), which can't be read: \(error.reason). "
                    + "Put it there, or correct the path.")
        }
    }

    /// Whether `kubectl config view` has put it in the place of a secret.
    func isOmitted(_ text: String) -> Bool { text == "DATA+OMITTED" || text == "REDACTED" }

    static var adviceForOmitted: String { "If it is from kubectl config view, write it anew with --raw." }
}

extension KubeConfig.Entry<KubeConfig.Cluster> {
    func server() throws(ConfigurationError) -> String {
        if value.proxyURL?.nonEmpty != nil {
            throw ConfigurationError(
                "\(subject) has a proxy-url. Proxies aren't supported; remove it, or use another context.")
        }
        guard var server = value.server?.nonEmpty else {
            throw ConfigurationError("\(subject) has no server. Add one like https://host:6443.")
        }
        guard let url = URLComponents(string: server, encodingInvalidCharacters: false),
            let host = url.host?.nonEmpty, url.user == nil, url.query == nil, url.fragment == nil,
            url.scheme == "https" || url.scheme == "http"
        else {
            throw ConfigurationError("\(subject) has the wrong server \(server). It should be like https://host:6443.")
        }
        guard url.scheme == "https" || ["localhost", "127.0.0.1", "[::1]"].contains(host) else {
            throw ConfigurationError(
                "\(subject) has the server \(server), to which credentials would go in the clear. Use https.")
        }
        while server.hasSuffix("/") { server.removeLast() }
        return server
    }

    func trust() throws(ConfigurationError) -> ClusterConfiguration.Trust {
        let authority = try bytes(
            data: value.certificateAuthorityData, path: value.certificateAuthority, field: "certificate-authority")
        guard let authority else { return value.insecureSkipTLSVerify == true ? .insecure : .system }
        guard value.insecureSkipTLSVerify != true else {
            throw ConfigurationError(
                "\(subject) has both a certificate-authority and insecure-skip-tls-verify. Remove the latter.")
        }
        _ = try ClusterConfiguration.certificates(pem: authority, subject: "\(subject) has a certificate-authority that")
        return .certificateAuthority(authority)
    }
}

extension ExecCredential.Cluster {
    init(_ cluster: KubeConfig.Cluster, server: String, trust: ClusterConfiguration.Trust) {
        self.init(server: server, tlsServerName: cluster.tlsServerName?.nonEmpty, config: cluster.execConfig)
        switch trust {
        case .certificateAuthority(let pem): certificateAuthorityData = Data(pem).base64EncodedString()
        case .insecure: insecureSkipTLSVerify = true
        case .system: break
        }
    }
}
