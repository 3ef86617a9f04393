import Wire

/// What the words in a request's body ask for.
enum Order: Equatable {
    case json
    /// A stream of so many chunks, with so many milliseconds between two.
    case stream(chunks: Int, delay: Int, withUsage: Bool)
    /// A stream of one chunk that stays open until the client leaves.
    case held

    init(body: UnsafeRawBufferPointer) {
        guard Search.isTrue(#""stream""#, in: body) else {
            self = .json
            return
        }
        if Search.has("hold", in: body) {
            self = .held
            return
        }
        self = .stream(
            chunks: max(1, Search.number(after: "chunks=", in: body) ?? 20),
            delay: Search.number(after: "delay=", in: body) ?? 0,
            withUsage: Search.isTrue(#""include_usage""#, in: body))
    }
}
