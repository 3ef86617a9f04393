/// Telegram's limit on what one bot sends: about 30 messages a second.
/// Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
actor SendLimit {
    private static let messagesPerSecond = 30
    private var sent: [Int64: [Int64]] = [:]

    /// - Parameter now: milliseconds since 1970.
    /// - Returns: `nil` if the message may go, else the seconds to wait.
    func take(botID: Int64, now: Int64) -> Int? {
        var recent = (sent[botID] ?? []).filter { $0 > now - 1000 }
        guard recent.count < Self.messagesPerSecond else { return 1 }
        recent.append(now)
        sent[botID] = recent
        return nil
    }
}
