import Core

/// Takes bot tokens out of what people type, before it is stored.
struct TokenRedaction: Sendable {
    /// What stands in a token's place.
    static let mark = "[token]"

    /// The text without tokens.
    let text: String
    /// The last token that stood in it.
    let token: Secret?

    /// A little less than a whole token is taken out too: it may be one that was copied badly.
    init(_ original: String) {
        let pattern = /[0-9]{5,20}:[A-Za-z0-9_\-]{20,}/
        token = original.matches(of: pattern).last.map { Secret(String($0.output)) }
        text = original.replacing(pattern, with: Self.mark)
    }
}
