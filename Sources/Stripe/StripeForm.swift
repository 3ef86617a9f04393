/// The `application/x-www-form-urlencoded` fields that Stripe's API takes, in order; nested names as in `metadata[tier]`.
package struct StripeForm: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    package private(set) var fields: [Field] = []

    package init() {}

    /// Adds a field, unless there is no value.
    package mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append(Field(name: name, value: value)) }
    }

    package mutating func add(_ name: String, _ value: Int) {
        add(name, String(value))
    }

    /// Adds `name[key]` for each entry, ordered by key, so that the same entries always give the same request.
    package mutating func add(_ name: String, _ values: [String: String]) {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            add("\(name)[\(key)]", value)
        }
    }

    /// Adds `name[]` for each element.
    package mutating func add(_ name: String, _ values: [String]) {
        for value in values { add("\(name)[]", value) }
    }

    // MARK: On the wire

    /// The body of a POST, or what follows `?` in a GET.
    package var encoded: String {
        fields.map { "\(Self.escape($0.name))=\(Self.escape($0.value))" }.joined(separator: "&")
    }

    /// Reads a body or a query.
    /// - Returns: `nil` if a percent sign isn't followed by two hex digits, or the bytes aren't UTF-8.
    package init?(encoded text: String) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.unescape(parts[0]), let value = parts.count == 2 ? Self.unescape(parts[1]) : "" else {
                return nil
            }
            add(name, value)
        }
    }

    private static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                escaped.append(byte)
            default:
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }

    private static func unescape(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// - Returns: the value of a hex digit of either case.
func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
