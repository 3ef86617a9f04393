/// A server's reply, its lines put together (RFC 5321, 4.2.1).
struct SMTPReply: Sendable, Hashable {
    let code: Int
    /// The text of each line, without the code.
    let lines: [String]

    var text: String { lines.joined(separator: " ") }
}

/// Puts replies together from lines.
struct SMTPReplyParser: Sendable {
    private var code: Int?
    private var lines: [String] = []

    /// - Parameter line: without its line break.
    /// - Returns: the reply, if this was its last line.
    /// - Throws: ``SMTPError/unexpectedReply(_:)``.
    mutating func receive(_ line: String) throws(SMTPError) -> SMTPReply? {
        let digits = line.utf8.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (48...57).contains($0) }), let number = Int(line.prefix(3)),
            code == nil || code == number
        else { throw .unexpectedReply("a reply must begin with three digits") }
        let rest = line.utf8.dropFirst(3)
        guard rest.isEmpty || rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: "-") else {
            throw .unexpectedReply("a reply's digits must be followed by a space or a hyphen")
        }
        code = number
        lines.append(String(decoding: rest.dropFirst(), as: UTF8.self))
        guard lines.count <= 100 else { throw .unexpectedReply("the reply has too many lines") }
        if rest.first == UInt8(ascii: "-") { return nil }
        defer {
            code = nil
            lines = []
        }
        return SMTPReply(code: number, lines: lines)
    }
}
