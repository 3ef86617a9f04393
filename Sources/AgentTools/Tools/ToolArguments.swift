import Core
import JSON

/// The arguments of one call, read strictly: what is wrong is said in words that a model can act on.
struct ToolArguments {
    private let fields: JSONObject

    /// - Parameter known: the names that the tool takes.
    /// - Throws: ``ToolAnswer``.
    init(_ value: JSONValue, known: [String]) throws(ToolAnswer) {
        guard case .object(let fields) = value else { throw ToolAnswer(error: "The arguments must be an object.") }
        if let other = fields.lazy.map(\.name).first(where: { !known.contains($0) }) {
            let names = known.isEmpty ? "no arguments" : known.joined(separator: ", ")
            throw ToolAnswer(error: "There is no argument \"\(other.prefix(64))\". This tool takes \(names).")
        }
        self.fields = fields
    }

    /// - Throws: ``ToolAnswer``.
    func text(_ name: String) throws(ToolAnswer) -> String {
        guard let value = fields[name], value != .null else { throw ToolAnswer(error: "\"\(name)\" is missing.") }
        guard let text = value.string else { throw ToolAnswer(error: "\"\(name)\" must be a string.") }
        return text
    }

    /// Models like to write numbers as strings.
    /// - Throws: ``ToolAnswer``.
    func integer(_ name: String) throws(ToolAnswer) -> Int64 {
        switch fields[name] {
        case .integer(let number): return number
        case .string(let text):
            if let number = Int64(text) { return number }
        case nil, .null: throw ToolAnswer(error: "\"\(name)\" is missing.")
        default: break
        }
        throw ToolAnswer(error: "\"\(name)\" must be a whole number.")
    }

    /// - Throws: ``ToolAnswer``.
    func optionalInteger(_ name: String) throws(ToolAnswer) -> Int64? {
        guard let value = fields[name], value != .null else { return nil }
        return try integer(name)
    }

    /// - Throws: ``ToolAnswer``.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, else fallback: Word) throws(ToolAnswer) -> Word
    {
        guard let value = fields[name], value != .null else { return fallback }
        guard let word = value.string.flatMap({ Word(rawValue: $0.lowercased()) }) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw ToolAnswer(error: "\"\(name)\" must be one of: \(words).")
        }
        return word
    }
}
