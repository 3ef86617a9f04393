package import Core
import Crypto
import FoundationEssentials

/// What shows a receiver that a message is ours, and whole: the signature of Standard Webhooks
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme).
package enum WebhookSignature {
    /// - Parameters:
    ///   - id: the message's.
    ///   - time: of this attempt; whole seconds are signed.
    ///   - secret: `whsec_` and the key in base 64.
    /// - Returns: the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`; `nil` for a malformed secret.
    package static func headers(
        id: String, body: String, time: Timestamp, secret: Secret
    ) -> [(name: String, value: String)]? {
        let text = secret.reveal()
        guard text.hasPrefix(WebhookEndpoint.secretPrefix),
            let key = Data(base64Encoded: String(text.dropFirst(WebhookEndpoint.secretPrefix.count))), !key.isEmpty
        else { return nil }
        let seconds = time.milliseconds / 1000
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(seconds).\(body)".utf8), using: SymmetricKey(data: key))
        return [
            ("webhook-id", id), ("webhook-timestamp", String(seconds)),
            ("webhook-signature", "v1," + Data(code).base64EncodedString()),
        ]
    }
}
