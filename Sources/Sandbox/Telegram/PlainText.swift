/// What a text with markup says. The phone shows no bold and no italics.
enum PlainText {
    private static let entities = ["&lt;": "<", "&gt;": ">", "&quot;": "\"", "&amp;": "&"]

    /// - Parameter html: in the few tags that Telegram takes.
    static func of(html: String) -> String {
        var text = ""
        var rest = html[...]
        while let character = rest.first {
            if character == "<", let end = rest.firstIndex(of: ">") {
                rest = rest[rest.index(after: end)...]
            } else if character == "&", let entity = entities.first(where: { rest.hasPrefix($0.key) }) {
                text += entity.value
                rest = rest.dropFirst(entity.key.count)
            } else {
                text.append(character)
                rest = rest.dropFirst()
            }
        }
        return text
    }
}
