package import Core
package import Crypto
import FoundationEssentials

/// Encrypts secrets that have to be read again, such as bot tokens.
///
/// Envelope encryption: each value has a random data key (AES-256-GCM, NIST SP 800-38D), which is wrapped by a
/// key-encryption key; that key's fingerprint stands in the sealed text, so keys can be rotated.
package struct Vault: Sendable {
    private let keys: [String: SymmetricKey]
    private let current: String

    /// - Parameters:
    ///   - key: the 256-bit key-encryption key for new values.
    ///   - previous: the keys that it replaced; values under them can still be opened.
    package init(key: SymmetricKey, previous: [SymmetricKey] = []) {
        let all = previous + [key]
        keys = Dictionary(all.map { (Self.fingerprint($0), $0) }) { _, last in last }
        current = Self.fingerprint(key)
    }

    /// The first 32 bits of the key's SHA-256, in hex.
    private static func fingerprint(_ key: SymmetricKey) -> String {
        String(SHA256.hash(data: key.withUnsafeBytes { Data($0) }).hexadecimal.prefix(8))
    }

    /// - Parameter context: whose secret it is and what it is for; the sealed text opens only in the same context.
    /// - Returns: `<key's fingerprint>.<wrapped data key>.<ciphertext>`, the latter two in base 64.
    /// - Throws: a `CryptoKitError`.
    package func seal(_ secret: Secret, context: String) throws -> String {
        let dataKey = SymmetricKey(size: .bits256)
        let additional = Data(context.utf8)
        guard let key = keys[current] else { throw CryptoKitError.incorrectKeySize }
        let wrapped = try AES.GCM.seal(dataKey.withUnsafeBytes { Data($0) }, using: key, authenticating: additional)
        let sealed = try AES.GCM.seal(Data(secret.reveal().utf8), using: dataKey, authenticating: additional)
        guard let wrapped = wrapped.combined, let sealed = sealed.combined else {
            throw CryptoKitError.incorrectParameterSize
        }
        return "\(current).\(wrapped.base64EncodedString()).\(sealed.base64EncodedString())"
    }

    /// - Throws: ``DomainError`` with the code `sealed_value_unreadable` if the text was sealed with another key,
    ///   for another context, or changed since.
    package func open(_ sealed: String, context: String) throws(DomainError) -> Secret {
        let parts = sealed.split(separator: ".")
        do {
            guard parts.count == 3, let key = keys[String(parts[0])], let wrapped = Data(base64Encoded: String(parts[1])),
                let box = Data(base64Encoded: String(parts[2]))
            else { throw CryptoKitError.incorrectParameterSize }
            let additional = Data(context.utf8)
            let dataKey = SymmetricKey(
                data: try AES.GCM.open(try AES.GCM.SealedBox(combined: wrapped), using: key, authenticating: additional))
            let plain = try AES.GCM.open(
                try AES.GCM.SealedBox(combined: box), using: dataKey, authenticating: additional)
            return Secret(String(decoding: plain, as: UTF8.self))
        } catch {
            throw DomainError(
                .unavailable, code: "sealed_value_unreadable",
                "A stored secret can't be decrypted. Check that ENCRYPTION_KEY is the key it was stored with.")
        }
    }

    /// What shows that we wrote a text: the first 128 bits of an HMAC-SHA256 (RFC 2104), in hex, under a key that is derived
    /// for it (HKDF, RFC 5869).
    package func signature(of text: String, context: String) -> String {
        keys[current].map { Self.signature(of: text, context: context, key: $0) } ?? ""
    }

    /// Whether it is one of this text, made with the present key or one that it replaced.
    package func isValid(_ signature: String, of text: String, context: String) -> Bool {
        keys.values.contains { key in
            let right = Self.signature(of: text, context: context, key: key).utf8
            // As long for a wrong one as for the right one.
            return signature.utf8.count == right.count && zip(signature.utf8, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
        }
    }

    private static func signature(of text: String, context: String, key: SymmetricKey) -> String {
        let own = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Data("signature/\(context)".utf8), outputByteCount: 32)
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: own)
        return String(code.withUnsafeBytes { $0.hexadecimal }.prefix(32))
    }

    /// - Returns: the same secret under the newest key, or `nil` if it is under it already.
    /// - Throws: ``DomainError`` as ``open(_:context:)``; a `CryptoKitError`.
    package func rewrap(_ sealed: String, context: String) throws -> String? {
        if sealed.hasPrefix(current + ".") { return nil }
        return try seal(try open(sealed, context: context), context: context)
    }
}

extension Box {
    /// The context under which the box's bot token is sealed.
    package var botTokenContext: String { "\(id.rawValue)/bot_token" }
}
