/// One event of a stream, with the bytes it came in.
package struct ServerSentEvent: Sendable, Hashable {
    /// Everything up to and including the blank line.
    package let raw: [UInt8]
    /// The `data` lines, joined by line feeds; empty for a comment.
    package let data: [UInt8]

    /// - Parameters:
    ///   - name: what stands in the `event` line; none, if `nil`.
    ///   - data: one line.
    /// - Returns: the event as it is sent.
    package static func encoded(name: String? = nil, data: String) -> String {
        (name.map { "event: \($0)\n" } ?? "") + "data: \(data)\n\n"
    }
}

/// Cuts a byte stream into server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), however
/// the stream is cut into chunks.
package struct ServerSentEventParser: Sendable {
    private var buffer: [UInt8] = []
    /// Where the line that is being read began.
    private var lineStart = 0
    /// Up to where the buffer holds no line end.
    private var scanned = 0
    private var data: [UInt8] = []
    private var hasData = false

    package init() {}

    /// Bytes of the event that isn't complete yet.
    package var pending: Int { buffer.count }

    /// - Returns: the events that these bytes complete.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        buffer.append(contentsOf: bytes)
        var events: [ServerSentEvent] = []
        while let (line, next) = nextLine() {
            lineStart = next
            scanned = next
            if line.isEmpty {
                events.append(take(next))
            } else {
                read(line)
            }
        }
        return events
    }

    /// What is left at the end of the stream: servers exist that omit the last blank line.
    package mutating func finish() -> ServerSentEvent? {
        guard !buffer.isEmpty else { return nil }
        let last = buffer[lineStart...]
        read(lineStart..<(last.last == UInt8(ascii: "\r") ? buffer.count - 1 : buffer.count))
        return take(buffer.count)
    }

    private mutating func nextLine() -> (line: Range<Int>, next: Int)? {
        while scanned < buffer.count {
            switch buffer[scanned] {
            case UInt8(ascii: "\n"):
                return (lineStart..<scanned, scanned + 1)
            case UInt8(ascii: "\r"):
                // A line feed may follow in the next chunk, and belongs to this line end.
                guard scanned + 1 < buffer.count else { return nil }
                return (lineStart..<scanned, scanned + (buffer[scanned + 1] == UInt8(ascii: "\n") ? 2 : 1))
            default:
                scanned += 1
            }
        }
        return nil
    }

    private mutating func read(_ line: Range<Int>) {
        let prefix = Array("data:".utf8)
        guard buffer[line].starts(with: prefix) else { return }
        var value = buffer[line].dropFirst(prefix.count)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if hasData { data.append(UInt8(ascii: "\n")) }
        hasData = true
        data.append(contentsOf: value)
    }

    private mutating func take(_ length: Int) -> ServerSentEvent {
        let event = ServerSentEvent(raw: Array(buffer[..<length]), data: data)
        buffer.removeFirst(length)
        lineStart = 0
        scanned = 0
        data = []
        hasData = false
        return event
    }
}
