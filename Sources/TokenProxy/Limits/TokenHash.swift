import Core
import Crypto

/// A token, as it is looked up: its SHA-256, so that neither memory nor timing tells anything about tokens.
struct TokenHash: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ token: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: token)
        words = hash.finalize().withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// In lowercase hex, as it is stored.
    var hexadecimal: String { withUnsafeBytes(of: words, \.hexadecimal) }

    static func == (left: TokenHash, right: TokenHash) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        // One word of a cryptographic hash is as good as all.
        hasher.combine(words.0)
    }
}
