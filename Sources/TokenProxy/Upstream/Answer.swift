import ModelAPI
import NIOCore

/// An upstream's answer as it comes in: what of it goes on, what it costs, and what it means when it breaks off. A pure state
/// machine.
struct Answer {
    enum Step {
        case goesOn
        /// A stream is over; what was held back may go on when the call is settled.
        case ended(Bill)
        /// An answer in one piece.
        case whole(ByteBuffer, Bill)
        /// No answer.
        case refused(UpstreamVerdict, ByteBuffer)
        /// It broke off, or is none that can be read.
        case broken
    }

    private enum Form {
        case stream(StreamRelay)
        case piece(ByteBuffer)
        case error(ByteBuffer)
    }

    let status: Int
    let contentType: String
    private let retryAfter: String?
    private let dialect: ModelDialect
    private let reservation: CallReservation
    private let answerLimit: Int
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
        retryAfter = head.retryAfter
        self.dialect = dialect
        self.reservation = reservation
        self.answerLimit = answerLimit
        if head.status == 200, !head.isEncoded, head.contentType.hasPrefix("text/event-stream") {
            form = .stream(StreamRelay(dialect, removesUsageChunk: removesUsageChunk, filler: filler))
        } else if head.status == 200, !head.isEncoded, head.contentType.hasPrefix("application/json") {
            form = .piece(ByteBuffer())
        } else {
            form = .error(ByteBuffer())
        }
    }

    var isStream: Bool {
        if case .stream = form { true } else { false }
    }

    /// - Parameters:
    ///   - output: gets what may go on at once.
    ///   - last: gets what may go on when the call is settled.
    mutating func receive(_ bytes: ByteBuffer, _ output: inout ByteBuffer, last: inout ByteBuffer) -> Step {
        switch form {
        case .stream(var relay):
            // Without this, the relay's buffer would be copied: the form still holds it.
            form = .error(ByteBuffer())
            let step = relay.receive(bytes, &output, last: &last)
            form = .stream(relay)
            return step == .ended ? .ended(bill(.complete)) : step == .broken ? .broken : .goesOn
        case .piece(var body):
            form = .error(ByteBuffer())
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
            form = .piece(body)
            return body.readableBytes > answerLimit ? .broken : .goesOn
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

    /// The upstream has sent everything.
    mutating func end(_ output: inout ByteBuffer, last: inout ByteBuffer) -> Step {
        switch form {
        case .stream(var relay):
            let step = relay.finish(&output, last: &last)
            form = .stream(relay)
            return step == .ended ? .ended(bill(.complete)) : .broken
        case .piece(let body):
            var meter = UsageMeter(dialect)
            body.withUnsafeReadableBytes { meter.read(answer: $0) }
            // The meter counts every byte of what is no JSON object; of an object, never the brackets.
            guard meter.producedBytes < body.readableBytes else { return .broken }
            let bill = Bill(meter, reservation: reservation, ending: .complete)
            // Some gateways tell an error with the status of an answer.
            if bill.isEstimated, body.withUnsafeReadableBytes({ ModelError(body: $0) }) != nil {
                return .refused(.unavailable(.hiddenError), body)
            }
            return .whole(body, bill)
        case .error(let body):
            let error = body.withUnsafeReadableBytes { ModelError(body: $0) }
            // A page, or anything else that no client asked for, is our trouble whatever its status.
            let isError = status >= 300
            return .refused(
                UpstreamVerdict(status: isError ? status : 502, retryAfter: retryAfter, error: error), body)
        }
    }

    /// Whether the upstream has produced anything that it may bill.
    var hasOutput: Bool {
        switch form {
        case .stream(let relay): relay.meter.hasOutput
        case .piece(let body): body.readableBytes > 0
        case .error: false
        }
    }

    /// What the answer costs if it ends here; one in one piece tells nothing before its end.
    func bill(_ ending: Bill.Ending) -> Bill {
        switch form {
        case .stream(let relay): return Bill(relay.meter, reservation: reservation, ending: ending)
        case .piece: return Bill(UsageMeter(dialect), reservation: reservation, ending: ending)
        case .error: return .nothing
        }
    }
}
