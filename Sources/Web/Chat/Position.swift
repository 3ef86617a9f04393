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

/// The words of an answer in the making that one client has been shown.
final class ShownWords: Sendable {
    private let text = Mutex("")

    /// - Returns: whether the client hasn't got these words yet.
    func isNew(_ words: String) -> Bool {
        text.withLock { shown in
            defer { shown = words }
            return shown != words && !words.isEmpty
        }
    }
}
