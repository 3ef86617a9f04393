package import Core
import FoundationEssentials

/// Where a page of a list ended. Clients pass it back and need not understand it.
package struct Cursor: Sendable, Hashable, CustomStringConvertible {
    package let time: Timestamp
    /// Tells rows of the same time apart.
    package let id: String

    package init(time: Timestamp, id: String) {
        self.time = time
        self.id = id
    }

    /// - Throws: `DomainError` with the code `invalid_cursor`.
    package init(_ text: String) throws(DomainError) {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        let fields = Data(base64Encoded: base64 + padding).map { String(decoding: $0, as: UTF8.self) }?
            .split(separator: "/", maxSplits: 1)
        guard let fields, fields.count == 2, let milliseconds = Int64(fields[0]) else {
            throw DomainError(
                .invalid, code: "invalid_cursor", "The cursor is not one of ours. Leave it out to start at the beginning.")
        }
        self.init(time: Timestamp(milliseconds: milliseconds), id: String(fields[1]))
    }

    /// URL-safe base 64 without padding (RFC 4648, 5).
    package var description: String {
        Data("\(time.milliseconds)/\(id)".utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
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
