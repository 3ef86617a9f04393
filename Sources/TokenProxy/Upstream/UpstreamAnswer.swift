import ModelAPI
import NIOCore

/// An upstream's answer as it comes in: what of it goes on, what it costs, and what it means when it breaks off. A pure state
/// machine.
struct UpstreamAnswer {
    enum Step {
        case goesOn
        /// A stream is over; what was held back may go on when the call is settled.
        case ended(Bill)
        /// An answer in one piece.
        case whole(ByteBuffer, Bill)
        /// No answer.
        case refused(UpstreamVerdict, ByteBuffer)
        /// It broke off, or is none that can be read.
        case broken(UpstreamFault)
    }

    private enum Form {
        /// A success: what it is, its first bytes tell.
        case begun(ByteBuffer)
        case stream(StreamRelay)
        case piece(ByteBuffer)
        case error(ByteBuffer)
    }

    let status: Int
    /// What the client is told: as the upstream labelled it, if that is what it is.
    private(set) var contentType: String
    private let mediaType: ResponseHead.MediaType
    private let retryAfter: String?
    private let dialect: ModelDialect
    private let removesUsageChunk: Bool
    private let reservation: CallReservation
    private let answerLimit: Int
    private let filler: (() -> String)?
    private var form: Form

    /// Bytes of an upstream's error that are read.
    private static let errorLimit = 64 << 10

    /// - Parameters:
    ///   - removesUsageChunk: whether the chunk with nothing but the usage was asked for by the proxy only.
    ///   - answerLimit: bytes of an answer that comes in one piece.
    ///   - filler: see ``StreamRelay``.
    init(
        _ head: ResponseHead, dialect: ModelDialect, removesUsageChunk: Bool, reservation: CallReservation,
        answerLimit: Int, filler: (() -> String)? = nil
    ) {
        status = head.status
        contentType = head.contentType
        mediaType = head.mediaType
        retryAfter = head.retryAfter
        self.dialect = dialect
        self.removesUsageChunk = removesUsageChunk
        self.reservation = reservation
        self.answerLimit = answerLimit
        self.filler = filler
        guard (200..<300).contains(head.status) else {
            form = .error(ByteBuffer())
            return
        }
        // Nobody asked for an encoding, and what it hides may have been thought out.
        form = head.isEncoded ? .piece(ByteBuffer()) : .begun(ByteBuffer())
    }

    /// Whether the upstream has said that it took the call: sent again, that might be thought out, and billed, twice.
    var isSuccess: Bool { (200..<300).contains(status) }

    var isStream: Bool {
        switch form {
        case .stream: true
        case .begun: mediaType == .eventStream
        case .piece, .error: false
        }
    }

    /// Whether a stream has come to its end, though something may be missing behind that.
    var hasFinished: Bool {
        if case .stream(let relay) = form { relay.meter.hasFinished } else { false }
    }

    /// - Parameters:
    ///   - output: gets what may go on at once.
    ///   - last: gets what may go on when the call is settled.
    mutating func receive(_ bytes: ByteBuffer, _ output: inout ByteBuffer, last: inout ByteBuffer) -> Step {
        switch form {
        case .begun(var body):
            // Without this, and below, the buffer would be copied: the form still holds it.
            form = .error(ByteBuffer())
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
            let (beginning, start) = body.withUnsafeReadableBytes { AnswerBeginning.find(in: $0) }
            guard let beginning else {
                form = .begun(body)
                return body.readableBytes > answerLimit ? .broken(.broken) : .goesOn
            }
            body.moveReaderIndex(forwardBy: start)
            begin(beginning)
            return receive(body, &output, last: &last)
        case .stream(var relay):
            form = .error(ByteBuffer())
            let step = relay.receive(bytes, &output, last: &last)
            form = .stream(relay)
            return self.step(step, relay)
        case .piece(var body):
            form = .error(ByteBuffer())
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
            form = .piece(body)
            return body.readableBytes > answerLimit ? .broken(.broken) : .goesOn
        case .error(var body):
            form = .piece(ByteBuffer())
            body.writeImmutableBuffer(
                bytes.getSlice(
                    at: bytes.readerIndex,
                    length: min(bytes.readableBytes, Self.errorLimit - min(body.readableBytes, Self.errorLimit)))
                    ?? ByteBuffer())
            form = .error(body)
            return .goesOn
        }
    }

    /// The first bytes decide, and the label where they don't: upstreams exist that label any answer as JSON, or as text.
    private mutating func begin(_ beginning: AnswerBeginning) {
        if beginning == .page {
            form = .error(ByteBuffer())
        } else if beginning == .stream || beginning == .other && mediaType == .eventStream {
            form = .stream(StreamRelay(dialect, removesUsageChunk: removesUsageChunk, filler: filler))
            if mediaType != .eventStream { contentType = "text/event-stream" }
        } else {
            form = .piece(ByteBuffer())
            if mediaType != .json { contentType = "application/json" }
        }
    }

    private func step(_ step: StreamRelay.Step, _ relay: StreamRelay) -> Step {
        switch step {
        case .goesOn: .goesOn
        case .ended: .ended(bill(.complete))
        case .broken: .broken(relay.error.map(UpstreamVerdict.fault) ?? .broken)
        }
    }

    /// The upstream has sent everything.
    mutating func end(_ output: inout ByteBuffer, last: inout ByteBuffer) -> Step {
        switch form {
        case .begun:
            begin(.other)
            return end(&output, last: &last)
        case .stream(var relay):
            let step = relay.finish(&output, last: &last)
            form = .stream(relay)
            return step == .goesOn ? .broken(.broken) : self.step(step, relay)
        case .piece(let body):
            var meter = UsageMeter(dialect)
            body.withUnsafeReadableBytes { meter.read(answer: $0) }
            // The meter counts every byte of what is no JSON object; of an object, never the brackets.
            guard meter.producedBytes < body.readableBytes else { return .broken(.broken) }
            let bill = Bill(meter, reservation: reservation, ending: .complete)
            // Some gateways tell an error with the status of an answer.
            if bill.isEstimated, let error = body.withUnsafeReadableBytes({ ModelError(body: $0) }) {
                return .refused(.unavailable(UpstreamVerdict.fault(error)), body)
            }
            return .whole(body, bill)
        case .error(var body):
            body.skipByteOrderMark()
            // A page, or anything else that no client asked for, is our trouble whatever its status.
            if isSuccess { return .refused(.unavailable(.broken), body) }
            let error = body.withUnsafeReadableBytes { ModelError(body: $0) }
            return .refused(UpstreamVerdict(status: status, retryAfter: retryAfter, error: error), body)
        }
    }

    /// Whether the upstream has produced anything that it may bill.
    var hasOutput: Bool {
        switch form {
        case .stream(let relay): relay.meter.hasOutput
        case .piece(let body): body.readableBytes > 0
        case .begun, .error: false
        }
    }

    /// What the answer costs if it ends here; one in one piece tells nothing before its end.
    func bill(_ ending: Bill.Ending) -> Bill {
        switch form {
        case .stream(let relay): return Bill(relay.meter, reservation: reservation, ending: ending)
        case .begun, .piece: return Bill(UsageMeter(dialect), reservation: reservation, ending: ending)
        case .error: return .nothing
        }
    }
}
