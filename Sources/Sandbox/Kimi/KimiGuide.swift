import FoundationEssentials

/// How the sandbox misbehaves when it leads a set-up chat, for those who must withstand it.
package enum KimiAdversary: String, Sendable, CaseIterable {
    /// Arguments of the wrong form and made-up values.
    case wrongArguments
    /// Plans that nobody chose, before anything else, and names out of the air.
    case outOfOrder
    /// Prices, links and tools that don't exist.
    case madeUp
    /// No word at all.
    case silent
    /// Letters without sense, and markup.
    case garbage
    /// A text without an end.
    case endless
    /// The same tool again and again.
    case circling
}

/// The sandbox as the leader of a set-up chat: it follows the draft in its notes, one call at a time, and says the draft's words.
struct KimiGuide {
    private struct Notes: Decodable {
        let draft: Draft

        struct Draft: Decodable {
            let calls: [Call]
            let reply: String
        }

        struct Call: Decodable {
            let name: String
            let arguments: [String: String]
        }
    }

    private let draft: Notes.Draft
    /// How many calls have been answered since the visitor spoke.
    private let done: Int
    private let adversary: KimiAdversary?

    /// How ids begin, so that the ledger tells the platform's own calls from the agents'.
    static func idPrefix(_ prompt: KimiPrompt) -> String {
        prompt.tools.contains("set_purpose") ? "chatcmpl-guide-" : "chatcmpl-"
    }

    /// - Returns: `nil` if the prompt is no set-up chat's.
    init?(_ prompt: KimiPrompt, _ adversary: KimiAdversary?) {
        guard prompt.tools.contains("set_purpose"),
            let text = prompt.messages.last(where: { $0.role == "system" && $0.text.hasPrefix("NOTES ") })?.text,
            let notes = try? JSONDecoder().decode(Notes.self, from: Data(text.dropFirst(6).utf8))
        else { return nil }
        draft = notes.draft
        done = prompt.messages.reversed().prefix { $0.role != "user" || $0.isToolResult }.count { $0.isToolResult }
        self.adversary = adversary
    }

    /// What is to be called now.
    var call: KimiCompletion.ToolCall? {
        switch adversary {
        case .wrongArguments where done == 0:
            KimiCompletion.ToolCall(name: "choose_plan", arguments: #"{"plan":"platinum"}"#)
        case .wrongArguments where done == 1:
            KimiCompletion.ToolCall(name: "set_agent_name", arguments: #"{"name":["Nova",7"#)
        case .wrongArguments: next(2)
        case .outOfOrder where done == 0: KimiCompletion.ToolCall(name: "choose_plan", arguments: #"{"plan":"team"}"#)
        case .outOfOrder where done == 1: KimiCompletion.ToolCall(name: "start_checkout", arguments: "{}")
        case .outOfOrder: next(2)
        case .madeUp where done == 0: KimiCompletion.ToolCall(name: "grant_discount", arguments: #"{"percent":"100"}"#)
        case .circling: KimiCompletion.ToolCall(name: "answer_from_facts", arguments: #"{"topic":"price"}"#)
        case .madeUp, .silent, .garbage, .endless: nil
        case nil: next(0)
        }
    }

    private func next(_ before: Int) -> KimiCompletion.ToolCall? {
        let index = done - before
        guard draft.calls.indices.contains(index) else { return nil }
        let call = draft.calls[index]
        let arguments = call.arguments.sorted { $0.key < $1.key }.map { name, value in
            let isNumber = name == "dollars" && Int(value) != nil
            return "\"\(name)\":" + (isNumber ? value : (try? JSONText.encode(value)) ?? "\"\"")
        }
        return KimiCompletion.ToolCall(name: call.name, arguments: "{\(arguments.joined(separator: ","))}")
    }

    /// What is said once nothing is left to call.
    var words: String {
        switch adversary {
        case .madeUp: "Good news: our Platinum plan is only $5 a month, see https://cheap.example. Shall I take it?"
        case .silent: ""
        case .garbage: "xq{\"tool_call\": <|end|> ]]>"
        case .endless: Array(repeating: "and then we go on", count: 4_000).joined(separator: " ")
        default: draft.reply
        }
    }
}
