import JSON

/// A JSON schema (draft 7), as far as OpenClaw's uses it for what the platform renders.
indirect enum JSONSchema: Decodable, Sendable {
    case anything
    case nothing
    case rules(Rules)

    struct Rules: Decodable, Sendable {
        let type: JSONValue?
        let const: JSONValue?
        let `enum`: [JSONValue]?
        let minimum: Double?
        let maximum: Double?
        let exclusiveMinimum: Double?
        let minLength: Int?
        let maxLength: Int?
        let minItems: Int?
        let maxItems: Int?
        let items: JSONSchema?
        let properties: [String: JSONSchema]?
        let required: [String]?
        let propertyNames: JSONSchema?
        let additionalProperties: JSONSchema?
        let anyOf: [JSONSchema]?
        let oneOf: [JSONSchema]?
        let `default`: JSONValue?
        let allOf: [JSONSchema]?
    }

    init(from decoder: any Decoder) throws {
        if let flag = try? decoder.singleValueContainer().decode(Bool.self) {
            self = flag ? .anything : .nothing
        } else if (try? decoder.unkeyedContainer()) != nil {
            // A schema for each place of an array: nothing of the platform's has such.
            self = .anything
        } else {
            self = .rules(try Rules(from: decoder))
        }
    }

    fileprivate var hasDefault: Bool {
        if case .rules(let rules) = self { rules.default != nil } else { false }
    }

    /// - Parameter path: where the value stands, such as `agents.defaults`.
    /// - Returns: what is wrong with it, in OpenClaw's words.
    func faults(in value: JSONValue, at path: String = "") -> [String] {
        switch self {
        case .anything: return []
        case .nothing: return ["\(path): Invalid input"]
        case .rules(let rules):
            let own = rules.ownFaults(value, path)
            if !own.isEmpty { return own }
            switch value {
            case .array(let elements): return rules.faults(of: elements, path)
            case .object(let members): return rules.faults(of: members, path)
            default: return []
            }
        }
    }
}

extension JSONSchema.Rules {
    /// Of the value as a whole.
    fileprivate func ownFaults(_ value: JSONValue, _ path: String) -> [String] {
        func fits(_ schema: JSONSchema) -> Bool { schema.faults(in: value, at: path).isEmpty }
        if let type, !accepts(value, type) {
            return ["\(path): Invalid input: expected \(type.words), received \(value.type)"]
        }
        if let const, const != value { return ["\(path): Invalid input: expected \(const.words)"] }
        if let options = self.enum, !options.contains(value) {
            return ["\(path): Invalid option: expected one of \(options.map(\.words).joined(separator: "|"))"]
        }
        if let anyOf, !anyOf.contains(where: fits) { return ["\(path): Invalid input"] }
        if let oneOf, oneOf.count(where: fits) != 1 { return ["\(path): Invalid input"] }
        if let fault = (allOf ?? []).lazy.flatMap({ $0.faults(in: value, at: path) }).first { return [fault] }
        return isInBounds(value) ? [] : ["\(path): Too small or too big"]
    }

    private func accepts(_ value: JSONValue, _ type: JSONValue) -> Bool {
        switch type {
        case .string(let name): name == value.type || name == "number" && value.type == "integer"
        case .array(let names): names.contains { accepts(value, $0) }
        default: true
        }
    }

    private func isInBounds(_ value: JSONValue) -> Bool {
        switch value {
        case .integer(let number): isInBounds(Double(number))
        case .number(let number): isInBounds(number)
        case .string(let text): ((minLength ?? 0)...(maxLength ?? .max)).contains(text.utf16.count)
        case .array(let elements): ((minItems ?? 0)...(maxItems ?? .max)).contains(elements.count)
        case .null, .bool, .object: true
        }
    }

    private func isInBounds(_ number: Double) -> Bool {
        number >= (minimum ?? -.infinity) && number <= (maximum ?? .infinity) && number > (exclusiveMinimum ?? -.infinity)
    }

    fileprivate func faults(of elements: [JSONValue], _ path: String) -> [String] {
        guard let items else { return [] }
        return elements.enumerated().flatMap { items.faults(in: $1, at: "\(path).\($0)") }
    }

    fileprivate func faults(of members: JSONObject, _ path: String) -> [String] {
        // What has a default is required of the result only.
        let missing = (required ?? []).filter { members[$0] == nil && properties?[$0]?.hasDefault != true }.map {
            "\(path.below($0)): Invalid input: required"
        }
        return missing
            + members.flatMap { member -> [String] in
                let (name, value) = (member.name, member.value)
                if let fault = propertyNames?.faults(in: .string(name), at: path).first { return [fault] }
                if let schema = properties?[name] { return schema.faults(in: value, at: path.below(name)) }
                if case .nothing = additionalProperties { return ["\(path): Unrecognized key: \"\(name)\""] }
                return additionalProperties?.faults(in: value, at: path.below(name)) ?? []
            }
    }
}

extension JSONValue {
    /// JSON Schema's name of its type.
    fileprivate var type: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .number(let value): value == value.rounded() ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    fileprivate var words: String {
        switch self {
        case .string(let text): text
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .array(let elements): elements.map(\.words).joined(separator: "|")
        case .null: "null"
        case .object: "an object"
        }
    }
}

extension String {
    fileprivate func below(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }
}
