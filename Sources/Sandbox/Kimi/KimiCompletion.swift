/// What the sandbox answers to a prompt.
struct KimiCompletion: Sendable {
    struct ToolCall: Sendable {
        let name: String
        /// JSON.
        let arguments: String
    }

    /// How the ids of calls end that were thought about: their thoughts must come back with them.
    static let thoughtful = ":thought"

    let reasoning: String?
    /// In the pieces that a stream sends.
    let pieces: [String]
    let toolCall: ToolCall?
    /// Whether the cap on tokens ended it.
    let isCut: Bool

    /// - Parameter adversary: how it misbehaves while leading a set-up chat; `nil`: it doesn't.
    init(_ prompt: KimiPrompt, _ directives: KimiDirectives, adversary: KimiAdversary? = nil) {
        if let tool = directives.tool, prompt.tools.contains(tool.name) {
            toolCall = ToolCall(name: tool.name, arguments: tool.arguments)
            (reasoning, pieces, isCut) = (nil, [], false)
            return
        }
        let guide = KimiGuide(prompt, adversary)
        if let call = guide?.call {
            toolCall = call
            (reasoning, pieces, isCut) = ("The visitor has said something that belongs into the set-up.", [], false)
            return
        }
        toolCall = nil
        reasoning = directives.reasons ? "The person asks for something; a short answer will do." : nil
        let text =
            directives.words.map { Array(repeating: "word", count: $0).joined(separator: " ") }
            ?? guide?.words ?? KimiAssistant(prompt).answer
        var left = prompt.maximumTokens ?? .max
        if let reasoning { left -= KimiTokens.count(reasoning) }
        var kept: [String] = []
        for piece in Self.words(text) {
            let cost = KimiTokens.count(piece)
            guard cost <= left else { break }
            left -= cost
            kept.append(piece)
        }
        pieces = kept
        isCut = kept.count < Self.words(text).count
    }

    var text: String { pieces.joined() }

    var tokens: Int { tokens(of: pieces.count) }

    /// What a stream that got as far as `count` pieces has produced.
    func tokens(of count: Int) -> Int {
        let spoken = pieces.prefix(count).reduce(0) { $0 + KimiTokens.count($1) }
        let thought = reasoning.map(KimiTokens.count) ?? 0
        let called = toolCall.map { KimiTokens.count($0.name + $0.arguments) } ?? 0
        return max(1, spoken + thought + called)
    }

    /// Words with the space before them.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        for character in text {
            if words.isEmpty || character == " " { words.append("") }
            words[words.count - 1].append(character)
        }
        return words
    }
}
