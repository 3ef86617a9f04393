/// What ties a Telegram account to a conversation: the payload of a deep link, or typed into the chat with the manager bot.
package enum TelegramCode {
    /// Letters and digits that nobody takes for others.
    private static let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
    private static let length = 12

    /// 59 random bits; Telegram lets nobody guess fast.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<length).map { _ in letters.randomElement(using: &generator) ?? "a" })
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
