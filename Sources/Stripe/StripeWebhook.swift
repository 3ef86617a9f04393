import Crypto
import FoundationEssentials

/// Signatures of webhooks, scheme v1 (https://docs.stripe.com/webhooks#verify-manually).
package enum StripeSignature {
    /// - Parameters:
    ///   - secret: the whole `whsec_…` text.
    ///   - timestamp: Unix time in seconds.
    /// - Returns: the value of the header `Stripe-Signature`.
    package static func sign(payload: [UInt8], secret: String, timestamp: Int64) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: signed(payload, timestamp: timestamp), using: SymmetricKey(data: Data(secret.utf8)))
        let digits = Array("0123456789abcdef".utf8)
        let hex = String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        return "t=\(timestamp),v1=\(hex)"
    }

    static func signed(_ payload: [UInt8], timestamp: Int64) -> Data {
        Data("\(timestamp).".utf8) + payload
    }
}

package enum StripeWebhook {
    package enum Failure: Error, Sendable, Hashable {
        /// The header isn't `t=…,v1=…`.
        case malformedHeader
        /// No signature was made with any of the secrets.
        case noMatchingSignature
        /// Signed too long ago, or in the future.
        case outsideTolerance
    }

    /// Checks that a webhook comes from Stripe and is fresh. Takes the same time whatever the signatures are.
    /// - Parameters:
    ///   - payload: the body, byte for byte.
    ///   - header: `Stripe-Signature`.
    ///   - secrets: the endpoint's, and while they are being rotated the former one too.
    ///   - now: Unix time in seconds.
    ///   - tolerance: seconds that the signature's time may be off, into the past or the future.
    package static func verify(
        payload: [UInt8], header: String, secrets: [String], now: Int64, tolerance: Int64 = 300
    ) throws(Failure) {
        var timestamp: Int64?
        var signatures: [[UInt8]] = []
        for item in header.split(separator: ",") {
            let parts = item.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw .malformedHeader }
            switch parts[0] {
            case "t" where timestamp == nil: timestamp = Int64(parts[1])
            case "v1": if let bytes = bytes(hex: parts[1]) { signatures.append(bytes) }
            default: break  // v0 and whatever comes later
            }
        }
        guard let timestamp, timestamp >= 0, !signatures.isEmpty else { throw .malformedHeader }

        let message = StripeSignature.signed(payload, timestamp: timestamp)
        var matches = false
        for secret in secrets {
            let key = SymmetricKey(data: Data(secret.utf8))
            for signature in signatures {
                // No early exit: how long it takes must not tell which secret or signature was close.
                if HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key) { matches = true }
            }
        }
        guard matches else { throw .noMatchingSignature }
        let (age, overflows) = now.subtractingReportingOverflow(timestamp)
        guard !overflows, age.magnitude <= UInt64(tolerance) else { throw .outsideTolerance }
    }

    private static func bytes(hex: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = hex.utf8[...]
        while let first = rest.popFirst() {
            guard let high = hexDigit(first), let low = rest.popFirst().flatMap(hexDigit) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
