/// What a request in OpenAI's form says of how long to think (`reasoning_effort`).
struct ReasoningEffort: Sendable, Hashable {
    /// Known once the member is behind.
    var place = MemberPlace(start: 0, end: 0, previousEnd: nil)
    /// `nil` for `null`.
    let thinks: Bool?

    /// Passes over the value.
    init(_ scanner: inout JSONScanner) throws(JSONFault) {
        switch try scanner.kind() {
        case .string:
            switch try scanner.stringInPlace() {
            case "none", "minimal": thinks = false
            default: thinks = true
            }
        case .null:
            try scanner.skipValue()
            thinks = nil
        default:
            try scanner.skipValue()
            thinks = true
        }
    }
}

/// For a model that takes `thinking`, on or off, in the place of `reasoning_effort`.
package struct ThinkingSwitch: Sendable, Hashable {
    /// Whether it thinks for a request that says nothing of that; `nil` if that is the model's to decide.
    package let byDefault: Bool?

    package init(byDefault: Bool?) {
        self.byDefault = byDefault
    }
}

/// Looks for an answer in OpenAI's form that ends inside its reasoning: cut by its cap, with nothing said and no tool called.
package struct ThoughtWatch: Sendable, Hashable {
    /// Whether something came for the client: then there is nothing to look for any more.
    package private(set) var hasSpoken = false

    package init() {}

    private struct Choice {
        var isObject = false
        var speaks = false
        /// Where the finish reason stands, if it is `length`.
        var length: Range<Int>?
        /// Where the content's value stands.
        var content: Range<Int>?
        /// Where the message's first member would stand.
        var start = 0
        var isEmpty = true
    }

    /// - Parameter data: of one event of a stream.
    /// - Returns: where the finish reason `length` stands, if the answer ends with it and nothing was said.
    package mutating func read(event data: UnsafeRawBufferPointer) -> Range<Int>? {
        guard !hasSpoken, let choice = Self.choice(data, "delta") else { return nil }
        hasSpoken = choice.speaks
        return hasSpoken ? nil : choice.length
    }

    /// - Parameters:
    ///   - answer: in one piece.
    ///   - text: what to say where nothing was said.
    /// - Returns: what has to change; nothing if the answer says something.
    package static func edits(_ answer: UnsafeRawBufferPointer, saying text: String) -> [BodyEdit] {
        guard let choice = choice(answer, "message"), choice.isObject, !choice.speaks, let length = choice.length else {
            return []
        }
        let content =
            choice.content.map { BodyEdit(range: $0, replacement: JSONText.quoted(text)) }
            ?? BodyEdit(
                range: choice.start..<choice.start,
                replacement: "\"content\":\(JSONText.quoted(text))\(choice.isEmpty ? "" : ",")")
        return [content, BodyEdit(range: length, replacement: #""stop""#)].sorted {
            $0.range.lowerBound < $1.range.lowerBound
        }
    }

    /// - Parameter name: of the member that carries the message, or a part of it.
    private static func choice(_ json: UnsafeRawBufferPointer, _ name: StaticString) -> Choice? {
        var choice = Choice()
        var scanner = JSONScanner(json)
        do {
            try scanner.object { (scanner, key) throws(JSONFault) in
                guard "choices" ~= key else {
                    try scanner.skipValue()
                    return
                }
                try scanner.objects { (scanner) throws(JSONFault) in
                    try scanner.object { (scanner, key) throws(JSONFault) in
                        if name ~= key, try scanner.kind() == .object {
                            try readMessage(&scanner, &choice)
                        } else if "finish_reason" ~= key, try scanner.kind() == .string {
                            let start = scanner.position
                            if try "length" ~= scanner.stringInPlace() { choice.length = start..<scanner.position }
                        } else {
                            try scanner.skipValue()
                        }
                    }
                }
            }
        } catch {
            return nil
        }
        return choice
    }

    private static func readMessage(_ scanner: inout JSONScanner, _ choice: inout Choice) throws(JSONFault) {
        choice.isObject = true
        choice.start = scanner.position + 1
        var content: Range<Int>?
        var speaks = choice.speaks
        let count = try scanner.object { (scanner, key) throws(JSONFault) in
            switch key {
            case "content":
                let (range, bytes) = try scanner.skipValue()
                content = range
                if bytes > 0 { speaks = true }
            case "tool_calls", "function_call", "refusal", "audio":
                let kind = try scanner.kind()
                let range = try scanner.skipValue().range
                if kind != .null, range.count > 2 { speaks = true }
            default: try scanner.skipValue()
            }
        }.count
        choice.content = content
        choice.speaks = speaks
        choice.isEmpty = count == 0
    }
}
