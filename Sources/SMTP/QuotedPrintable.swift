/// Text as ASCII lines of at most 76 characters that stay readable (RFC 2045, 6.7).
enum QuotedPrintable {
    static func encode(_ text: String) -> String {
        text.replacingLineBreaks().split(separator: "\n", omittingEmptySubsequences: false)
            .map { encodeLine($0.utf8) }.joined(separator: "\r\n")
    }

    private static func encodeLine(_ line: Substring.UTF8View) -> String {
        var output = ""
        var width = 0
        var rest = line[...]
        while let byte = rest.popFirst() {
            let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
            // A blank at the end of a line would be lost on the way.
            let isPlain = (33...126).contains(byte) && byte != UInt8(ascii: "=") || isBlank && !rest.isEmpty
            let piece = isPlain ? String(UnicodeScalar(byte)) : escape(byte)
            if width + piece.utf8.count > 75 {
                output += "=\r\n"
                width = 0
            }
            output += piece
            width += piece.utf8.count
        }
        return output
    }

    private static func escape(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF")
        return "=\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
}

extension String {
    /// CRLF and CR become LF.
    fileprivate func replacingLineBreaks() -> String {
        var output = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in unicodeScalars {
            if scalar == "\r" {
                output.append("\n")
            } else if scalar != "\n" || !afterReturn {
                output.append(scalar)
            }
            afterReturn = scalar == "\r"
        }
        return String(output)
    }
}
