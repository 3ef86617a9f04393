import NIOSSL

extension ClusterConfiguration {
    /// How connections to the cluster are encrypted.
    ///
    /// ``serverName`` isn't part of it: the caller that opens the connection names the host to TLS.
    func tlsConfiguration(for credentials: Credentials) throws(ConfigurationError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        switch trust {
        case .certificateAuthority(let pem):
            let roots = try Self.certificates(pem: pem, subject: "The certificate authority of \(server)")
            configuration.trustRoots = .certificates(roots)
        case .system: break
        case .insecure: configuration.certificateVerification = .none
        }
        if let certificate = credentials.clientCertificate {
            let (chain, key) = try certificate.parsed(subject: "The client certificate for \(server)")
            configuration.certificateChain = chain.map { .certificate($0) }
            configuration.privateKey = .privateKey(key)
        }
        return configuration
    }

    /// - Parameter subject: begins the text of an error.
    static func certificates(pem: [UInt8], subject: String) throws(ConfigurationError) -> [NIOSSLCertificate] {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty else {
            throw ConfigurationError("\(subject) holds no certificate in PEM (-----BEGIN CERTIFICATE-----).")
        }
        return certificates
    }
}

extension ClientCertificate {
    /// - Parameter subject: begins the text of an error.
    func parsed(subject: String) throws(ConfigurationError) -> (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey) {
        let certificates = try ClusterConfiguration.certificates(pem: chain, subject: subject)
        guard let privateKey = try? NIOSSLPrivateKey(bytes: key, format: .pem) else {
            throw ConfigurationError(
                "\(subject) holds no private key in PEM without a passphrase (-----BEGIN PRIVATE KEY-----).")
        }
        return (certificates, privateKey)
    }
}
