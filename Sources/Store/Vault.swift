package import Core
package import Crypto
import FoundationEssentials

/// Encrypts secrets that have to be read again, such as bot tokens.
///
/// Envelope encryption: each value has a random data key (AES-256-GCM, NIST SP 800-38D), which is wrapped by a
/// key-encryption key; the version of that key stands in the sealed text, so keys can be rotated.
package struct Vault: Sendable {
    private let keys: [Int: SymmetricKey]
    private let current: Int

    /// - Parameter keys: 256-bit key-encryption keys by version; new values use the highest version.
    /// - Throws: ``DomainError`` with the code `invalid_encryption_key`.
    package init(keys: [Int: SymmetricKey]) throws(DomainError) {
        guard let current = keys.keys.max(), keys.values.allSatisfy({ $0.bitCount == 256 }) else {
            throw DomainError(
                .invalid, code: "invalid_encryption_key", "The vault needs at least one key, and each must have 256 bits.")
        }
        self.keys = keys
        self.current = current
    }

    /// - Parameter context: whose secret it is and what it is for; the sealed text opens only in the same context.
    /// - Returns: `v<version>.<wrapped data key>.<ciphertext>`, in base 64.
    /// - Throws: a `CryptoKitError`.
    package func seal(_ secret: Secret, context: String) throws -> String {
        let dataKey = SymmetricKey(size: .bits256)
        let additional = Data(context.utf8)
        let wrapped = try AES.GCM.seal(dataKey.withUnsafeBytes { Data($0) }, using: keys[current]!, authenticating: additional)
        let sealed = try AES.GCM.seal(Data(secret.reveal().utf8), using: dataKey, authenticating: additional)
        return "v\(current).\(wrapped.combined!.base64EncodedString()).\(sealed.combined!.base64EncodedString())"
    }

    /// - Throws: ``DomainError`` with the code `sealed_value_unreadable` if the text was sealed with another key,
    ///   for another context, or changed since.
    package func open(_ sealed: String, context: String) throws(DomainError) -> Secret {
        let parts = sealed.split(separator: ".")
        do {
            guard parts.count == 3, parts[0].hasPrefix("v"), let version = Int(parts[0].dropFirst()), let key = keys[version],
                let wrapped = Data(base64Encoded: String(parts[1])), let box = Data(base64Encoded: String(parts[2]))
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

    /// - Returns: the same secret under the newest key, or `nil` if it is under it already.
    /// - Throws: ``DomainError`` as ``open(_:context:)``; a `CryptoKitError`.
    package func rewrap(_ sealed: String, context: String) throws -> String? {
        if sealed.hasPrefix("v\(current).") { return nil }
        return try seal(try open(sealed, context: context), context: context)
    }
}

extension Box {
    /// The context under which the box's bot token is sealed.
    package var botTokenContext: String { "\(id.rawValue)/bot_token" }
}
