import FoundationEssentials
import HTTPTypes

/// What the last message asks of the sandbox, in brackets, so that any client can cause what is rare at the real Kimi:
///
/// - `[sandbox error=429 rate_limit_reached_error]`, and any other status and type; 504 is an HTML page
/// - `[sandbox usage=finish]`, `usage=choice`, `usage=extra` (or several, with `+`): where a stream tells its usage
/// - `[sandbox tool=NAME {"json": "arguments"}]`: calls that tool, if the request offers it
/// - `[sandbox loop=NAME {"json": "arguments"}]`: the same, and again after each of its answers, without end; `{n}` in the
///   arguments is how often it was called before
/// - `[sandbox reasoning]`: thinks aloud first
/// - `[sandbox words=500]`: answers that many words
/// - `[sandbox hang]`: never answers; `[sandbox cut]`: breaks a stream off in the middle
struct KimiDirectives: Sendable {
    struct UsagePlaces: OptionSet, Sendable {
        let rawValue: Int
        /// Top-level `usage` on the chunk that carries the finish reason.
        static let finish = UsagePlaces(rawValue: 1)
        /// `choices[0].usage` on that chunk.
        static let choice = UsagePlaces(rawValue: 2)
        /// A chunk of its own, with no choices, behind the last one.
        static let extra = UsagePlaces(rawValue: 4)

        /// What Kimi documents: in the last choice, and in an extra chunk for those who asked for it.
        static func documented(for prompt: KimiPrompt) -> UsagePlaces {
            prompt.asksForUsage ? [.choice, .extra] : [.choice]
        }
    }

    private(set) var fault: KimiFault?
    private(set) var usagePlaces: UsagePlaces?
    private(set) var tool: (name: String, arguments: String)?
    /// Called again and again.
    private(set) var loop: (name: String, arguments: String)?
    private(set) var reasons = false
    private(set) var words: Int?
    private(set) var hangs = false
    private(set) var cuts = false

    /// - Parameter prompt: whose last message asks, if nobody has spoken since; a loop goes on though tools have.
    init(_ prompt: KimiPrompt) {
        self.init(prompt.lastText)
        if loop == nil, prompt.toolResult != nil { loop = KimiDirectives(prompt.personTexts.last ?? "").loop }
        guard let loop else { return }
        let calls = prompt.messages.count { $0.isToolResult }
        tool = (loop.name, loop.arguments.replacing("{n}", with: String(calls)))
    }

    init(_ text: String) {
        var rest = text[...]
        while let start = rest.firstRange(of: "[sandbox ") {
            // Tool arguments may hold brackets of their own, so a directive ends with the last one of its line.
            let line = rest[start.upperBound...].prefix { $0 != "\n" }
            let isTool = line.hasPrefix("tool=") || line.hasPrefix("loop=")
            guard let end = isTool ? line.lastIndex(of: "]") : line.firstIndex(of: "]") else { return }
            read(String(line[..<end]))
            rest = rest[end...]
        }
    }

    private mutating func read(_ directive: String) {
        let parts = directive.split(separator: " ", maxSplits: 1).map(String.init)
        let pair = parts[0].split(separator: "=", maxSplits: 1).map(String.init)
        let value = pair.count > 1 ? pair[1] : ""
        switch pair[0] {
        case "error":
            let status = Int(value) ?? 500
            fault = KimiFault(
                status: .init(code: status), type: parts.count > 1 ? parts[1] : "server_error",
                message: "The sandbox was asked for this error.", retryAfter: status == 429 ? 1 : nil, isPage: status == 504)
        case "usage":
            let places: [String: UsagePlaces] = ["finish": .finish, "choice": .choice, "extra": .extra]
            usagePlaces = value.split(separator: "+").reduce(into: []) { $0.formUnion(places[String($1)] ?? []) }
        case "tool": tool = (value, parts.count > 1 ? parts[1] : "{}")
        case "loop": loop = (value, parts.count > 1 ? parts[1] : "{}")
        case "reasoning": reasons = true
        case "words": words = Int(value).map { min(max($0, 1), 100_000) }
        case "hang": hangs = true
        case "cut": cuts = true
        default: break
        }
    }
}
