import BoxSupervisor
import Core
import FoundationEssentials
import JSON
import Kubernetes
import Store

/// What an agent holds of value: secrets of its own.
struct TenantSecrets: Sendable, Hashable {
    let proxyToken: Secret
    let gatewayToken: Secret
    /// `nil` for a spare.
    let botToken: Secret?

    init(proxyToken: Secret, gatewayToken: Secret, botToken: Secret?) {
        self.proxyToken = proxyToken
        self.gatewayToken = gatewayToken
        self.botToken = botToken
    }

    /// The secrets that a specification asks for. The proxy token's text may be known to the cluster alone; the gateway's
    /// token is made once and kept.
    /// - Parameter held: the Secret in the cluster.
    /// - Returns: `nil` if the proxy token is nowhere to be had.
    init?(_ specification: AgentSpecification, held: KubernetesObject?) {
        let names = SecretName.self
        guard let proxyToken = specification.proxyToken.secret ?? Self.value(names.proxyToken, of: held),
            AccessToken(proxyToken.reveal()).hash == specification.proxyToken.hash
        else { return nil }
        self.init(
            proxyToken: proxyToken,
            gatewayToken: Self.value(names.gatewayToken, of: held) ?? AccessToken.random().secret,
            botToken: specification.botToken)
    }

    static func value(_ name: String, of object: KubernetesObject?) -> Secret? {
        guard let text = object?["data"]?[name]?.string, let data = Data(base64Encoded: text), !data.isEmpty else {
            return nil
        }
        return Secret(String(decoding: data, as: UTF8.self))
    }

    /// As a Secret's `data`.
    /// - Parameter hash: of the specification that they belong to.
    func data(for hash: String) -> JSONValue {
        let names = SecretName.self
        var data = [
            names.proxyToken: Self.base64(proxyToken), names.gatewayToken: Self.base64(gatewayToken),
            BoxFolders.mark: Data(hash.utf8).base64EncodedString(),
        ]
        data[names.botToken] = botToken.map(Self.base64)
        return JSONValue(data)
    }

    private static func base64(_ secret: Secret) -> String { Data(secret.reveal().utf8).base64EncodedString() }
}
