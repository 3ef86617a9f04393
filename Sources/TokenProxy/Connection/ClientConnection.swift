import Core
import Logging
import ModelAPI
import NIOCore
import NIOHTTP1

/// One client's connection: takes requests in one after the other, limits how long each may take, and ends the call when the
/// client hangs up. Lives on one event loop.
final class ClientConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// The head of a request, or the next request.
        case head
        /// Waiting for the storage or for another event loop.
        case waiting
        case body
        case calling(Call)
        /// The request was refused; its body is read and dropped, so that the client gets to read its answer.
        case discarding(left: Int)
        case closed
    }

    let loop: ProxyLoop
    private(set) var context: ChannelHandlerContext?
    var phase = Phase.head
    var deadline: NIODeadline
    var buffer = ByteBuffer()
    var scanner = HeadScanner()
    var isReadPending = false
    var isProcessing = false
    /// Whether the client takes what it is sent; while it doesn't, nothing more is taken from it.
    var isWritable = true
    /// Whether others have their turn, although more of this connection could be taken in.
    var isResting = false
    /// Whether the channel is closed, whatever is still being done for it.
    var isGone = false

    // The request that is being taken in or answered.
    var request: IncomingRequest?
    var decoder = BodyDecoder(RequestHead.Body.none)
    var body = ByteBuffer()
    var bodyTaken = 0
    /// Holds the body while it goes on.
    var transcription: Task<Void, Never>?
    var closes = false
    var chunked = true

    static let mostDiscarded = 64 << 20

    init(_ loop: ProxyLoop) {
        self.loop = loop
        deadline = loop.deadline + TimeAmount(loop.services.configuration.timeouts.requestHead)
    }

    var timeouts: TokenProxyConfiguration.Timeouts { loop.services.configuration.timeouts }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        let call = if case .calling(let call) = phase { call } else { Call?.none }
        isGone = true
        phase = .closed
        transcription?.cancel()
        freeBody()
        if let call {
            // It removes this connection when it is settled.
            call.clientHasGone()
        } else {
            request?.end(status: 499, loop)
            loop.remove(self)
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if case .calling(let call) = phase {
            call.clientTakesMore(isWritable)
        } else if isWritable {
            resumeReading()
            process()
        }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadPending = true }
    }

    func resumeReading() {
        guard isReadPending, mayRead, let context else { return }
        isReadPending = false
        context.read()
    }

    private var mayRead: Bool {
        switch phase {
        case .head, .body, .discarding:
            isWritable && !isResting && buffer.readableBytes <= HeadScanner.longestHead
        // Few clients pipeline requests, and pausing reads for all of them costs more than it saves.
        case .waiting, .calling, .closed: buffer.readableBytes == 0
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        loop.tick()
        let bytes = unwrapInboundIn(data)
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeImmutableBuffer(bytes) }
        process()
    }

    func close() { context?.close(promise: nil) }

    /// The proxy is to stop: nothing new is taken in.
    func drain() { if case .head = phase, buffer.readableBytes == 0 { close() } }

    func checkTime(_ now: NIODeadline) {
        switch phase {
        case .calling(let call): call.checkTime(now)
        case .waiting:
            guard now >= deadline else { return }
            // Work in progress may still call back, and must not find the next request there.
            closes = true
            respond(.storageUnavailable)
        case .head, .body, .discarding, .closed: if now >= deadline { close() }
        }
    }

    // MARK: Requests

    func process() {
        // Handling a request may end an answer, which calls this function again.
        if isProcessing || isResting || isGone { return }
        isProcessing = true
        defer {
            isProcessing = false
            resumeReading()
        }
        var heads = 0
        var goesOn = true
        while goesOn {
            switch phase {
            case .head:
                if heads == Self.headsAtOnce, buffer.readableBytes > 0 {
                    rest()
                    return
                }
                heads += 1
                goesOn = takeHead()
            case .body: goesOn = takeBody()
            case .discarding(let left): goesOn = discard(left)
            case .waiting, .calling, .closed: goesOn = false
            }
        }
    }

    /// Requests of one connection that are taken in before others have their turn, should a client send many ahead.
    private static let headsAtOnce = 4

    private func rest() {
        isResting = true
        loop.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { [self] in
            isResting = false
            loop.tick()
            process()
        }
    }

    /// - Returns: whether there may be more to do at once.
    func takeHead() -> Bool {
        if buffer.readableBytes == 0 {
            buffer = ByteBuffer()
            return false
        }
        guard isWritable else { return false }
        do {
            let result = buffer.withUnsafeReadableBytes { bytes -> Result<RequestHead?, HeadFault> in
                Result { () throws(HeadFault) in
                    guard let length = try scanner.end(in: bytes) else { return nil }
                    return try RequestHead(bytes[part: 0..<length])
                }
            }
            guard let head = try result.get() else { return false }
            scanner = HeadScanner()
            // A copy: a slice would keep all that was read with it for as long as the answer takes.
            var bytes = ByteBuffer()
            if let slice = buffer.readSlice(length: head.length) { bytes.writeImmutableBuffer(slice) }
            begin(IncomingRequest(head, bytes: bytes, id: loop.services.ids.next(loop.time)))
            return true
        } catch {
            closes = true
            chunked = false
            respond(error == .tooLarge ? .headTooLarge : .malformedHTTP)
            return false
        }
    }

    func takeBody() -> Bool {
        switch decoder.next(&buffer) {
        case .bytes(let bytes):
            let limit = loop.services.configuration.bodyLimit
            let length = body.readableBytes + bytes.readableBytes
            if length > limit {
                respond(.tooLarge(limit: limit))
            } else if length > bodyTaken, !takeMemory(length - bodyTaken) {
                respond(.tooBusy)
            } else if body.readableBytes == 0, decoder.isDone {
                body = bytes
            } else {
                body.writeImmutableBuffer(bytes)
            }
            return true
        case .needsMore:
            if buffer.readableBytes == 0 { buffer = ByteBuffer() }
            return false
        case .end:
            guard let request else { return false }
            if request.knownRoute == .transcription {
                transcribe(request, body)
                return true
            }
            let call = Call(request, body: body, client: self)
            body = ByteBuffer()
            phase = .calling(call)
            call.start()
            return true
        case .malformed:
            closes = true
            respond(.malformedHTTP)
            return true
        }
    }

    func awaitNextRequest() {
        if isGone { return }
        freeBody()
        (request, transcription) = (nil, nil)
        if closes || loop.isDraining {
            phase = .closed
            deadline = loop.deadline + TimeAmount(timeouts.stalledClient)
            closeWhenWritten()
            return
        }
        phase = .head
        deadline = loop.deadline + TimeAmount(timeouts.requestHead)
        resumeReading()
    }
}
