import ModelAPI
import Testing

struct PromptBoundTests {
    /// The first bytes of a PNG of 1920 by 1080 pixels: 138 by 78 patches.
    private static let png = "iVBORw0KGgoAAAANSUhEUgAAB4AAAAQ4"
    private static let tokensOfPNG = 138 * 78 + 16
    private static let long = String(repeating: #"\u0061"#, count: 10_000)
    /// What is set aside for a picture whose size isn't known.
    private static let unread = 65_536

    // MARK: Pictures

    @Test func boundsTextByItsBytes() throws {
        let body = Self.body(#"{"type":"text","text":"hi"}"#)
        #expect(try bound(body) == body.utf8.count)
    }

    @Test(arguments: [
        (PromptBoundTests.png, PromptBoundTests.tokensOfPNG),
        // The same as a JPEG, and with more to follow.
        ("/9j/4AAGqrvM3f/AABEIBDgHgA==", PromptBoundTests.tokensOfPNG),
        (PromptBoundTests.png + String(repeating: "A", count: 100_000), PromptBoundTests.tokensOfPNG),
        // 16 by 16 pixels.
        ("iVBORw0KGgoAAAANSUhEUgAAABAAAAAQ", 1024 + 16),
    ])
    func boundsAPictureByItsSize(_ base64: String, _ tokens: Int) throws {
        let url = "data:image/png;base64,\(base64)"
        let openAI = [
            #"{"image_url":{"url":"\#(url)"},"type":"image_url"}"#, #"{"type":"image_url","image_url":"\#(url)"}"#,
        ]
        for part in openAI {
            let body = Self.body(part)
            #expect(try bound(body) == body.utf8.count - url.utf8.count + tokens)
        }
        let image = #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(base64)"}}"#
        // In the result of a tool, too.
        for part in [image, #"{"type":"tool_result","content":[\#(image)]}"#] {
            let body = Self.body(part)
            #expect(try bound(body, .anthropic) == body.utf8.count - base64.utf8.count + tokens)
        }
    }

    @Test(arguments: [
        "https://example.com/cat.png", "ms://1", "data:image/svg+xml,<svg/>", "data:image/png;base64,iVBORw0KGgo",
        // Decoders disagree on what the first of these characters means.
        "data:image/png;base64,-\(png)", "data:image/png;base64,\\/\(png)", "\(png)", "",
    ])
    func boundsAPictureThatCannotBeReadByTheLargest(_ url: String) throws {
        let body = Self.body(#"{"type":"image_url","image_url":{"url":"\#(url)"}}"#)
        #expect(try bound(body) == body.utf8.count - url.utf8.count + Self.unread)
    }

    @Test(arguments: [
        #"{"type":"image","source":{"type":"file","file_id":"file_1"}}"#, #"{"type":"image","source":null}"#,
        #"{"type":"image_url","image_url":7}"#, #"{"type":"image"}"#,
    ])
    func boundsAPictureThatIsElsewhereByTheLargest(_ part: String) throws {
        let body = Self.body(part)
        #expect(try bound(body, .anthropic) == body.utf8.count + Self.unread)
    }

    @Test func boundsAPictureThatCannotBeReadByItsBytesIfTheyAreMore() throws {
        let body = Self.body(
            #"{"type":"image_url","image_url":{"url":"data:image/x;base64,\#(String(repeating: "A", count: 100_000))"}}"#)
        #expect(try bound(body) == body.utf8.count)
    }

    @Test func countsAllPicturesHoweverLargeTheySayTheyAre() throws {
        // Each has 2^32 - 1 pixels a side.
        let url = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUv//////////"
        let part = #"{"type":"image_url","image_url":{"url":"\#(url)"}}"#
        let body = Self.body(Array(repeating: part, count: 1000).joined(separator: ","))
        let each = Int(Int32.max) + 16 - url.utf8.count
        #expect(try bound(body) == body.utf8.count + 1000 * each)
    }

    @Test func countsBothOfTwoPicturesInOnePart() throws {
        let part = #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(Self.png)","url":"ms://1"}}"#
        #expect(try bound(Self.body(part)) > Self.tokensOfPNG + Self.unread)
    }

    @Test(arguments: [
        #"{"type":"tool_use","input":{"type":"image","source":{"data":"\#(png)"}}}"#,
        #"{"type":"text","image_url":{"url":"ms://1"}}"#,
        // Too long to be one of the types, whatever it begins with.
        #"{"type":"image_url\#(long)","image_url":{"url":"ms://1"}}"#,
    ])
    func boundsWhatOnlyLooksLikeAPictureByItsBytes(_ part: String) throws {
        let body = Self.body(part)
        #expect(try bound(body) == body.utf8.count)
    }

    @Test func findsTypesHoweverTheyAreEscaped() throws {
        let body = Self.body(#"{"t\u0079pe":"\u0069mage_url","image_url":{"url":"ms://1"}}"#)
        #expect(try bound(body) == body.utf8.count - 6 + Self.unread)
    }

    // MARK: What the body doesn't show

    @Test(arguments: ["video_url", "document", "file", "input_file", #"\u0066ile"#])
    func boundsWhatIsFetchedFromElsewhereOnlyByTheContext(_ type: String) throws {
        let request = try read(Self.body(#"{"type":"\#(type)","video_url":"ms://1"}"#))
        #expect(request.promptBound == .max)
        // The upstream's own count of the messages has it.
        #expect(request.messages != nil)
    }

    @Test(arguments: ["system", "developer", "user", "assistant", "tool", "function", #"\u0075ser"#])
    func boundsMessagesOfKnownRolesByTheirBytes(_ role: String) throws {
        let body = #"{"model":"a","messages":[{"role":"\#(role)","content":"hi"}]}"#
        let request = try read(body)
        #expect(request.promptBound == body.utf8.count)
        #expect(request.messages != nil)
    }

    @Test(arguments: ["cache", "", "User", "users"])
    func boundsMessagesOfOtherRolesOnlyByTheContextAndLetsNobodyCountThem(_ role: String) throws {
        let request = try read(#"{"model":"a","messages":[{"role":"\#(role)","content":"tag=a"}]}"#)
        #expect(request.promptBound == .max)
        #expect(request.messages == nil)
    }

    @Test(arguments: [
        (ModelDialect.openAI, #"{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}"#),
        (.openAI, #"{"type":"custom","custom":{"name":"f"}}"#), (.openAI, #"{"function":{"name":"f"}}"#),
        (.anthropic, #"{"name":"f","input_schema":{"type":"object"}}"#), (.anthropic, #"{"type":"custom","name":"f"}"#),
        (.anthropic, #"{"type":null,"name":"f"}"#),
    ])
    func boundsToolsOfTheClientByTheirBytes(_ dialect: ModelDialect, _ tool: String) throws {
        let body = #"{"model":"a","messages":[],"tools":[\#(tool)]}"#
        #expect(try bound(body, dialect) == body.utf8.count)
    }

    @Test(arguments: ["bash_20250124", "text_editor_20250728", "computer_20251124"])
    func addsAnthropicsDescriptionsOfToolsThatTheClientRuns(_ type: String) throws {
        let body = #"{"model":"a","messages":[],"tools":[{"type":"\#(type)"},{"type":"\#(type)"}]}"#
        #expect(try bound(body, .anthropic) == body.utf8.count + 2 * 2048)
    }

    @Test func boundsKimisOwnToolsOnlyByTheContextAndLetsNobodyCountTheMessages() throws {
        let request = try read(
            #"{"model":"a","messages":[],"tools":[{"type":"builtin_function","function":{"name":"$web_search"}}]}"#)
        #expect(request.promptBound == .max)
        #expect(request.messages == nil)
    }

    @Test(arguments: [
        (ModelDialect.openAI, "openrouter:web_search"), (.openAI, "bash_20250124"), (.openAI, "Function"), (.openAI, ""),
        (.anthropic, "web_search_20250305"), (.anthropic, "code_execution_20250825"), (.anthropic, "builtin_function"),
        (.anthropic, "bash"),
    ])
    func refusesToolsThatNothingBounds(_ dialect: ModelDialect, _ type: String) {
        let fault = ModelRequestFault.invalid(
            "tools", mustBe: "of types whose tokens can be bounded, unlike '\(type)'")
        #expect(throws: fault) { try read(#"{"model":"a","tools":[{"type":"custom"},{"type":"\#(type)"}]}"#, dialect) }
    }

    @Test(arguments: ["mcp_servers", "web_search_options", "plugins"])
    func refusesWhatTheUpstreamWouldBringWithoutABound(_ name: String) throws {
        for value in ["{}", #"[{"url":"https://example.com"}]"#, "true"] {
            #expect(throws: ModelRequestFault.invalid(name, mustBe: "null")) {
                try read(#"{"model":"a","\#(name)":\#(value)}"#)
            }
        }
        for value in ["null", "[]"] { _ = try read(#"{"model":"a","\#(name)":\#(value)}"#) }
    }

    @Test func saysNoTypeThatIsTooLongToBeWorthReading() {
        let fault = ModelRequestFault.invalid("tools", mustBe: "of types whose tokens can be bounded, unlike '…'")
        #expect(throws: fault) { try read(#"{"model":"a","tools":[{"type":"bash_\#(Self.long)"}]}"#, .anthropic) }
    }

    /// - Parameter parts: of one message.
    private static func body(_ parts: String) -> String {
        #"{"model":"a","messages":[{"role":"user","content":[\#(parts)]}]}"#
    }

    private func bound(_ body: String, _ dialect: ModelDialect = .openAI) throws -> Int {
        try read(body, dialect).promptBound
    }

    private func read(_ body: String, _ dialect: ModelDialect = .openAI) throws -> ModelRequest {
        try Array(body.utf8).withUnsafeBytes { try ModelRequest(dialect, body: $0) }
    }
}
