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

/// What one client has been shown of something that is sent again when it differs: the words of an answer in the making, or
/// how far the set-up has come.
final class ShownWords: Sendable {
    private let text = Mutex("")

    var isAnything: Bool { text.withLock { !$0.isEmpty } }

    /// - Returns: whether the client hasn't got these words yet.
    func isNew(_ words: String) -> Bool {
        text.withLock { shown in
            defer { shown = words }
            return shown != words && !words.isEmpty
        }
    }
}
