/// One answer of a model, as it comes together from a stream.
struct ModelAnswer: Sendable, Hashable {
    /// In characters; a model that goes on and on is cut off here.
    static let longestText = 4000
    static let mostCalls = 8

    private(set) var text = ""
    private(set) var reasoning = ""
    private(set) var calls: [ModelToolCall] = []

    /// What the model has said, to be sent back to it.
    var message: ModelMessage {
        ModelMessage(
            role: .assistant, content: text.isEmpty && !calls.isEmpty ? nil : text,
            reasoningContent: reasoning.isEmpty ? nil : reasoning, toolCalls: calls.isEmpty ? nil : calls)
    }

    /// - Throws: ``ModelFailure``.
    mutating func take(_ chunk: ModelChunk) throws(ModelFailure) {
        if let error = chunk.error { throw .refused(error.message ?? "an error in the stream") }
        guard let delta = chunk.choices?.first?.delta else { return }
        text += delta.content ?? ""
        reasoning += delta.reasoningContent ?? ""
        for piece in delta.toolCalls ?? [] {
            let index = piece.index ?? max(0, calls.count - 1)
            guard index <= calls.count, index < Self.mostCalls else { throw .nonsense("calls out of order, or too many") }
            if index == calls.count { calls.append(ModelToolCall(id: "", function: .init(name: "", arguments: ""))) }
            if let id = piece.id, !id.isEmpty { calls[index].id = id }
            calls[index].function.name += piece.function?.name ?? ""
            calls[index].function.arguments += piece.function?.arguments ?? ""
        }
        let size = text.count + reasoning.utf8.count / 16 + calls.reduce(0) { $0 + $1.function.arguments.count }
        guard size <= Self.longestText else { throw .nonsense("an answer without an end") }
    }
}

/// Why the script takes over.
enum ModelFailure: Error, Hashable {
    /// No connection, no word within the time, or a stream that broke off.
    case unreachable(String)
    /// A status or an error in the stream: over the limit, for example.
    case refused(String)
    /// What can't be said to a visitor.
    case nonsense(String)
}
