/// Reads the tokens that an answer reports, from wherever it reports them.
///
/// OpenAI's form has three places: `usage` of the last chunk, `choices[0].usage`, or an extra chunk without choices.
/// Anthropic's has two events, `message_start` and `message_delta`. Figures grow while an answer does, so the largest one seen
/// of each field counts; nothing is ever added up. A field that says nothing of what is there, such as no tokens for a text,
/// counts as if it weren't told.
package struct UsageMeter: Sendable, Hashable {
    /// What one part of an answer turned out to be.
    package struct Part: Sendable, Hashable {
        /// An extra chunk that carries nothing but the usage.
        package var isUsageOnly = false
        /// Nothing follows: `[DONE]`, or `message_stop`.
        package var isEnd = false
        /// The upstream gave up in the middle.
        package var isError = false
        /// No JSON object.
        package var isUnreadable = false
    }

    private let dialect: ModelDialect
    private var prompt: Int?
    private var cacheRead: Int?
    private var cacheWritten: Int?
    private var completion: Int?
    /// Of the answer's tokens those that were thought, where they are told apart.
    private var reasoning: Int?
    private var total: Int?
    /// What `message_start` told of the answer: a beginning.
    private var completionAtStart = 0
    /// Bytes of the answer's texts: no tokenizer makes more tokens than bytes.
    package private(set) var producedBytes = 0
    /// Whether anything has come at all.
    package private(set) var hasOutput = false
    /// Whether the model has said why it stopped, or the upstream that nothing follows.
    private var hasStopped = false
    /// Whether the usage has come in a chunk of its own, and no text since then.
    private var hasClosingUsage = false

    package init(_ dialect: ModelDialect) {
        self.dialect = dialect
    }

    /// Tokens of the prompt, those from the cache included.
    package var input: Int? {
        guard let told = toldInput, told > 0 else {
            return total.flatMap { total in toldOutput.flatMap { total > $0 ? total - $0 : nil } }
        }
        return told
    }

    private var toldInput: Int? {
        switch dialect {
        case .openAI: prompt
        case .anthropic: prompt.map { $0 + (cacheRead ?? 0) + (cacheWritten ?? 0) }
        }
    }

    package var cached: Int { min(cacheRead ?? 0, input ?? 0) }

    /// Tokens of the answer, thoughts included: some upstreams count these in the total alone, or beside the answer.
    package var output: Int? {
        var output = toldOutput
        if let total, let toldInput, toldInput > 0 { output = max(output ?? 0, total - toldInput) }
        return output == 0 && producedBytes > 0 ? nil : output
    }

    private var toldOutput: Int? {
        guard let completion else { return nil }
        // A part is never more than the whole, so these stand beside each other.
        let thought = reasoning.map { $0 > completion ? $0 : 0 } ?? 0
        return max(completion + thought, completionAtStart)
    }

    /// Whether the answer has come to its end, whatever may be missing behind that.
    package var hasFinished: Bool { hasStopped || hasClosingUsage }

    /// Whether the figures are those of the whole answer.
    package var isFinal: Bool { hasFinished && input != nil && output != nil }

    /// Reads an answer that came in one piece.
    package mutating func read(answer: UnsafeRawBufferPointer) {
        _ = read(answer)
        hasStopped = true
    }

    /// Reads the data of one event of a stream.
    package mutating func read(event data: UnsafeRawBufferPointer) -> Part {
        if data.isEmpty { return Part() }
        if data.count == 6, data.elementsEqual("[DONE]".utf8) {
            hasStopped = true
            return Part(isEnd: true)
        }
        return read(data)
    }

    private mutating func read(_ json: UnsafeRawBufferPointer) -> Part {
        var next = self
        var part = Part()
        do {
            var scanner = JSONScanner(json)
            try next.readTop(&scanner, &part)
            next.hasOutput = next.hasOutput || !part.isError
            self = next
        } catch {
            // Not ours to repair: it is passed on, and every byte of it counts as produced.
            producedBytes += json.count
            hasOutput = true
            part.isUnreadable = true
        }
        return part
    }

    private mutating func readTop(_ scanner: inout JSONScanner, _ part: inout Part) throws(JSONFault) {
        var hasUsage = false
        var choices = 0
        let bytesBefore = producedBytes
        try scanner.object { (scanner, key) throws(JSONFault) in
            switch key {
            case "usage": hasUsage = try readUsage(&scanner)
            case "choices": choices = try readChoices(&scanner)
            case "error": part.isError = try scanner.skipError()
            case "message" where dialect == .anthropic: try readMessage(&scanner)
            case "delta" where dialect == .anthropic: try readDelta(&scanner)
            case "delta", "content_block", "content": producedBytes += try scanner.skipValue().textBytes
            case "type" where dialect == .anthropic:
                let type = try scanner.stringInPlace()
                part.isEnd = "message_stop" ~= type
                if "error" ~= type { part.isError = true }
            default: try scanner.skipValue()
            }
        }
        if part.isEnd { hasStopped = true }
        part.isUsageOnly = dialect == .openAI && choices == 0 && hasUsage
        if part.isUsageOnly { hasClosingUsage = true } else if producedBytes > bytesBefore { hasClosingUsage = false }
    }

    /// - Returns: how many choices there are.
    private mutating func readChoices(_ scanner: inout JSONScanner) throws(JSONFault) -> Int {
        try scanner.objects { (scanner) throws(JSONFault) in
            try scanner.object { (scanner, key) throws(JSONFault) in
                switch key {
                case "usage": _ = try readUsage(&scanner)
                case "delta", "message": producedBytes += try scanner.skipValue().textBytes
                case "finish_reason":
                    if try scanner.kind() == .string { hasStopped = true }
                    try scanner.skipValue()
                default: try scanner.skipValue()
                }
            }
        }
    }

    /// Reads the change that an event of Anthropic's brings: text, or in `message_delta` why the answer stopped.
    private mutating func readDelta(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try scanner.kind() == .object else {
            producedBytes += try scanner.skipValue().textBytes
            return
        }
        try scanner.object { (scanner, key) throws(JSONFault) in
            if "stop_reason" ~= key, try scanner.kind() == .string { hasStopped = true }
            producedBytes += try scanner.skipValue().textBytes
        }
    }

    /// Reads what `message_start` tells of the prompt. Its figure of the output is that of the beginning, often 1: should
    /// `message_delta` bring none, then nobody has told the whole.
    private mutating func readMessage(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try scanner.kind() == .object else {
            try scanner.skipValue()
            return
        }
        let completionBefore = completion
        completion = nil
        try scanner.object { (scanner, key) throws(JSONFault) in
            if "usage" ~= key { _ = try readUsage(&scanner) } else { try scanner.skipValue() }
        }
        completionAtStart = max(completionAtStart, completion ?? 0)
        completion = completionBefore
    }

    /// Passes over a figure.
    /// - Parameter known: becomes the figure, if that is larger. One that no call can have is none: it would only break what it
    ///   is added to.
    private static func raise(_ known: inout Int?, _ scanner: inout JSONScanner) throws(JSONFault) {
        guard let count = try scanner.count(), count <= 100_000_000 else { return }
        known = max(known ?? 0, count)
    }

    /// - Returns: whether there is a usage.
    private mutating func readUsage(_ scanner: inout JSONScanner) throws(JSONFault) -> Bool {
        guard try scanner.kind() == .object else {
            try scanner.skipValue()
            return false
        }
        try scanner.object { (scanner, key) throws(JSONFault) in
            switch key {
            case "prompt_tokens", "input_tokens": try Self.raise(&prompt, &scanner)
            case "completion_tokens", "output_tokens": try Self.raise(&completion, &scanner)
            case "total_tokens": try Self.raise(&total, &scanner)
            case "cached_tokens", "cache_read_input_tokens": try Self.raise(&cacheRead, &scanner)
            case "cache_creation_input_tokens": try Self.raise(&cacheWritten, &scanner)
            case "reasoning_tokens": try Self.raise(&reasoning, &scanner)
            case "prompt_tokens_details", "input_tokens_details":
                try Self.readDetails("cached_tokens", &cacheRead, &scanner)
            case "completion_tokens_details", "output_tokens_details":
                try Self.readDetails("reasoning_tokens", &reasoning, &scanner)
            default: try scanner.skipValue()
            }
        }
        return true
    }

    private static func readDetails(
        _ name: StaticString, _ known: inout Int?, _ scanner: inout JSONScanner
    ) throws(JSONFault) {
        guard try scanner.kind() == .object else {
            try scanner.skipValue()
            return
        }
        try scanner.object { (scanner, key) throws(JSONFault) in
            if name ~= key { try Self.raise(&known, &scanner) } else { try scanner.skipValue() }
        }
    }
}
