import ModelAPI

/// A JSON value, in which nulls stand: Stripe's objects have all their fields, the empty ones too.
enum StripeValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case text(String)
    case list([StripeValue])
    case object([String: StripeValue])

    /// A field of an object; `null` where there is none.
    subscript(_ name: String) -> StripeValue {
        get {
            guard case .object(let fields) = self else { return .null }
            return fields[name] ?? .null
        }
        set {
            guard case .object(var fields) = self else { return }
            fields[name] = newValue
            self = .object(fields)
        }
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    var integer: Int64? {
        guard case .integer(let integer) = self else { return nil }
        return integer
    }

    var isTrue: Bool { self == .bool(true) }

    var list: [StripeValue] {
        guard case .list(let list) = self else { return [] }
        return list
    }

    /// What every object of the API has; empty for other values.
    var id: String { self["id"].text ?? "" }

    init(_ text: String?) { self = text.map(StripeValue.text) ?? .null }
    init(_ integer: Int64?) { self = integer.map(StripeValue.integer) ?? .null }
    init(_ texts: [String: String]) { self = .object(texts.mapValues(StripeValue.text)) }

    /// A page of a list, as the API answers it.
    static func page(_ data: [StripeValue], hasMore: Bool = false, url: String) -> StripeValue {
        ["object": "list", "data": .list(data), "has_more": .bool(hasMore), "url": .text(url)]
    }
}

extension StripeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(nilLiteral: ()) { self = .null }
    init(arrayLiteral elements: StripeValue...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, StripeValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

extension StripeValue {
    /// A decoder tells what a value is only by failing for all that it isn't, and each failure costs more than the value.
    /// - Throws: `JSONFault` for what isn't JSON, and for numbers that aren't whole, which Stripe's objects don't have.
    init(json text: String) throws {
        var text = text
        self = try text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            var scanner = JSONScanner(bytes)
            let value = try Self(&scanner, bytes)
            try scanner.finish()
            return value
        }
    }

    private init(_ scanner: inout JSONScanner, _ bytes: UnsafeRawBufferPointer) throws(JSONFault) {
        switch try scanner.kind() {
        case .object:
            var fields: [String: StripeValue] = [:]
            try scanner.object { (scanner, name) throws(JSONFault) in
                fields[name.text] = try StripeValue(&scanner, bytes)
            }
            self = .object(fields)
        case .array:
            var elements: [StripeValue] = []
            try scanner.array { (scanner) throws(JSONFault) in elements.append(try StripeValue(&scanner, bytes)) }
            self = .list(elements)
        case .string: self = .text(try scanner.string())
        case .number:
            let range = try scanner.skipValue().range
            guard let integer = Int64(String(decoding: bytes[range], as: UTF8.self)) else {
                throw scanner.fault("a number isn't whole")
            }
            self = .integer(integer)
        case .true:
            try scanner.skipValue()
            self = true
        case .false:
            try scanner.skipValue()
            self = false
        case .null:
            try scanner.skipValue()
            self = .null
        }
    }
}

extension StripeValue: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
