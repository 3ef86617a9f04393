import Crypto
import NIOCore

/// Tells one turn of an agent from another, by the text that began it: the same for each call of a turn, on every proxy. With the
/// agent's token in it, which the platform's database doesn't have, nobody can find out from that what was said.
enum TurnMark {
    /// Bytes at either end of the text that count.
    private static let window = 2048

    /// - Parameters:
    ///   - text: of the message that began the turn, as it stands in the request.
    ///   - token: the agent's own.
    static func of(_ text: UnsafeRawBufferPointer, token: UnsafeRawBufferPointer) -> Int64 {
        var hash = SHA256()
        hash.update(bufferPointer: token)
        withUnsafeBytes(of: Int64(text.count).littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: text[part: 0..<min(window, text.count)])
        hash.update(bufferPointer: text[part: max(0, text.count - window)..<text.count])
        return hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: Int64.self) }
    }
}
