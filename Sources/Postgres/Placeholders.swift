extension String {
    /// The statement with `?1` rewritten to `$1`, except in string literals, quoted identifiers and comments.
    var withPostgresPlaceholders: String {
        var output: [UInt8] = []
        output.reserveCapacity(utf8.count)
        var input = Array(utf8)[...]
        while let byte = input.first {
            let length =
                switch byte {
                case UInt8(ascii: "'"), UInt8(ascii: "\""): input.lengthOfQuotation(byte)
                case UInt8(ascii: "-"): input.starts(with: "--".utf8) ? input.lengthOfLine : 1
                case UInt8(ascii: "/"): input.starts(with: "/*".utf8) ? input.lengthOfBlockComment : 1
                default: 1
                }
            if byte == UInt8(ascii: "?"), let next = input.dropFirst().first, (0x30...0x39).contains(next) {
                output.append(UInt8(ascii: "$"))
            } else {
                output.append(contentsOf: input.prefix(length))
            }
            input = input.dropFirst(length)
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension ArraySlice<UInt8> {
    /// A doubled quote inside ends one quotation and begins the next, which comes to the same.
    fileprivate func lengthOfQuotation(_ quote: UInt8) -> Int {
        guard let end = dropFirst().firstIndex(of: quote) else { return count }
        return end - startIndex + 1
    }

    fileprivate var lengthOfLine: Int {
        (firstIndex(of: UInt8(ascii: "\n")) ?? endIndex) - startIndex
    }

    /// PostgreSQL's block comments nest.
    fileprivate var lengthOfBlockComment: Int {
        var depth = 0
        var rest = self
        while !rest.isEmpty {
            if rest.starts(with: "/*".utf8) {
                depth += 1
                rest = rest.dropFirst(2)
            } else if rest.starts(with: "*/".utf8) {
                depth -= 1
                rest = rest.dropFirst(2)
                if depth == 0 { break }
            } else {
                rest = rest.dropFirst()
            }
        }
        return rest.startIndex - startIndex
    }
}
