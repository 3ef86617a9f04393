/// Reads the tokens that an answer reports, from wherever it reports them.
///
/// OpenAI's form has three places: `usage` of the last chunk, `choices[0].usage`, or an extra chunk without choices.
/// Anthropic's has two events, `message_start` and `message_delta`. The last figure seen of each field counts; nothing is
/// ever added up.
package struct UsageMeter: Sendable, Hashable {
    /// What one part of an answer turned out to be.
    package struct Part: Sendable, Hashable {
        /// An extra chunk that carries nothing but the usage.
        package var isUsageOnly = false
        /// Nothing follows: `[DONE]`, or `message_stop`.
        package var isEnd = false
        /// The upstream gave up in the middle.
        package var isError = false
    }

    private let dialect: ModelDialect
    private var prompt: Int?
    private var cacheRead: Int?
    private var cacheWritten: Int?
    private var total: Int?
    /// Tokens of the answer, as last reported.
    package private(set) var output: Int?
    /// Bytes of the answer's texts: no tokenizer makes more tokens than bytes.
    package private(set) var producedBytes = 0
    /// Whether anything has come at all.
    package private(set) var hasOutput = false
    private var hasFinished = false

    package init(_ dialect: ModelDialect) {
        self.dialect = dialect
    }

    /// Tokens of the prompt, those from the cache included.
    package var input: Int? {
        switch dialect {
        case .openAI: prompt ?? total.flatMap { total in output.map { max(0, total - $0) } }
        case .anthropic: prompt.map { $0 + (cacheRead ?? 0) + (cacheWritten ?? 0) }
        }
    }

    package var cached: Int { min(cacheRead ?? 0, input ?? 0) }

    /// Whether the figures are those of the whole answer.
    package var isFinal: Bool { hasFinished && input != nil && output != nil }

    /// Reads an answer that came in one piece.
    package mutating func read(answer: UnsafeRawBufferPointer) {
        _ = read(answer)
        hasFinished = true
    }

    /// Reads the data of one event of a stream.
    package mutating func read(event data: UnsafeRawBufferPointer) -> Part {
        if data.isEmpty { return Part() }
        if data.count == 6, data.elementsEqual("[DONE]".utf8) {
            hasFinished = true
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
        }
        return part
    }

    private mutating func readTop(_ scanner: inout JSONScanner, _ part: inout Part) throws(JSONFault) {
        var hasUsage = false
        var hasNoChoices = false
        try scanner.object { (scanner, key) throws(JSONFault) in
            switch key {
            case "usage": hasUsage = try readUsage(&scanner)
            case "choices": hasNoChoices = try readChoices(&scanner) == 0
            case "error":
                part.isError = try scanner.kind() != .null
                try scanner.skipValue()
            case "message" where dialect == .anthropic: try readMessage(&scanner)
            case "delta", "content_block", "content": producedBytes += try scanner.skipValue().textBytes
            case "type" where dialect == .anthropic:
                let type = try scanner.stringInPlace()
                part.isEnd = "message_stop" ~= type
                if "error" ~= type { part.isError = true }
                if "message_delta" ~= type { hasFinished = true }
            default: try scanner.skipValue()
            }
        }
        part.isUsageOnly = dialect == .openAI && hasNoChoices && hasUsage
        if part.isUsageOnly { hasFinished = true }
    }

    /// - Returns: how many choices there are.
    private mutating func readChoices(_ scanner: inout JSONScanner) throws(JSONFault) -> Int {
        try scanner.objects { (scanner) throws(JSONFault) in
            try scanner.object { (scanner, key) throws(JSONFault) in
                switch key {
                case "usage": _ = try readUsage(&scanner)
                case "delta", "message": producedBytes += try scanner.skipValue().textBytes
                case "finish_reason":
                    if try scanner.kind() == .string { hasFinished = true }
                    try scanner.skipValue()
                default: try scanner.skipValue()
                }
            }
        }
    }

    /// Reads what `message_start` tells of the prompt. Its figure of the output is that of the beginning, often 1: should
    /// `message_delta` bring none, then nobody has told the whole.
    private mutating func readMessage(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try scanner.kind() == .object else {
            try scanner.skipValue()
            return
        }
        let outputBefore = output
        try scanner.object { (scanner, key) throws(JSONFault) in
            if "usage" ~= key { _ = try readUsage(&scanner) } else { try scanner.skipValue() }
        }
        output = outputBefore
    }

    /// Figures that no call can have are none: they would only break what they are added to.
    private static func tokens(_ scanner: inout JSONScanner) throws(JSONFault) -> Int? {
        guard let count = try scanner.count(), count <= 100_000_000 else { return nil }
        return count
    }

    /// - Returns: whether there is a usage.
    private mutating func readUsage(_ scanner: inout JSONScanner) throws(JSONFault) -> Bool {
        guard try scanner.kind() == .object else {
            try scanner.skipValue()
            return false
        }
        try scanner.object { (scanner, key) throws(JSONFault) in
            switch key {
            case "prompt_tokens", "input_tokens": prompt = try Self.tokens(&scanner) ?? prompt
            case "completion_tokens", "output_tokens": output = try Self.tokens(&scanner) ?? output
            case "total_tokens": total = try Self.tokens(&scanner) ?? total
            case "cached_tokens", "cache_read_input_tokens": cacheRead = try Self.tokens(&scanner) ?? cacheRead
            case "cache_creation_input_tokens": cacheWritten = try Self.tokens(&scanner) ?? cacheWritten
            case "prompt_tokens_details" where try scanner.kind() == .object:
                try scanner.object { (scanner, key) throws(JSONFault) in
                    if "cached_tokens" ~= key {
                        cacheRead = try Self.tokens(&scanner) ?? cacheRead
                    } else {
                        try scanner.skipValue()
                    }
                }
            default: try scanner.skipValue()
            }
        }
        return true
    }
}
