/// What a proxy must know of a request's body, and where it stands, so that everything else can stay as it is.
package struct ModelRequest: Sendable, Hashable {
    package let dialect: ModelDialect
    package let model: String
    /// Whether the answer is to come as server-sent events.
    package let streams: Bool
    /// Whether the client asked for the extra chunk that carries the usage (`stream_options.include_usage`).
    package let asksForUsage: Bool
    /// The smallest cap on the answer's tokens that the client set.
    package let completionCap: Int?
    /// Bytes of the body.
    package let size: Int
    /// An upper bound of the prompt's tokens: no tokenizer makes more tokens than bytes, and a picture counts by its size.
    /// `Int.max` with something that may be larger than its bytes, such as a video's address: then only the model's context
    /// bounds it.
    package let promptBound: Int
    /// Where the value of `messages` stands; `nil` also where the upstream adds more to them than a count of them would show.
    package let messages: Range<Int>?

    package let turn: ModelTurn

    let modelRange: Range<Int>
    let capRanges: [Range<Int>]
    let streamOptions: StreamOptions
    let effort: ReasoningEffort?
    /// Whether the client says itself, in Kimi's words, if the model is to think.
    let setsThinking: Bool
    /// The members that not every upstream gets.
    let unlisted: [MemberPlace]
    /// Where the closing brace stands.
    let end: Int

    enum StreamOptions: Sendable, Hashable {
        case absent
        /// `null`, or an object that has no member yet.
        case empty(Range<Int>)
        /// An object without `include_usage`; the position is that of its closing brace.
        case open(end: Int)
        /// The value of `include_usage`.
        case value(Range<Int>)
    }

    /// - Throws: ``ModelRequestFault``.
    package init(_ dialect: ModelDialect, body: UnsafeRawBufferPointer) throws(ModelRequestFault) {
        var members = Members(dialect: dialect)
        do throws(JSONFault) {
            var scanner = JSONScanner(body)
            guard try scanner.kind() == .object else { throw scanner.fault("the body is not a JSON object") }
            end =
                try scanner.object { (scanner, key) throws(JSONFault) in try members.read(key, from: &scanner) }.end
            try scanner.finish()
        } catch {
            throw .malformed(error.description)
        }
        if let fault = members.fault { throw fault }
        guard let model = members.model, let modelRange = members.modelRange else { throw .missingModel }
        self.dialect = dialect
        self.model = model
        self.modelRange = modelRange
        streams = members.streams
        asksForUsage = members.asksForUsage
        completionCap = members.caps.map(\.value).min()
        capRanges = members.caps.map(\.range)
        streamOptions = members.streamOptions
        effort = members.effort
        setsThinking = members.setsThinking
        unlisted = members.unlisted
        size = body.count
        promptBound = members.prompt.tokens(size: body.count)
        messages = members.prompt.addsUnseen ? nil : members.messages
        turn = members.prompt.turn.turn(in: body)
    }
}

/// Why a request's body can't be taken.
package enum ModelRequestFault: Error, Sendable, Hashable {
    /// Not JSON, not an object, or ambiguous; carries the reason and the place.
    case malformed(String)
    case missingModel
    /// A member has a value that it must not have; carries its name and what it must be.
    case invalid(String, mustBe: String)
}

/// The members that matter, as they are come across.
private struct Members {
    let dialect: ModelDialect
    var model: String?
    var modelRange: Range<Int>?
    var streams = false
    var asksForUsage = false
    var caps: [(value: Int, range: Range<Int>)] = []
    var streamOptions = ModelRequest.StreamOptions.absent
    var effort: ReasoningEffort?
    var setsThinking = false
    var messages: Range<Int>?
    var prompt: PromptBound
    var names = JSONNames()
    var unlisted: [MemberPlace] = []
    /// Where the last value that was read ends.
    private var previousEnd: Int?
    /// At the top level; real requests have a few dozen.
    private static let mostMembers = 256
    /// Bytes of a member's or a model's name, escapes included: what is longer isn't worth the work of unescaping it.
    private static let longestName = 1024
    /// The members that are looked at. A second one that differs in its case might count for the upstream.
    private static let guarded: [StaticString] = [
        "model", "stream", "max_tokens", "max_completion_tokens", "n", "stream_options", "messages", "tools",
        "mcp_servers", "web_search_options", "plugins", "reasoning_effort", "thinking",
    ]
    private static let guardedOptions: [StaticString] = ["include_usage"]
    /// The first value that must not be; reported only once the whole body has proved to be JSON.
    var fault: ModelRequestFault?

    init(dialect: ModelDialect) {
        self.dialect = dialect
        prompt = PromptBound(dialect)
    }

    mutating func read(_ key: JSONString, from scanner: inout JSONScanner) throws(JSONFault) {
        guard key.inside.count <= Self.longestName else { throw scanner.fault("a member's name is too long") }
        // Parsers disagree on which of two members of one name counts.
        guard names.insert(key) else { throw scanner.fault("a member stands there twice") }
        guard names.count <= Self.mostMembers else { throw scanner.fault("there are too many members") }
        try scanner.refuse(key, ifLike: Self.guarded)
        let start = scanner.start(of: key)
        if let last = unlisted.indices.last, unlisted[last].end == previousEnd { unlisted[last].nextStart = start }
        if effort?.place.end == previousEnd { effort?.place.nextStart = start }
        try readValue(of: key, from: &scanner)
        let place = MemberPlace(start: start, end: scanner.position, previousEnd: previousEnd)
        if !MemberRule.isListed(key) { unlisted.append(place) }
        if dialect == .openAI, "reasoning_effort" ~= key { effort?.place = place }
        previousEnd = scanner.position
    }

    private mutating func readValue(of key: JSONString, from scanner: inout JSONScanner) throws(JSONFault) {
        switch key {
        case "model": try readModel(&scanner)
        case "stream": streams = try flag("stream", &scanner).value
        case "max_tokens": try readCap("max_tokens", &scanner)
        case "max_completion_tokens" where dialect == .openAI: try readCap("max_completion_tokens", &scanner)
        case "n": try readChoices(&scanner)
        case "stream_options": try readStreamOptions(&scanner)
        case "reasoning_effort" where dialect == .openAI: effort = try ReasoningEffort(&scanner)
        case "thinking":
            setsThinking = true
            try scanner.skipValue()
        case "messages":
            _ = try scanner.kind()
            let start = scanner.position
            try prompt.readMessages(&scanner)
            messages = start..<scanner.position
        case "tools":
            try prompt.readTools(&scanner)
            fault = fault ?? prompt.fault
        // Anthropic's, OpenAI's and OpenRouter's ways to have the upstream call servers or search: nothing bounds what these bring.
        case "mcp_servers": try refuseUnlessEmpty("mcp_servers", &scanner)
        case "web_search_options": try refuseUnlessEmpty("web_search_options", &scanner)
        case "plugins": try refuseUnlessEmpty("plugins", &scanner)
        default: try scanner.skipValue()
        }
    }

    private mutating func refuseUnlessEmpty(_ key: String, _ scanner: inout JSONScanner) throws(JSONFault) {
        let kind = try scanner.kind()
        let range = try scanner.skipValue().range
        if kind != .null && !(kind == .array && range.count == 2) { refuse(key, mustBe: "null") }
    }

    private mutating func refuse(_ key: String, mustBe text: String) {
        fault = fault ?? .invalid(key, mustBe: text)
    }

    private mutating func readModel(_ scanner: inout JSONScanner) throws(JSONFault) {
        guard try scanner.kind() == .string else {
            refuse("model", mustBe: "a string")
            try scanner.skipValue()
            return
        }
        let start = scanner.position
        let name = try scanner.stringInPlace()
        guard name.inside.count <= Self.longestName else {
            refuse("model", mustBe: "a name of at most \(Self.longestName) bytes")
            return
        }
        model = name.text
        modelRange = start..<scanner.position
    }

    private mutating func flag(
        _ key: String, _ scanner: inout JSONScanner
    ) throws(JSONFault) -> (value: Bool, range: Range<Int>) {
        let kind = try scanner.kind()
        let range = try scanner.skipValue().range
        if kind != .true && kind != .false && kind != .null { refuse(key, mustBe: "true or false") }
        return (kind == .true, range)
    }

    private mutating func readCap(_ key: String, _ scanner: inout JSONScanner) throws(JSONFault) {
        let kind = try scanner.kind()
        let start = scanner.position
        let value = try scanner.count()
        if let value, value > 0 {
            caps.append((value, start..<scanner.position))
        } else if kind == .null {
            caps.append((Int.max, start..<scanner.position))
        } else {
            refuse(key, mustBe: "a whole number above zero")
        }
    }

    private mutating func readChoices(_ scanner: inout JSONScanner) throws(JSONFault) {
        let kind = try scanner.kind()
        // More than one choice multiplies the answer's tokens, and Kimi refuses it anyway.
        if try scanner.count() != 1 && kind != .null { refuse("n", mustBe: "1") }
    }

    private mutating func readStreamOptions(_ scanner: inout JSONScanner) throws(JSONFault) {
        let kind = try scanner.kind()
        let start = scanner.position
        guard kind == .object else {
            let range = try scanner.skipValue().range
            if kind == .null { streamOptions = .empty(range) } else { refuse("stream_options", mustBe: "an object") }
            return
        }
        var value: Range<Int>?
        let (end, count) = try scanner.object { (scanner, key) throws(JSONFault) in
            try scanner.refuse(key, ifLike: Self.guardedOptions)
            guard "include_usage" ~= key else {
                try scanner.skipValue()
                return
            }
            if value != nil { throw scanner.fault("a member stands there twice") }
            let found = try flag("stream_options.include_usage", &scanner)
            asksForUsage = found.value
            value = found.range
        }
        streamOptions = value.map { .value($0) } ?? (count == 0 ? .empty(start..<scanner.position) : .open(end: end))
    }
}
