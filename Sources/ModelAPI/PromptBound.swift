/// Reads what the messages and the tools add to a prompt beyond their bytes.
struct PromptBound {
    private let dialect: ModelDialect
    /// All pictures. Further tokens that the body's bytes don't show count here, too.
    private var extra = PictureBound.nothing
    /// Whether something is named that may be larger than its name: then only the model's context bounds it.
    private var fetchesMore = false
    /// Whether the upstream adds something that a count of the messages doesn't show.
    private(set) var addsUnseen = false
    /// Who has the word.
    private(set) var turn = TurnReader()
    /// The first tool that can't be had.
    private(set) var fault: ModelRequestFault?

    /// The members that are looked at.
    private static let names: [StaticString] = ["role", "content", "type", "image_url", "source", "url", "data"]

    init(_ dialect: ModelDialect) {
        self.dialect = dialect
    }

    /// - Parameter size: bytes of the body.
    /// - Returns: an upper bound in tokens; `Int.max` if there is none but the model's context.
    func tokens(size: Int) -> Int {
        fetchesMore || addsUnseen ? .max : size - extra.bytes + extra.tokens
    }

    // MARK: Messages

    /// Passes over the messages, and looks at their roles and the parts of their contents.
    mutating func readMessages(_ scanner: inout JSONScanner) throws(JSONFault) {
        try scanner.objects { (scanner) throws(JSONFault) in
            var content = Content()
            var role = TurnReader.Role.other
            try scanner.object { (scanner, key) throws(JSONFault) in
                try scanner.refuse(key, ifLike: Self.names)
                switch key {
                case "content" where try scanner.kind() == .string: content.text = try scanner.stringInPlace().inside
                case "content": try readContent(&scanner, &content)
                case "role" where try scanner.kind() == .string:
                    role = Self.role(try scanner.stringInPlace())
                    // Kimi's `cache`, for one, stands for text that was sent before.
                    if role == .other { addsUnseen = true }
                default: try scanner.skipValue()
                }
            }
            turn.add(role, content.text, hasToolResult: content.hasToolResult)
        }
    }

    private static func role(_ name: JSONString) -> TurnReader.Role {
        switch name {
        case "user": .user
        case "assistant": .assistant
        case "tool", "function": .tool
        case "system", "developer": .system
        default: .other
        }
    }

    /// What a message's parts show.
    private struct Content {
        var text: UnsafeRawBufferPointer?
        var hasToolResult = false
    }

    /// Counts pictures: parts of the type `image_url` in OpenAI's form, `image` in Anthropic's, there also in a tool's result.
    /// Anywhere else the same members are text.
    private mutating func readContent(_ scanner: inout JSONScanner, _ content: inout Content) throws(JSONFault) {
        try scanner.objects { (scanner) throws(JSONFault) in
            var isPicture = false
            var picture: PictureBound?
            try scanner.object { (scanner, key) throws(JSONFault) in
                try scanner.refuse(key, ifLike: Self.names)
                switch key {
                case "type" where try scanner.kind() == .string:
                    switch try scanner.stringInPlace() {
                    case "image_url", "image": isPicture = true
                    case "tool_result": content.hasToolResult = true
                    // Parts that name something larger than themselves.
                    case "video_url", "document", "file", "input_file": fetchesMore = true
                    default: break
                    }
                case "image_url", "source":
                    var sum = picture ?? .nothing
                    sum.add(try Self.readPicture(&scanner))
                    picture = sum
                case "text" where try scanner.kind() == .string:
                    let text = try scanner.stringInPlace().inside
                    if content.text == nil { content.text = text }
                case "content":
                    var inner = Content()
                    try readContent(&scanner, &inner)
                default: try scanner.skipValue()
                }
            }
            if isPicture { extra.add(picture ?? .elsewhere) }
        }
    }

    /// Passes over a picture: an address, or an object that has one or the picture's base64.
    private static func readPicture(_ scanner: inout JSONScanner) throws(JSONFault) -> PictureBound {
        switch try scanner.kind() {
        case .string: return PictureBound(url: try scanner.stringInPlace().inside)
        case .object:
            var picture: PictureBound?
            try scanner.object { (scanner, key) throws(JSONFault) in
                try scanner.refuse(key, ifLike: names)
                var sum = picture ?? .nothing
                switch key {
                case "url" where try scanner.kind() == .string:
                    sum.add(PictureBound(url: try scanner.stringInPlace().inside))
                    picture = sum
                case "data" where try scanner.kind() == .string:
                    sum.add(PictureBound(base64: try scanner.stringInPlace().inside))
                    picture = sum
                default: try scanner.skipValue()
                }
            }
            return picture ?? .elsewhere
        default:
            try scanner.skipValue()
            return .elsewhere
        }
    }

    // MARK: Tools

    /// What a tool that Anthropic describes itself adds to the prompt is 245 to 735 tokens, and up to 499 for them all
    /// (https://platform.claude.com/docs/en/about-claude/pricing#tool-use-pricing).
    private static let tokensOfAKnownTool = 2048

    /// Passes over the tools, and looks at their types.
    mutating func readTools(_ scanner: inout JSONScanner) throws(JSONFault) {
        try scanner.objects { (scanner) throws(JSONFault) in
            try scanner.object { (scanner, key) throws(JSONFault) in
                try scanner.refuse(key, ifLike: Self.names)
                guard "type" ~= key, try scanner.kind() == .string else {
                    try scanner.skipValue()
                    return
                }
                readTool(type: try scanner.stringInPlace())
            }
        }
    }

    /// What a tool that the client runs brings is in the messages, and what Kimi's own `$web_search` finds is part of one
    /// call's prompt (https://platform.kimi.ai/docs/guide/use-web-search). Other tools run in the upstream, which calls the
    /// model anew for each result and adds up all the prompts
    /// (https://platform.claude.com/docs/en/agents-and-tools/tool-use/server-tools): nothing bounds that.
    private mutating func readTool(type: JSONString) {
        switch type {
        case "custom", "function": return
        case "builtin_function" where dialect == .openAI: addsUnseen = true
        default:
            let name = type.inside.count <= 256 ? type.text : "…"
            if dialect == .anthropic, Self.clientTools.contains(where: { name.hasPrefix($0) }) {
                extra.tokens += Self.tokensOfAKnownTool
            } else {
                fault = fault ?? .invalid("tools", mustBe: "of types whose tokens can be bounded, unlike '\(name)'")
            }
        }
    }

    /// Tools that the client runs and Anthropic describes; dates follow.
    private static let clientTools = ["bash_", "text_editor_", "computer_", "memory_"]
}
