extension KubeConfig.Entry<KubeConfig.User> {
    /// - Parameter cluster: what a credential plugin that asks for it is told.
    func credentials(for cluster: ExecCredential.Cluster) throws(ConfigurationError) -> CredentialSource {
        try rejectUnsupported()
        var credentials = Credentials(clientCertificate: try clientCertificate())
        let hasToken = value.token?.nonEmpty != nil || value.tokenFile?.nonEmpty != nil
        let methods = [
            hasToken ? "token" : nil, value.username?.nonEmpty.map { _ in "username" }, value.exec.map { _ in "exec" },
        ].compactMap(\.self)
        guard methods.count <= 1 else {
            throw ConfigurationError(
                "\(subject) authenticates in more than one way: \(methods.joined(separator: " and ")). Leave one of them.")
        }
        if let exec = value.exec {
            guard credentials.clientCertificate == nil else {
                throw ConfigurationError(
                    "\(subject) authenticates in more than one way: client-certificate and exec. Leave one of them.")
            }
            return .exec(try plugin(exec, cluster: cluster))
        }
        if let username = value.username?.nonEmpty {
            credentials.authorization = Credentials.basic(username: username, password: value.password ?? "")
        }
        if let token = value.token?.nonEmpty {
            credentials.authorization = Credentials.bearer(token)
            guard credentials.authorization != nil, !isOmitted(token) else {
                throw ConfigurationError("\(subject) has a token that can't be one. \(Self.adviceForOmitted)")
            }
        }
        if let path = value.tokenFile?.nonEmpty {
            let file = file.sibling(path)
            do {
                _ = try file.read()
            } catch  where credentials.authorization == nil {
                throw ConfigurationError(
                    "\(subject) names the tokenFile \(error.path), which can't be read: \(error.reason). "
                        + "Put it there, or correct the path.")
            } catch {
                // Then the token stands in.
            }
            return .tokenFile(path: file.path, initial: credentials)
        }
        return .fixed(credentials)
    }

    private func rejectUnsupported() throws(ConfigurationError) {
        if value.authProvider != nil {
            throw ConfigurationError(
                "\(subject) has an auth-provider, which Kubernetes gave up in 1.26. Use exec with the provider's plugin.")
        }
        if value.impersonatedUser != nil || value.impersonatedUID != nil || value.impersonatedGroups != nil
            || value.impersonatedUserExtra != nil
        {
            throw ConfigurationError(
                "\(subject) impersonates another (as, as-uid, as-groups, as-user-extra). That isn't supported; "
                    + "give it credentials of its own.")
        }
    }

    private func clientCertificate() throws(ConfigurationError) -> ClientCertificate? {
        let chain = try bytes(data: value.clientCertificateData, path: value.clientCertificate, field: "client-certificate")
        let key = try bytes(data: value.clientKeyData, path: value.clientKey, field: "client-key")
        switch (chain, key) {
        case (let chain?, let key?):
            let certificate = ClientCertificate(chain: chain, key: key)
            _ = try certificate.parsed(subject: "\(subject) has a client-certificate or client-key that")
            return certificate
        case (nil, nil): return nil
        case (_?, nil): throw ConfigurationError("\(subject) has a client-certificate without a client-key. Add it.")
        case (nil, _?): throw ConfigurationError("\(subject) has a client-key without a client-certificate. Add it.")
        }
    }

    private func plugin(
        _ exec: KubeConfig.Exec, cluster: ExecCredential.Cluster
    ) throws(ConfigurationError) -> ExecPlugin {
        guard let version = ExecCredential.Version(rawValue: exec.apiVersion ?? "") else {
            throw ConfigurationError(
                "\(subject) has the exec.apiVersion \"\(exec.apiVersion ?? "")\", which isn't supported. "
                    + "Use \(ExecCredential.Version.v1.rawValue), if the plugin can.")
        }
        guard let command = exec.command?.nonEmpty else {
            throw ConfigurationError("\(subject) has an exec without a command. Add it.")
        }
        switch exec.interactiveMode {
        case nil, "", "Never", "IfAvailable": break
        case "Always":
            throw ConfigurationError(
                "\(subject) has exec.interactiveMode Always, but there is no one here whom \(command) could ask. "
                    + "Use credentials that need no one.")
        case let mode?:
            throw ConfigurationError(
                "\(subject) has the exec.interactiveMode \"\(mode)\". It should be Never or IfAvailable.")
        }
        let variables = (exec.env ?? []).map { ($0.name, $0.value ?? "") }
        return ExecPlugin(
            subject: subject, command: command.contains("/") ? file.sibling(command).path : command,
            arguments: exec.args ?? [], environment: Dictionary(variables) { _, last in last }, apiVersion: version,
            cluster: exec.provideClusterInfo == true ? cluster : nil, installHint: exec.installHint)
    }
}
