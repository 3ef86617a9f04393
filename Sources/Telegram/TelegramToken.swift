/// The shape of a bot's token, `<bot id>:<secret>`.
package enum TelegramToken {
    /// Whether `text` looks like a token; only ``TelegramClient/getMe()`` can say whether it is one.
    package static func isPlausible(_ text: String) -> Bool {
        botID(of: text) != nil
    }

    /// The id of the bot that `text` would be a token of; `nil` if it doesn't look like a token.
    package static func botID(of text: String) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.allSatisfy(isDigit), let id = Int64(parts[0]), id > 0,
            parts[1].utf8.count >= 35, text.utf8.count <= 256, parts[1].utf8.allSatisfy(isSecretByte)
        else { return nil }
        return id
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isSecretByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }
}
