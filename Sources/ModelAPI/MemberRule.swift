/// Which members of a request an upstream gets.
package enum MemberRule: Sendable, Hashable {
    /// All that the client sent. Kimi has no member that changes a call's model or price.
    case all
    /// Those in the list: what it leaves out may name another model, change what a token costs, or have several answers made, as
    /// `models`, `service_tier`, `best_of`, `speed` and `container` do at one server or another.
    case listed

    static func isListed(_ member: JSONString) -> Bool {
        switch member {
        // What is read or set here; `plugins` and its like only ever empty.
        case "model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n", "mcp_servers",
            "web_search_options", "plugins":
            true
        case "system", "tools", "tool_choice", "functions", "function_call", "parallel_tool_calls", "response_format",
            "output_config", "output_format":
            true
        case "temperature", "top_p", "top_k", "min_p", "seed", "stop", "stop_sequences", "presence_penalty",
            "frequency_penalty", "repetition_penalty", "logit_bias", "logprobs", "top_logprobs":
            true
        case "reasoning_effort", "reasoning", "thinking", "enable_thinking", "verbosity": true
        case "user", "metadata", "safety_identifier", "prompt_cache_key": true
        default: false
        }
    }

    /// The features of the header `anthropic-beta` that cost nothing by themselves; `context-1m-…` and `fast-mode-…` do.
    private static let betas = [
        "fine-grained-tool-streaming-", "interleaved-thinking-", "prompt-caching-", "token-efficient-tools-",
        "structured-outputs-",
    ]

    /// - Parameter header: of `anthropic-beta`.
    /// - Returns: what of it may go on; `nil` for nothing.
    package func betas(_ header: String) -> String? {
        if self == .all { return header }
        let listed = header.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }
            .filter { beta in Self.betas.contains { beta.hasPrefix($0) } }
        return listed.isEmpty ? nil : listed.joined(separator: ",")
    }
}

/// Where a member stands in an object: from its name to the end of its value, and its neighbours, which tell whose comma is
/// whose.
struct MemberPlace: Sendable, Hashable {
    let start: Int
    let end: Int
    /// `nil` for the first one.
    let previousEnd: Int?
    /// `nil` for the last one.
    var nextStart: Int?

    /// - Parameter places: of some members of an object, in order of place.
    /// - Returns: what to take out, so that the object is whole without them.
    static func removals(_ places: [MemberPlace]) -> [BodyEdit] {
        var edits: [BodyEdit] = []
        var first = 0
        while first < places.count {
            var last = first
            while last + 1 < places.count, places[last + 1].previousEnd == places[last].end { last += 1 }
            let end = places[last].end
            let range =
                places[first].previousEnd.map { $0..<end } ?? places[first].start..<(places[last].nextStart ?? end)
            edits.append(BodyEdit(range: range, replacement: ""))
            first = last + 1
        }
        return edits
    }
}
