import Synchronization

/// Keeps the bodies that are held at once within the memory that there is for them.
final class BodyMemory: Sendable {
    private let limit: Int
    private let used = Atomic(0)

    /// - Parameter limit: bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// - Returns: whether there is room; if so, ``free(_:)`` must follow.
    func take(_ bytes: Int) -> Bool {
        if used.add(bytes, ordering: .relaxed).newValue <= limit { return true }
        free(bytes)
        return false
    }

    func free(_ bytes: Int) {
        used.subtract(bytes, ordering: .relaxed)
    }
}
