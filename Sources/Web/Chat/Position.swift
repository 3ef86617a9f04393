import Synchronization

/// How far one client has read.
final class Position: Sendable {
    private let position: Mutex<Int64>

    init(_ position: Int64) {
        self.position = Mutex(position)
    }

    var value: Int64 {
        get { position.withLock { $0 } }
        set { position.withLock { $0 = newValue } }
    }
}
