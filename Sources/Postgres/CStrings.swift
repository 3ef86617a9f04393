import SQL

/// Lends `texts` to C as an array of strings that end in NUL, the array itself ending in NULL.
func withCStrings<Result>(
    _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) throws -> Result
) rethrows -> Result {
    var bytes: [CChar] = []
    let offsets = texts.map { text -> Int? in
        guard let text else { return nil }
        defer {
            bytes.append(contentsOf: text.utf8.lazy.map(CChar.init(bitPattern:)))
            bytes.append(0)
        }
        return bytes.count
    }
    return try bytes.withUnsafeBufferPointer { buffer in
        let pointers = offsets.map { offset in offset.flatMap { offset in buffer.baseAddress.map { $0 + offset } } } + [nil]
        return try pointers.withUnsafeBufferPointer { try body($0.baseAddress) }
    }
}

extension SQLValue {
    /// As PostgreSQL reads it.
    var literal: String? {
        switch self {
        case .null: nil
        case .integer(let integer): String(integer)
        case .text(let text): text
        }
    }
}

extension String {
    /// Without the line break that libpq ends its messages with.
    var trimmed: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
