/// Bytes to put in the place of others; an empty range inserts.
package struct BodyEdit: Sendable, Hashable {
    package let range: Range<Int>
    package let replacement: String
}

extension ModelRequest {
    /// What has to change in the body before it goes upstream, in order of place; all other bytes stay as they are.
    /// - Parameters:
    ///   - quotedModel: the upstream's name of the model, as a JSON string.
    ///   - completionCap: replaces the client's cap, or is added where it set none.
    ///   - members: which of the client's members the upstream gets.
    ///   - thinking: if the upstream's model is told in another way how long to think.
    package func edits(
        quotedModel: String, completionCap: Int, members: MemberRule = .all, thinking: ThinkingSwitch? = nil
    ) -> [BodyEdit] {
        var edits: [BodyEdit] = []
        edits.reserveCapacity(4)
        edits.append(BodyEdit(range: modelRange, replacement: quotedModel))
        let cap = String(completionCap)
        var additions = ""
        for range in capRanges { edits.append(BodyEdit(range: range, replacement: cap)) }
        if capRanges.isEmpty {
            additions += (dialect == .openAI ? ",\"max_completion_tokens\":" : ",\"max_tokens\":") + cap
        }
        if dialect == .openAI, streams, !asksForUsage {
            switch streamOptions {
            case .absent: additions += ",\"stream_options\":{\"include_usage\":true}"
            case .empty(let range): edits.append(BodyEdit(range: range, replacement: "{\"include_usage\":true}"))
            case .open(let end): edits.append(BodyEdit(range: end..<end, replacement: ",\"include_usage\":true"))
            case .value(let range): edits.append(BodyEdit(range: range, replacement: "true"))
            }
        }
        var removed = members == .listed ? unlisted : []
        if let thinking {
            if let effort { removed.append(effort.place) }
            if !setsThinking, let thinks = effort?.thinks ?? thinking.byDefault {
                additions += ",\"thinking\":{\"type\":\"\(thinks ? "enabled" : "disabled")\"}"
            }
        }
        if !removed.isEmpty { edits += MemberPlace.removals(removed.sorted { $0.start < $1.start }) }
        if edits.count > 1 { edits.sort { $0.range.lowerBound < $1.range.lowerBound } }
        if !additions.isEmpty { edits.append(BodyEdit(range: end..<end, replacement: additions)) }
        return edits
    }
}
