/// Cuts the bytes of one direction of a connection into messages. It is as strict as two ends need that are both ours.
package struct MessageReader {
    package enum Event {
        case head(Head)
        /// A piece of the body; valid until the next call.
        case body(UnsafeRawBufferPointer)
        case end
    }

    private enum State {
        case head
        /// So many bytes of a body of known length are missing.
        case fixed(Int)
        case chunkSize
        /// So many bytes of a chunk are missing.
        case chunk(Int)
        case chunkEnd
        /// After the last chunk; trailers are skipped.
        case trailer
    }

    private var state = State.head

    package init() {}

    /// Takes the next event off the front of the bytes. Nil if the bytes hold no whole one: what is left of them has to come
    /// back, with more behind it.
    package mutating func next(_ bytes: inout UnsafeRawBufferPointer) throws(WireError) -> Event? {
        while true {
            switch state {
            case .head:
                guard let length = Search.end(of: "\r\n\r\n", in: bytes) else { return nil }
                let head = try Head(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
                Self.drop(length, from: &bytes)
                switch head.framing {
                case .chunked: state = .chunkSize
                case .length(let length): state = .fixed(length)
                case .none where head.status == 0: state = .fixed(0)
                case .none: throw .malformed("a response without Content-Length or Transfer-Encoding")
                }
                return .head(head)
            case .fixed(0):
                state = .head
                return .end
            case .fixed(let missing):
                guard let piece = Self.take(missing, from: &bytes) else { return nil }
                state = .fixed(missing - piece.count)
                return .body(piece)
            case .chunkSize:
                guard let line = Self.takeLine(from: &bytes) else { return nil }
                guard let size = Head.number(in: line[...], radix: 16) else { throw .malformed("a chunk without size") }
                state = size == 0 ? .trailer : .chunk(size)
            case .chunk(0):
                state = .chunkEnd
            case .chunk(let missing):
                guard let piece = Self.take(missing, from: &bytes) else { return nil }
                state = .chunk(missing - piece.count)
                return .body(piece)
            case .chunkEnd:
                guard let line = Self.takeLine(from: &bytes) else { return nil }
                guard line.isEmpty else { throw .malformed("a chunk longer than its size") }
                state = .chunkSize
            case .trailer:
                guard let line = Self.takeLine(from: &bytes) else { return nil }
                if line.isEmpty {
                    state = .head
                    return .end
                }
            }
        }
    }

    private static func take(_ most: Int, from bytes: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard !bytes.isEmpty else { return nil }
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(most))
        drop(piece.count, from: &bytes)
        return piece
    }

    /// A line without its CRLF.
    private static func takeLine(from bytes: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard let newline = Search.newline(in: bytes, from: 0) else { return nil }
        var line = bytes[..<newline]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        drop(newline + 1, from: &bytes)
        return UnsafeRawBufferPointer(rebasing: line)
    }

    private static func drop(_ count: Int, from bytes: inout UnsafeRawBufferPointer) {
        bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(count))
    }
}
