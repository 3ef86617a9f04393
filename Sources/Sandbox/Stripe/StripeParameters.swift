import FoundationEssentials
import Stripe

/// The parameters of a call, checked against those that the call knows.
struct StripeParameters: Sendable {
    private let values: [String: String]

    /// - Parameter known: such as `email`, `metadata[*]`, `line_items[*][price]`, where `*` is any key or index, or none.
    /// - Throws: `parameter_unknown` for the first that isn't known.
    init(_ form: StripeForm, known: [String]) throws(StripeFault) {
        let patterns = (known + ["expand[*]"]).map { Self.segments($0) }
        var values: [String: String] = [:]
        for field in form.fields {
            let segments = Self.segments(field.name)
            guard patterns.contains(where: { Self.matches(segments, $0) }) else { throw .unknown(field.name) }
            // `a[]` may come more than once: each is an element of its own.
            var name = field.name
            if segments.last == "" {
                let list = name.dropLast(2)
                name = "\(list)[\(values.count { $0.key.hasPrefix("\(list)[") })]"
            }
            values[name] = field.value
        }
        self.values = values
    }

    private static func segments(_ name: String) -> [Substring] {
        name.split(separator: "[", omittingEmptySubsequences: false).enumerated().map { index, part in
            index > 0 && part.last == "]" ? part.dropLast() : index > 0 ? "\u{0}" : part
        }
    }

    private static func matches(_ segments: [Substring], _ pattern: [Substring]) -> Bool {
        segments.count == pattern.count
            && zip(segments, pattern).allSatisfy { $1 == "*" ? $0 != "\u{0}" : $0 == $1 }
    }

    // MARK: Values

    /// - Returns: `nil` if it isn't there.
    /// - Throws: `parameter_invalid_empty`.
    func text(_ name: String) throws(StripeFault) -> String? {
        guard let value = values[name] else { return nil }
        guard !value.isEmpty else {
            throw StripeFault(
                code: "parameter_invalid_empty",
                "You passed an empty string for '\(name)'. We assume empty values are an attempt to unset a parameter; "
                    + "however '\(name)' cannot be unset.", parameter: name)
        }
        guard value.utf8.count <= 5000 else {
            throw StripeFault(
                code: "parameter_invalid_string_too_long", "Invalid string: must be at most 5000 characters", parameter: name
            )
        }
        return value
    }

    func required(_ name: String) throws(StripeFault) -> String {
        guard let value = try text(name) else { throw .missing(name) }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(StripeFault) -> Int64? {
        guard let text = try text(name) else { return nil }
        guard let value = Int64(text) else {
            throw StripeFault(code: "parameter_invalid_integer", "Invalid integer: \(text)", parameter: name)
        }
        guard range.contains(value) else {
            throw StripeFault(
                code: "parameter_invalid_integer",
                "This value must be between \(range.lowerBound) and \(range.upperBound).", parameter: name)
        }
        return value
    }

    func bool(_ name: String) throws(StripeFault) -> Bool? {
        switch try text(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        case let text?: throw StripeFault("Invalid boolean: \(text)", parameter: name)
        }
    }

    func choice(_ name: String, of words: [String]) throws(StripeFault) -> String? {
        guard let word = try text(name) else { return nil }
        guard words.contains(word) else {
            throw StripeFault("Invalid \(name): must be one of \(words.joined(separator: ", "))", parameter: name)
        }
        return word
    }

    /// A web address; nothing else may become a link on a page.
    func url(_ name: String) throws(StripeFault) -> String? {
        guard let text = try text(name) else { return nil }
        guard text.hasPrefix("http://") || text.hasPrefix("https://"),
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") })
        else {
            throw StripeFault(code: "url_invalid", "Not a valid URL", parameter: name)
        }
        return text
    }

    func email(_ name: String) throws(StripeFault) -> String? {
        guard let text = try text(name) else { return nil }
        guard EmailShape.fits(text) else {
            throw StripeFault(code: "email_invalid", "Invalid email address: \(text)", parameter: name)
        }
        return text
    }

    /// Whether it is there without a value, which unsets it.
    func isEmptied(_ name: String) -> Bool { values[name] == "" }

    // MARK: Nested

    /// All values under `name[…]`, as an object; those of numbered keys as a list. `true` and `false` become booleans.
    func object(_ name: String) -> StripeValue {
        var children: [String: StripeValue] = [:]
        for path in values.keys where path.hasPrefix(name + "[") {
            let key = String(path.dropFirst(name.count + 1).prefix { $0 != "]" })
            let child = "\(name)[\(key)]"
            let value = values[child].map { $0 == "true" ? true : $0 == "false" ? false : StripeValue.text($0) }
            children[key] = value ?? object(child)
        }
        let numbers = children.keys.compactMap { Int($0) }.sorted()
        if !children.isEmpty, numbers.count == children.count {
            return .list(numbers.compactMap { children[String($0)] })
        }
        return .object(children)
    }

    /// The values of `name[…]`, in the order of their numbers.
    func list(_ name: String) -> [String] {
        indices(name).compactMap { values["\(name)[\($0)]"] }
    }

    /// The numbers that occur in `name[…]`, ascending.
    func indices(_ name: String) -> [Int] {
        Set(
            values.keys.filter { $0.hasPrefix(name + "[") }.compactMap {
                Int($0.dropFirst(name.count + 1).prefix { $0 != "]" })
            }
        )
        .sorted()
    }

    /// `old` with the entries of `name[key]` written over it; an empty value removes its key.
    func metadata(_ name: String = "metadata", over old: StripeValue = [:]) throws(StripeFault) -> StripeValue {
        guard case .object(var fields) = old else { return old }
        for (path, value) in values where path.hasPrefix(name + "[") {
            let key = String(path.dropFirst(name.count + 1).dropLast())
            guard key.count <= 40, value.count <= 500 else {
                throw StripeFault(
                    "Metadata keys can have up to 40 characters, and values up to 500.", parameter: path)
            }
            if value.isEmpty {
                fields.removeValue(forKey: key)
            } else {
                fields[key] = .text(value)
            }
        }
        guard fields.count <= 50 else { throw StripeFault("There can be up to 50 metadata keys.", parameter: name) }
        return .object(fields)
    }
}

/// What is enough of an e-mail address for a payment page.
enum EmailShape {
    static func fits(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && text.utf8.count <= 254
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}
