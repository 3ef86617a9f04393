/// An assistant's message that no model wrote, in the form of a dialect: well-formed, at its end, and for no tokens.
package struct AssistantMessage: Sendable, Hashable {
    package let text: String
    /// As the client named it.
    package let model: String
    package let id: String
    /// Seconds since 1970.
    package let created: Int64

    package init(_ text: String, model: String, id: String, created: Int64) {
        self.text = text
        self.model = model
        self.id = id
        self.created = created
    }

    private static let noTokens = #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#
    private static let noMessageTokens = #"{"input_tokens":0,"output_tokens":0}"#

    /// - Returns: the answer in one piece, as JSON.
    package func whole(_ dialect: ModelDialect) -> String {
        switch dialect {
        case .openAI:
            "{\(head("chat.completion")),\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\(quoted)},"
                + "\"finish_reason\":\"stop\"}],\"usage\":\(Self.noTokens)}"
        case .anthropic: message(content: "[{\"type\":\"text\",\"text\":\(quoted)}]", stopReason: #""end_turn""#)
        }
    }

    /// - Parameter asksForUsage: whether the client wants the extra chunk with the usage.
    /// - Returns: the answer as a stream of server-sent events.
    package func stream(_ dialect: ModelDialect, asksForUsage: Bool) -> String {
        switch dialect {
        case .openAI:
            let usage = asksForUsage ? ["{\(head("chat.completion.chunk")),\"choices\":[],\"usage\":\(Self.noTokens)}"] : []
            let events =
                [
                    chunk(delta: "{\"role\":\"assistant\",\"content\":\(quoted)}", finishReason: "null"),
                    chunk(delta: "{}", finishReason: #""stop""#),
                ] + usage + ["[DONE]"]
            return events.map { ServerSentEvent.encoded(data: $0) }.joined()
        case .anthropic:
            let delta = #"{"type":"text_delta","text":\#(quoted)}"#
            let end = #"{"stop_reason":"end_turn","stop_sequence":null}"#
            let events = [
                ("message_start", "\"message\":\(message(content: "[]", stopReason: "null"))"),
                ("content_block_start", #""index":0,"content_block":{"type":"text","text":""}"#),
                ("content_block_delta", "\"index\":0,\"delta\":\(delta)"),
                ("content_block_stop", #""index":0"#),
                ("message_delta", "\"delta\":\(end),\"usage\":\(Self.noMessageTokens)"),
                ("message_stop", ""),
            ]
            return events.map { name, members in
                let rest = members.isEmpty ? "" : ",\(members)"
                return ServerSentEvent.encoded(name: name, data: "{\"type\":\"\(name)\"\(rest)}")
            }.joined()
        }
    }

    /// - Returns: one event of a stream in OpenAI's form, with the text and without an end.
    package var part: String {
        ServerSentEvent.encoded(data: chunk(delta: "{\"content\":\(quoted)}", finishReason: "null"))
    }

    private var quoted: String { JSONText.quoted(text) }

    private func head(_ object: String) -> String {
        "\"id\":\(JSONText.quoted("chatcmpl-\(id)")),\"object\":\"\(object)\",\"created\":\(created),"
            + "\"model\":\(JSONText.quoted(model))"
    }

    private func chunk(delta: String, finishReason: String) -> String {
        "{\(head("chat.completion.chunk")),\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(finishReason)}]}"
    }

    private func message(content: String, stopReason: String) -> String {
        "{\"id\":\(JSONText.quoted("msg_\(id)")),\"type\":\"message\",\"role\":\"assistant\",\"model\":\(JSONText.quoted(model)),"
            + "\"content\":\(content),\"stop_reason\":\(stopReason),\"stop_sequence\":null,\"usage\":\(Self.noMessageTokens)}"
    }
}
