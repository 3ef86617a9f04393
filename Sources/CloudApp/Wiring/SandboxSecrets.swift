import Core
import Crypto
import FoundationEssentials
import Store

/// The credentials that the sandbox and the platform share, derived from the platform's encryption key:
/// nobody has to set them, and nobody without the key can guess them.
struct SandboxSecrets: Sendable {
    /// Signs the sandbox's Stripe webhooks.
    let stripeWebhookSecret: Secret
    /// The token of the platform's own bot on the sandbox's Telegram.
    let telegramBotToken: Secret

    static let kimiKey = Secret("sk-sandbox")
    static let stripeKey = Secret("sk_test_sandbox")
    static let telegramBotID: Int64 = 7_000_000_001
    static let telegramBotUsername = "OpenClawCloudBot"
    static let telegramBotName = "OpenClaw Cloud"

    init(encryptionKey: [UInt8]) {
        func derived(_ purpose: String) -> String {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: encryptionKey), info: Data("sandbox/\(purpose)".utf8),
                outputByteCount: 24
            ).withUnsafeBytes(\.hexadecimal)
        }
        stripeWebhookSecret = Secret("whsec_" + derived("stripe-webhook"))
        telegramBotToken = Secret("\(Self.telegramBotID):" + derived("telegram-bot"))
    }
}
