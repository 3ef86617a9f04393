import ModelAPI
import NIOCore

/// Decides what of a streamed answer goes on to the client, and when. Pure: bytes come in, bytes go out.
struct StreamRelay {
    enum Step: Hashable {
        case goesOn
        /// The answer is over: its last bytes may go on only when the call is settled, and nothing follows them.
        case ended
        /// The upstream gave up in the middle.
        case broken
    }

    private(set) var meter: UsageMeter
    /// Why the upstream gave up, if it said so.
    private(set) var error: ModelError?
    private let dialect: ModelDialect
    private var scanner = ServerSentEventScanner()
    /// The beginning of an event that isn't complete yet.
    private var partial = ByteBuffer()
    private let removesUsageChunk: Bool
    /// Makes an event that says something where the model only thought; `nil` where nobody reads it.
    private let filler: (() -> String)?
    private var thoughts = ThoughtWatch()
    private var step = Step.goesOn
    /// No event of a real answer comes near.
    private static let largestEvent = 4 << 20

    /// - Parameters:
    ///   - removesUsageChunk: whether the chunk with nothing but the usage was asked for by the proxy only.
    ///   - filler: makes an event in OpenAI's form for an answer that its cap ends before it has said anything.
    init(_ dialect: ModelDialect, removesUsageChunk: Bool, filler: (() -> String)? = nil) {
        self.filler = filler
        meter = UsageMeter(dialect)
        self.dialect = dialect
        self.removesUsageChunk = removesUsageChunk
    }

    /// - Parameters:
    ///   - output: gets what may go on at once.
    ///   - last: gets the answer's last bytes.
    mutating func receive(_ bytes: ByteBuffer, _ output: inout ByteBuffer, last: inout ByteBuffer) -> Step {
        if step != .goesOn { return step }
        if partial.readableBytes == 0 {
            let used = bytes.withUnsafeReadableBytes { relay($0, &output, &last) }
            if used < bytes.readableBytes { partial.writeBytes(bytes.readableBytesView.dropFirst(used)) }
        } else {
            partial.writeImmutableBuffer(bytes)
            let whole = partial
            let used = whole.withUnsafeReadableBytes { relay($0, &output, &last) }
            partial.moveReaderIndex(forwardBy: used)
            if partial.readableBytes == 0 {
                partial = ByteBuffer()
            } else if partial.readerIndex > 64 << 10 {
                partial.discardReadBytes()
            }
        }
        if partial.readableBytes > Self.largestEvent { step = .broken }
        return step
    }

    /// At the end of the upstream's bytes; whether that was the answer's end shows in the meter.
    mutating func finish(_ output: inout ByteBuffer, last: inout ByteBuffer) -> Step {
        if step != .goesOn { return step }
        let rest = partial
        rest.withUnsafeReadableBytes { bytes in
            guard let event = scanner.last(bytes) else { return }
            let before = meter
            var whole = ByteBuffer()
            if take(event, bytes, &whole, &last).isUnreadable {
                // An incomplete event is dropped; after the end of the answer it isn't part of it.
                if before.hasFinished { meter = before }
            } else if step == .goesOn {
                output.writeBuffer(&whole)
                output.writeStaticString("\n\n")
            }
        }
        guard step == .goesOn else { return step }
        step = meter.hasFinished ? .ended : .broken
        if step == .ended { last.writeString(dialect.streamEnd) }
        return step
    }

    /// - Returns: how many bytes are done with.
    private mutating func relay(
        _ bytes: UnsafeRawBufferPointer, _ output: inout ByteBuffer, _ last: inout ByteBuffer
    ) -> Int {
        var position = 0
        while step == .goesOn, position < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
            guard let event = scanner.next(rest) else { return position }
            take(event, UnsafeRawBufferPointer(rebasing: rest[..<event.length]), &output, &last)
            position += event.length
        }
        return bytes.count
    }

    @discardableResult
    private mutating func take(
        _ event: ServerSentEventScanner.Event, _ bytes: UnsafeRawBufferPointer, _ output: inout ByteBuffer,
        _ last: inout ByteBuffer
    ) -> UsageMeter.Part {
        let part =
            event.hasMoreData
            ? ServerSentEventScanner.joinedData(of: bytes).withUnsafeBytes { meter.read(event: $0) }
            : meter.read(event: UnsafeRawBufferPointer(rebasing: bytes[event.data]))
        if part.isError {
            step = .broken
            error = ServerSentEventScanner.joinedData(of: bytes).withUnsafeBytes { ModelError(body: $0) }
        } else if part.isEnd {
            step = .ended
            last.writeBytes(bytes)
        } else if !(part.isUsageOnly && removesUsageChunk) {
            pass(event, bytes, &output)
        }
        return part
    }

    private mutating func pass(
        _ event: ServerSentEventScanner.Event, _ bytes: UnsafeRawBufferPointer, _ output: inout ByteBuffer
    ) {
        guard let filler, !thoughts.hasSpoken,
            let reason = thoughts.read(event: UnsafeRawBufferPointer(rebasing: bytes[event.data]))
        else {
            output.writeBytes(bytes)
            return
        }
        // An agent asks again for an answer of thoughts alone, and pays again; and shows an error where one is cut.
        output.writeString(filler())
        output.writeBytes(bytes[..<(event.data.lowerBound + reason.lowerBound)])
        output.writeStaticString("\"stop\"")
        output.writeBytes(bytes[(event.data.lowerBound + reason.upperBound)...])
    }
}
