import ModelAPI
import NIOCore
import NIOHTTP1

/// One client's connection: takes requests in one after the other, keeps its patience limited, and cancels the work on a
/// request when the client hangs up.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let timeouts: TokenProxyConfiguration.Timeouts
    private let respond: @Sendable (IncomingRequest) async -> Void
    /// Fulfilled when the connection is closed and the work on its last request is over.
    private let ended: EventLoopPromise<Void>

    private var context: ChannelHandlerContext?
    private var intake = BodyIntake()
    private var announcedLength: Int?
    private var awaitsContinue = false
    private var bodyPromise: EventLoopPromise<ByteBuffer>?
    private var work: Task<Void, Never>?
    private var isReceiving = false
    private var isAnswering = false
    private var hasAnswerStarted = false
    private var keepsAlive = true
    private var patience: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    private var unflushedWrites = 0

    init(
        timeouts: TokenProxyConfiguration.Timeouts, ended: EventLoopPromise<Void>,
        respond: @escaping @Sendable (IncomingRequest) async -> Void
    ) {
        self.timeouts = timeouts
        self.ended = ended
        self.respond = respond
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        wait(timeouts.requestHead)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        patience?.cancel()
        stall?.cancel()
        bodyPromise?.fail(ChannelError.inputClosed)
        bodyPromise = nil
        if let work {
            work.cancel()
            Task { [ended] in
                await work.value
                ended.succeed()
            }
        } else {
            ended.succeed()
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, !hasAnswerStarted else {
            context.close(promise: nil)
            return
        }
        keepsAlive = false
        if let promise = bodyPromise {
            bodyPromise = nil
            isReceiving = false
            promise.fail(Refusal.malformedHTTP)
        } else if !isAnswering {
            refuseMalformed(context)
        } else {
            context.close(promise: nil)
        }
    }

    private func refuseMalformed(_ context: ChannelHandlerContext) {
        let refusal = Refusal.malformedHTTP
        let body = ByteBuffer(string: refusal.error.body(.openAI, requestID: ""))
        let headers: HTTPHeaders = [
            "content-type": "application/json", "content-length": String(body.readableBytes), "connection": "close",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: refusal.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in loopBound.value.close(promise: nil) }
    }

    /// Closes the connection unless something happens within `duration`.
    private func wait(_ duration: Duration) {
        patience?.cancel()
        patience = context?.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) { [self] in
            context?.close(promise: nil)
        }
    }

    private func setReading(_ reads: Bool) {
        // An option that every socket channel has; on a closed channel there is nothing left to read.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: reads)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): perform(intake.receive(bytes), context)
        case .end:
            isReceiving = false
            patience?.cancel()
            perform(intake.end(), context)
            if !isAnswering { awaitNextRequest() }
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        wait(timeouts.requestBody)
        intake = BodyIntake()
        announcedLength = head.headers.first(name: "content-length").flatMap { Int($0) }
        awaitsContinue = head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
        isReceiving = true
        isAnswering = true
        hasAnswerStarted = false
        keepsAlive = head.isKeepAlive && head.version.minor > 0
        setReading(false)
        let request = IncomingRequest(
            head: head, writer: ResponseWriter(channel: context.channel),
            handler: NIOLoopBound(self, eventLoop: context.eventLoop))
        work = Task { [respond] in await respond(request) }
    }

    /// What ``IncomingRequest/body(upTo:)`` promises.
    func collectBody(upTo limit: Int) -> EventLoopFuture<ByteBuffer> {
        guard let context, context.channel.isActive else {
            // Its event loop still exists: the caller runs on it.
            return ended.futureResult.eventLoop.makeFailedFuture(ChannelError.inputClosed)
        }
        let promise = context.eventLoop.makePromise(of: ByteBuffer.self)
        bodyPromise = promise
        perform(intake.collect(upTo: limit, announced: announcedLength), context)
        if isReceiving, bodyPromise != nil {
            if awaitsContinue {
                context.writeAndFlush(
                    wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
            }
            setReading(true)
        }
        return promise.futureResult
    }

    private func perform(_ action: BodyIntake.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .deliver(let body):
            bodyPromise?.succeed(body)
            bodyPromise = nil
        case .refuse:
            bodyPromise?.fail(BodyTooLarge())
            bodyPromise = nil
        case .close:
            context.close(promise: nil)
        }
    }

    private func awaitNextRequest() {
        guard keepsAlive else {
            context?.close(promise: nil)
            return
        }
        wait(timeouts.requestHead)
        setReading(true)
    }

    // MARK: Responses

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        unflushedWrites += 1
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in
            unflushedWrites -= 1
            if unflushedWrites == 0 {
                stall?.cancel()
                stall = nil
            }
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            hasAnswerStarted = true
            if !keepsAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let bytes):
            context.write(wrapOutboundOut(.body(bytes)), promise: promise)
        case .end(let trailers):
            promise.futureResult.assumeIsolated().whenSuccess { [self] in answerEnded() }
            context.write(wrapOutboundOut(.end(trailers)), promise: promise)
        }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        guard unflushedWrites > 0, stall == nil else { return }
        stall = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeouts.stalledClient)) { [self] in
            self.context?.close(promise: nil)
        }
    }

    private func answerEnded() {
        isAnswering = false
        guard isReceiving else {
            awaitNextRequest()
            return
        }
        // Read the rest of the request, or a client that is still sending would never come to read its answer.
        intake.discard()
        setReading(true)
    }
}

/// A body is larger than was asked for.
struct BodyTooLarge: Error {}
