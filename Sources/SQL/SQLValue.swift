import FoundationEssentials

/// A value that is bound to a statement or read from a row.
///
/// The schema needs no more: times are `bigint` milliseconds, JSON and hashes are `text`,
/// and what would be a boolean is a time that is there or not.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(nilLiteral: ()) { self = .null }
}

extension SQLValue {
    /// A list, as ``Dialect/isOneOf(_:_:)`` takes it.
    package static func texts(_ texts: [String]) -> SQLValue {
        // Texts can always be encoded.
        .text((try? JSONEncoder().encode(texts)).map { String(decoding: $0, as: UTF8.self) } ?? "[]")
    }

    package init(_ value: String?) { self = value.map(SQLValue.text) ?? .null }
    package init(_ value: Int64?) { self = value.map(SQLValue.integer) ?? .null }
    package init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
}

extension [SQLValue] {
    /// Drivers call this before they bind: PostgreSQL has no NUL character in texts, so neither engine takes it.
    /// - Throws: ``SQLError/failed(_:)``.
    package func checkSendable() throws(SQLError) {
        for case .text(var text) in self {
            let hasNUL = text.withUTF8 { bytes in bytes.contains(0) }
            if hasNUL { throw .failed("a text holds a NUL character, which can't be stored") }
        }
    }
}
