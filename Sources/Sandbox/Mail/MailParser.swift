import FoundationEssentials

/// Reads a message as RFC 5322, 2045 and 2047 write it, as far as this product's mails go.
enum MailParser {
    struct Part: Sendable, Hashable {
        /// By lowercase name, unfolded and decoded.
        var headers: [String: String]
        var body: String
    }

    static func parse(_ message: String) -> Part {
        let lines = message.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        let end = lines.firstIndex(of: "") ?? lines.endIndex
        var unfolded: [String] = []
        for line in lines[..<end] {
            if line.first == " " || line.first == "\t", let last = unfolded.popLast() {
                unfolded.append(last + line)
            } else {
                unfolded.append(line)
            }
        }
        var headers: [String: String] = [:]
        for line in unfolded {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = decodeWords(String(value))
        }
        return Part(headers: headers, body: lines[end...].dropFirst().joined(separator: "\r\n"))
    }

    /// The text of the first part of this type, decoded.
    static func text(_ type: String, in message: String) -> String? {
        let part = parse(message)
        let contentType = part.headers["content-type"] ?? "text/plain"
        if contentType.lowercased().hasPrefix(type) { return decodeBody(part) }
        guard contentType.lowercased().hasPrefix("multipart/"), let boundary = boundary(in: contentType) else { return nil }
        // The first piece is the preamble, the last one ends with "--".
        let pieces = ("\r\n" + part.body).split(separator: "\r\n--\(boundary)", omittingEmptySubsequences: false)
        for piece in pieces.dropFirst() where !piece.hasPrefix("--") {
            if let text = text(type, in: String(piece.drop { $0 != "\r\n" }.dropFirst())) { return text }
        }
        return nil
    }

    private static func boundary(in contentType: String) -> String? {
        guard let range = contentType.firstRange(of: "boundary=") else { return nil }
        let rest = contentType[range.upperBound...]
        return rest.first == "\"" ? String(rest.dropFirst().prefix { $0 != "\"" }) : String(rest.prefix { $0 != ";" })
    }

    private static func decodeBody(_ part: Part) -> String {
        let text =
            switch part.headers["content-transfer-encoding"]?.lowercased() {
            case "quoted-printable": String(decoding: quotedPrintable(part.body), as: UTF8.self)
            case "base64":
                String(decoding: Data(base64Encoded: part.body, options: .ignoreUnknownCharacters) ?? Data(), as: UTF8.self)
            default: part.body
            }
        return text.replacing("\r\n", with: "\n")
    }

    private static func quotedPrintable(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var rest = text.replacing("=\r\n", with: "").utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "="), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                output.append(value)
                rest = rest.dropFirst(2)
            } else {
                output.append(byte)
            }
        }
        return output
    }

    /// Decodes `=?UTF-8?B?…?=`; blanks between two such words are part of the folding, not of the text.
    private static func decodeWords(_ text: String) -> String {
        var output = ""
        var wasEncoded = false
        for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            let fields = word.split(separator: "?", omittingEmptySubsequences: false)
            let decoded: Data? =
                fields.count == 5 && fields[0] == "=" && fields[4] == "=" && fields[1].uppercased() == "UTF-8"
                    && fields[2].uppercased() == "B" ? Data(base64Encoded: String(fields[3])) : nil
            if index > 0, !(wasEncoded && (decoded != nil || word.isEmpty)) { output += " " }
            output += decoded.map { String(decoding: $0, as: UTF8.self) } ?? String(word)
            wasEncoded = decoded != nil || wasEncoded && word.isEmpty
        }
        return output
    }
}
