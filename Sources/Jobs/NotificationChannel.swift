package import SQL

/// Carries words from one process to all others that listen, as long as it can.
package protocol NotificationChannel: Sendable {
    /// Sends words with the commit of a transaction; does nothing where words travel on another way.
    /// - Throws: `SQLError`.
    func announce(_ words: [String], in transaction: any Transaction) throws

    /// Sends a word now; does nothing where words travel with commits. What can't be sent is dropped.
    func publish(_ word: String) async

    /// Listens until the stream's reader goes, and connects again whenever the connection is lost.
    func events() -> AsyncStream<ChannelEvent>
}

/// What happens on a ``NotificationChannel``.
package enum ChannelEvent: Sendable, Hashable {
    /// From now on words arrive.
    case connected
    /// From now on they don't.
    case disconnected
    case word(String)
}
