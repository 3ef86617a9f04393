import NIOCore

/// Takes a message's body out of its bytes (RFC 9112, 6 and 7). A pure state machine.
struct BodyDecoder {
    enum Step {
        /// A part of the body.
        case bytes(ByteBuffer)
        case needsMore
        /// The body is over; what is left belongs to the next message.
        case end
        /// The chunks are broken.
        case malformed
    }

    private enum State {
        case fixed(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailers
        case untilClose
        case done
    }

    private var state: State
    /// Whether chunk extensions and trailers are refused: in requests they serve nobody but smugglers.
    private let isStrict: Bool
    private static let longestLine = 1024

    init(_ body: RequestHead.Body) {
        isStrict = true
        state =
            switch body {
            case .none: .done
            case .length(let length): .fixed(remaining: length)
            case .chunked: .chunkSize
            }
    }

    init(_ body: ResponseHead.Body) {
        isStrict = false
        state =
            switch body {
            case .none: .done
            case .length(let length): .fixed(remaining: length)
            case .chunked: .chunkSize
            case .untilClose: .untilClose
            }
    }

    /// Whether a closed connection is the body's end.
    var endsWithConnection: Bool {
        if case .untilClose = state { true } else { false }
    }

    var isDone: Bool {
        if case .done = state { true } else { false }
    }

    /// - Parameter buffer: what it returns is taken from its front.
    mutating func next(_ buffer: inout ByteBuffer) -> Step {
        while true {
            switch state {
            case .done: return .end
            case .untilClose:
                guard buffer.readableBytes > 0, let bytes = buffer.readSlice(length: buffer.readableBytes) else {
                    return .needsMore
                }
                return .bytes(bytes)
            case .fixed(let remaining):
                guard let bytes = buffer.readSlice(length: min(remaining, buffer.readableBytes)),
                    bytes.readableBytes > 0
                else { return .needsMore }
                state = bytes.readableBytes == remaining ? .done : .fixed(remaining: remaining - bytes.readableBytes)
                return .bytes(bytes)
            case .chunk(let remaining):
                guard let bytes = buffer.readSlice(length: min(remaining, buffer.readableBytes)),
                    bytes.readableBytes > 0
                else { return .needsMore }
                state =
                    bytes.readableBytes == remaining ? .chunkEnd : .chunk(remaining: remaining - bytes.readableBytes)
                return .bytes(bytes)
            case .chunkEnd:
                guard buffer.readableBytes >= 2 else { return .needsMore }
                guard buffer.readInteger(as: UInt16.self) == 0x0D0A else { return fail() }
                state = .chunkSize
            case .chunkSize:
                switch line(&buffer) {
                case .some(.some(let length)):
                    guard let size = chunkSize(&buffer, lineLength: length) else { return fail() }
                    state = size == 0 ? .trailers : .chunk(remaining: size)
                case .some(.none): return .needsMore
                case .none: return fail()
                }
            case .trailers:
                switch line(&buffer) {
                case .some(.some(let length)):
                    buffer.moveReaderIndex(forwardBy: length + 2)
                    if length == 0 { state = .done } else if isStrict { return fail() }
                case .some(.none): return .needsMore
                case .none: return fail()
                }
            }
        }
    }

    private mutating func fail() -> Step {
        state = .done
        return .malformed
    }

    /// - Returns: the length of the next line without its end, `.some(nil)` if it isn't complete; `nil` if it never will be.
    private func line(_ buffer: inout ByteBuffer) -> Int?? {
        let view = buffer.readableBytesView
        let limit = min(view.count, Self.longestLine)
        var index = view.startIndex
        let end = view.startIndex + limit
        while index < end {
            if view[index] == 0x0A {
                let length = index - view.startIndex
                guard length > 0, view[index - 1] == 0x0D else { return nil }
                return length - 1
            }
            index += 1
        }
        return view.count >= Self.longestLine ? nil : .some(nil)
    }

    private func chunkSize(_ buffer: inout ByteBuffer, lineLength: Int) -> Int? {
        var size = 0
        var digits = 0
        var extra = false
        for byte in buffer.readableBytesView.prefix(lineLength) {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default:
                // White space and extensions: passed over in answers.
                extra = true
                continue
            }
            if extra { continue }
            digits += 1
            size = size << 4 | Int(digit)
            if digits > 8 { return nil }
        }
        guard digits > 0, !extra || !isStrict else { return nil }
        buffer.moveReaderIndex(forwardBy: lineLength + 2)
        return size
    }
}
