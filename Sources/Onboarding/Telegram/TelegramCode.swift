import Core

/// What ties a Telegram account to a conversation: the payload of a deep link, or typed into the chat with the manager bot.
package enum TelegramCode {
    /// Letters and digits that nobody takes for others.
    private static let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
    /// The hour in which it was made, and 59 random bits; Telegram lets nobody guess fast.
    private static let (hourLength, length) = (4, 16)
    /// Whoever finds a link later than that gets nowhere with it.
    static let lifetime = Duration.hours(48)

    static func random(at time: Timestamp) -> String {
        var generator = SystemRandomNumberGenerator()
        var hours = time.milliseconds / Duration.hours(1).milliseconds
        var code: [Character] = []
        for _ in 0..<hourLength {
            code.insert(letters[Int(hours % Int64(letters.count))], at: 0)
            hours /= Int64(letters.count)
        }
        while code.count < length { code.append(letters.randomElement(using: &generator) ?? "a") }
        return String(code)
    }

    /// Whether a code is older than its lifetime, to the hour. What is no code has ended.
    static func hasEnded(_ code: String, at time: Timestamp) -> Bool {
        guard code.count == length else { return true }
        var hours: Int64 = 0
        for letter in code.prefix(hourLength) {
            guard let digit = letters.firstIndex(of: letter) else { return true }
            hours = hours * Int64(letters.count) + Int64(digit)
        }
        let made = Timestamp(milliseconds: hours * Duration.hours(1).milliseconds)
        return made > time || time - made >= lifetime
    }

    /// - Returns: the code in what somebody has written, with blanks and hyphens wherever they like; `nil` if it is none.
    static func typed(_ text: String) -> String? {
        let code = text.lowercased().filter { !$0.isWhitespace && $0 != "-" }
        return code.count == length && code.allSatisfy(letters.contains) ? code : nil
    }

    /// The code in a deep link, in groups that can be read out; `nil` if there is none.
    package static func shown(inLink url: String) -> String? {
        guard let start = url.firstRange(of: "?start=") else { return nil }
        let code = url[start.upperBound...]
        guard code.count == length else { return nil }
        return stride(from: 0, to: length, by: 4).map { offset in
            code.dropFirst(offset).prefix(4)
        }.joined(separator: " ")
    }
}
