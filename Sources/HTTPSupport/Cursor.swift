package import Core

/// Where a page of a list ended. Clients pass it back and need not understand it.
package struct Cursor: Sendable, Hashable, CustomStringConvertible {
    package let time: Timestamp
    /// Tells rows of the same time apart.
    package let id: String

    /// - Parameter id: 1 to 64 letters, digits and underscores, as our ids are.
    package init(time: Timestamp, id: String) {
        self.time = time
        self.id = id
    }

    /// `openapi.json` has the same as a pattern: whatever matches it is a place in a list, whether anything is there or not.
    /// - Throws: `DomainError` with the code `invalid_cursor`.
    package init(_ text: String) throws(DomainError) {
        let fields = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard fields.count == 2, (1...15).contains(fields[0].utf8.count), fields[0].utf8.allSatisfy(Self.isDigit),
            let milliseconds = Int64(fields[0]), (1...64).contains(fields[1].utf8.count),
            fields[1].utf8.allSatisfy(Self.isOfID)
        else {
            throw DomainError(
                .invalid, code: "invalid_cursor", "The cursor is not one of ours. Leave it out to start at the beginning.")
        }
        self.init(time: Timestamp(milliseconds: milliseconds), id: String(fields[1]))
    }

    /// Milliseconds and id: safe in a URL as it is.
    package var description: String { "\(time.milliseconds)-\(id)" }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isOfID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }
}

/// One page of a list.
package struct Page<Item: Encodable & Sendable>: Encodable, Sendable {
    package let data: [Item]
    /// What to pass as `cursor` for the next page; absent on the last one.
    package let nextCursor: String?

    package init(data: [Item], nextCursor: Cursor?) {
        self.data = data
        self.nextCursor = nextCursor?.description
    }
}
