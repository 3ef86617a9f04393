/// Which step of a conversation a request asks for, by the shape of its messages.
package struct ModelTurn: Sendable, Hashable {
    /// What began the turn.
    package enum Beginning: Sendable, Hashable {
        case person
        /// OpenClaw has it go on after a restart.
        case resumed
        /// OpenClaw itself, such as to sum up what was said.
        case program
    }

    package let beginning: Beginning
    /// Whether tools have answered since.
    package let isToolStep: Bool
    /// Where in the body the text stands that began it; `nil` if there is none.
    package let text: Range<Int>?
}

/// Finds out who has the word, as the messages are passed over. What OpenClaw puts around a person's words was seen with
/// 2026.9.4 and 2026.9.6.
struct TurnReader {
    enum Role {
        case system, user, assistant, tool, other
    }

    private var isOpenClaws = false
    private var isForSummary = false
    private var beginning: UnsafeRawBufferPointer?
    private var isToolStep = false

    private static let contextStart: StaticString = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>"
    private static let inOpenClaw: StaticString = "running inside OpenClaw"
    private static let summarizer: StaticString = "You are a context summarization assistant"
    private static let person: StaticString = "Conversation info: "
    private static let resumption: StaticString = "[System] Your previous turn was interrupted"
    /// Bytes at either end of a text that are looked at.
    private static let window = 2048

    /// - Parameters:
    ///   - text: the message's first one; `nil` if it has none.
    ///   - hasToolResult: whether it brings what a tool has answered, as a part of its content.
    mutating func add(_ role: Role, _ text: UnsafeRawBufferPointer?, hasToolResult: Bool) {
        switch role {
        case .system:
            guard let start = text?.prefix(Self.window) else { return }
            if Self.contains(start, Self.inOpenClaw) { isOpenClaws = true }
            if Self.contains(start.prefix(256), Self.summarizer) { isForSummary = true }
        case .tool: isToolStep = true
        case .user where hasToolResult: isToolStep = true
        case .user:
            if let text, Self.contains(text.prefix(64), Self.contextStart) { return }
            beginning = text
            isToolStep = false
        case .assistant, .other: break
        }
    }

    /// - Parameter body: that the texts stand in.
    func turn(in body: UnsafeRawBufferPointer) -> ModelTurn {
        var range: Range<Int>?
        if let start = beginning?.baseAddress, let count = beginning?.count, let base = body.baseAddress {
            range = (start - base)..<(start - base + count)
        }
        return ModelTurn(beginning: kind, isToolStep: isToolStep, text: range)
    }

    private var kind: ModelTurn.Beginning {
        if isForSummary { return .program }
        guard isOpenClaws else { return .person }
        guard let beginning else { return .program }
        if Self.contains(beginning.suffix(Self.window), Self.resumption) { return .resumed }
        return Self.contains(beginning.prefix(Self.window), Self.person) ? .person : .program
    }

    private static func contains(_ text: Slice<UnsafeRawBufferPointer>, _ words: StaticString) -> Bool {
        let text = UnsafeRawBufferPointer(rebasing: text)
        let count = words.utf8CodeUnitCount
        guard text.count >= count else { return false }
        let first = words.utf8Start[0]
        for start in 0...(text.count - count) where text[start] == first {
            var length = 1
            while length < count, text[start + length] == words.utf8Start[length] { length += 1 }
            if length == count { return true }
        }
        return false
    }
}
