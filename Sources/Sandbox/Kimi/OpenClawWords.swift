/// Finds a person's words among those that OpenClaw puts around them: the time, what it knows of the conversation, and how
/// it runs (seen with 2026.9.4).
enum OpenClawWords {
    private static let contextStart = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>"
    private static let information = "Conversation info: ⟦openclaw:ctx⟧"
    private static let fence = "```"
    private static let runtime = "\n\nRuntime: agent="

    /// - Parameter text: of a message in the role `user`.
    /// - Returns: `nil` if no person has said anything in it; the text as it is, if OpenClaw hasn't put anything around it.
    static func person(in text: String) -> String? {
        var rest = text[...]
        if rest.hasPrefix(contextStart) { return nil }
        if let start = rest.firstRange(of: information) {
            rest = rest[start.upperBound...]
            if let open = rest.firstRange(of: fence), let close = rest[open.upperBound...].firstRange(of: fence) {
                rest = rest[close.upperBound...]
            }
        } else if rest.hasPrefix("["), let end = rest.firstRange(of: " UTC] ") {
            rest = rest[end.upperBound...]
        }
        if let end = rest.ranges(of: runtime).last { rest = rest[..<end.lowerBound] }
        return String(rest).trimmed
    }
}
