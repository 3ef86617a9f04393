import NIOCore
import Synchronization

/// Keeps the bodies that are held at once within the memory that there is for them. No account gets more than its share, so
/// that a few slow uploads don't keep everybody else out, and a part is kept for small bodies.
final class BodyMemory: Sendable {
    private let limit: Int
    private let used = Atomic(0)

    /// Bytes of a body that counts as small: those of a usual chat.
    static let smallBody = 64 << 10
    /// Of the whole: what one account may hold at once in bodies that aren't small.
    private var share: Int { limit / 8 }
    /// Of the whole: what only small bodies get.
    private var reserve: Int { limit / 8 }

    /// - Parameter limit: bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// - Parameter length: bytes of the body with these.
    /// - Returns: whether there is room; if so, ``free(_:_:)`` must follow.
    func take(_ bytes: Int, length: Int, _ account: Account) -> Bool {
        let held = account.bodyBytes.add(bytes, ordering: .relaxed).newValue
        let all = used.add(bytes, ordering: .relaxed).newValue
        let fits = length <= Self.smallBody ? all <= limit : all <= limit - reserve && held <= share
        if !fits { free(bytes, account) }
        return fits
    }

    func free(_ bytes: Int, _ account: Account) {
        account.bodyBytes.subtract(bytes, ordering: .relaxed)
        used.subtract(bytes, ordering: .relaxed)
    }
}

extension ClientConnection {
    func takeMemory(_ bytes: Int) -> Bool {
        guard let account = request?.caller?.account,
            loop.services.bodies.take(bytes, length: bodyTaken + bytes, account)
        else { return false }
        bodyTaken += bytes
        return true
    }

    /// The request's body isn't held any more.
    func freeBody() {
        if bodyTaken > 0, let account = request?.caller?.account { loop.services.bodies.free(bodyTaken, account) }
        bodyTaken = 0
        body = ByteBuffer()
    }
}
