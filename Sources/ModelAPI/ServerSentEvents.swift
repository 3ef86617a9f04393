#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

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

/// Finds server-sent events in bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html) without copying any.
package struct ServerSentEventScanner: Sendable, Hashable {
    /// Where an event stands in the bytes that were looked at; it begins at their first byte.
    package struct Event: Sendable, Hashable {
        /// Bytes up to and including the blank line.
        package let length: Int
        /// What stands behind `data:`; of several such lines, the first.
        package let data: Range<Int>
        /// Whether there are several such lines: then ``ServerSentEventScanner/joinedData(of:)`` has them all.
        package let hasMoreData: Bool
    }

    /// Where the line that is being read began.
    private var lineStart = 0
    /// Up to where no line end was found.
    private var scanned = 0
    private var data: Range<Int>?
    private var hasMoreData = false

    package init() {}

    /// - Parameter bytes: from the first byte of an event on; if the last call found none, the same ones and more.
    /// - Returns: `nil` if the event isn't complete.
    package mutating func next(_ bytes: UnsafeRawBufferPointer) -> Event? {
        while let end = Self.lineEnd(bytes, from: scanned) {
            scanned = end
            var next = scanned + 1
            if bytes[end] == 0x0D {
                // A line feed may follow with the next bytes, and belongs to this line end.
                guard next < bytes.count else { return nil }
                if bytes[next] == 0x0A { next += 1 }
            }
            let line = lineStart..<scanned
            lineStart = next
            scanned = next
            if line.isEmpty { return finish(next) }
            read(line, bytes)
        }
        scanned = bytes.count
        return nil
    }

    /// Where the next carriage return or line feed is.
    private static func lineEnd(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress else { return nil }
        let feed = memchr(base + start, 0x0A, bytes.count - start).map { UnsafeRawPointer($0) - base }
        let limit = feed ?? bytes.count
        let carriage = memchr(base + start, 0x0D, limit - start).map { UnsafeRawPointer($0) - base }
        return carriage ?? feed
    }

    /// What is left at the end of the stream: servers exist that omit the last blank line.
    package mutating func last(_ bytes: UnsafeRawBufferPointer) -> Event? {
        if bytes.isEmpty { return nil }
        let end = bytes.last == 0x0D ? bytes.count - 1 : bytes.count
        if lineStart < end { read(lineStart..<end, bytes) }
        return finish(bytes.count)
    }

    private mutating func finish(_ length: Int) -> Event {
        let event = Event(length: length, data: data ?? 0..<0, hasMoreData: hasMoreData)
        self = ServerSentEventScanner()
        return event
    }

    private mutating func read(_ line: Range<Int>, _ bytes: UnsafeRawBufferPointer) {
        guard let value = Self.data(line, bytes) else { return }
        if data == nil { data = value } else { hasMoreData = true }
    }

    private static func data(_ line: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        guard line.count >= 5, bytes[line.lowerBound] == UInt8(ascii: "d"),
            UnsafeRawBufferPointer(rebasing: bytes[line.lowerBound..<line.lowerBound + 5]).elementsEqual("data:".utf8)
        else { return nil }
        let start = line.lowerBound + 5
        return (start < line.upperBound && bytes[start] == 0x20 ? start + 1 : start)..<line.upperBound
    }

    /// - Parameter event: exactly an event's bytes.
    /// - Returns: its `data` lines, joined by line feeds.
    package static func joinedData(of event: UnsafeRawBufferPointer) -> [UInt8] {
        var lines: [Range<Int>] = []
        var start = 0
        for index in 0...event.count where index == event.count || event[index] == 0x0A || event[index] == 0x0D {
            if let value = data(start..<index, event) { lines.append(value) }
            start = index + 1
        }
        return Array(lines.map { event[$0] }.joined(separator: [0x0A]))
    }
}

/// Cuts a byte stream into server-sent events, however the stream is cut into chunks.
package struct ServerSentEventParser: Sendable {
    private var buffer: [UInt8] = []
    private var scanner = ServerSentEventScanner()

    package init() {}

    /// Bytes of the event that isn't complete yet.
    package var pending: Int { buffer.count }

    /// - Returns: the events that these bytes complete.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [ServerSentEvent] {
        buffer.append(contentsOf: bytes)
        var events: [ServerSentEvent] = []
        while let event = buffer.withUnsafeBytes({ scanner.next($0) }) { events.append(take(event)) }
        return events
    }

    /// What is left at the end of the stream: servers exist that omit the last blank line.
    package mutating func finish() -> ServerSentEvent? {
        buffer.withUnsafeBytes { scanner.last($0) }.map { take($0) }
    }

    private mutating func take(_ event: ServerSentEventScanner.Event) -> ServerSentEvent {
        let raw = Array(buffer[..<event.length])
        buffer.removeFirst(event.length)
        return ServerSentEvent(
            raw: raw,
            data: event.hasMoreData
                ? raw.withUnsafeBytes { ServerSentEventScanner.joinedData(of: $0) } : Array(raw[event.data]))
    }
}
