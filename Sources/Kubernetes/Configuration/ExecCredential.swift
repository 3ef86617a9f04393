import FoundationEssentials
import JSON

/// What a client and its credential plugin say to each other
/// (https://kubernetes.io/docs/reference/config-api/client-authentication.v1/).
struct ExecCredential: Codable, Redacted {
    enum Version: String, Codable, Sendable {
        case v1 = "client.authentication.k8s.io/v1"
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    var apiVersion: String
    var kind: String
    var spec: Spec?
    var status: Status?

    /// What the client tells, in `KUBERNETES_EXEC_INFO`.
    struct Spec: Codable, Sendable {
        var interactive: Bool
        var cluster: Cluster?
    }

    /// The cluster that the credentials are for.
    struct Cluster: Codable, Sendable {
        var server: String
        var tlsServerName: String?
        var insecureSkipTLSVerify: Bool?
        /// PEM, in base64.
        var certificateAuthorityData: String?
        /// The cluster's extension `client.authentication.k8s.io/exec`.
        var config: JSONValue?

        enum CodingKeys: String, CodingKey {
            case server, config
            case tlsServerName = "tls-server-name"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case certificateAuthorityData = "certificate-authority-data"
        }
    }

    /// What the plugin answers, on its standard output.
    struct Status: Codable, Redacted {
        /// RFC 3339.
        var expirationTimestamp: String?
        var token: String?
        /// PEM.
        var clientCertificateData: String?
        /// PEM.
        var clientKeyData: String?
    }

    /// - Returns: `nil` if the text isn't a date and time of RFC 3339.
    static func date(_ text: String) -> Date? {
        try? Date(text.uppercased(), strategy: .iso8601)
    }
}
