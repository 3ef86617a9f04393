import FoundationEssentials

/// Text in headers, which hold ASCII only (RFC 2047).
enum HeaderEncoding {
    /// No control characters: a line break would begin a header of the writer's choice.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }

    /// Unstructured text, such as a subject.
    static func text(_ text: String) -> String {
        needsEncoding(text) ? encodedWords(text) : text
    }

    /// A name before an address.
    static func phrase(_ name: String) -> String {
        if needsEncoding(name) { return encodedWords(name) }
        let escaped = name.reduce(into: "") { $0 += ($1 == "\"" || $1 == "\\") ? "\\\($1)" : "\($1)" }
        return "\"\(escaped)\""
    }

    /// Long ASCII is encoded too: encoded words can be folded anywhere. So is what merely looks like an encoded word.
    private static func needsEncoding(_ text: String) -> Bool {
        !text.utf8.allSatisfy { (32...126).contains($0) } || text.utf8.count > 60 || text.contains("=?")
    }

    /// Base-64 words of at most 75 characters, split between characters, each on a line of its own.
    private static func encodedWords(_ text: String) -> String {
        var chunks: [String] = []
        for scalar in text.unicodeScalars {
            let next = String(scalar)
            if let last = chunks.last, last.utf8.count + next.utf8.count <= 45 {
                chunks[chunks.count - 1] = last + next
            } else {
                chunks.append(next)
            }
        }
        return chunks.map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
