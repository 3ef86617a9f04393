import NIOCore
import NIOPosix
import Wire

/// Connections that each send the next request when the answer to the last is complete.
///
/// All connect first; then the clock starts. When the time is over every connection finishes what it has begun, and the rate
/// is taken over the whole of it, so that a slow contender's unfinished answers don't count for nothing.
struct ClosedLoop {
    let address: SocketAddress
    let request: ByteBuffer
    let isStream: Bool
    let connections: Int
    let duration: TimeAmount
    /// After the time is over; what isn't answered by then is an error.
    let patience = TimeAmount.seconds(15)

    /// - Returns: one line of JSON.
    func run(on loop: any EventLoop) async throws -> String {
        let run = try await loop.submit { NIOLoopBound(Run(settings: self, loop: loop), eventLoop: loop) }.get()
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                loop.makeCompletedFuture {
                    let worker = Worker(run: run.value)
                    run.value.workers.append(worker)
                    try channel.pipeline.syncOperations.addHandler(worker)
                }
            }
        for _ in 0..<connections { _ = try await bootstrap.connect(to: address).get() }
        return try await loop.flatSubmit { run.value.start() }.get()
    }
}

/// What the connections of one run share; it lives on their event loop.
private final class Run {
    let settings: ClosedLoop
    let tally = Tally()
    var workers: [Worker] = []
    private(set) var deadline = NIODeadline.distantFuture
    private var startedAt = NIODeadline.uptimeNanoseconds(0)
    private var busy = 0
    private let report: EventLoopPromise<String>

    init(settings: ClosedLoop, loop: any EventLoop) {
        self.settings = settings
        report = loop.makePromise()
    }

    func start() -> EventLoopFuture<String> {
        startedAt = .now()
        deadline = startedAt + settings.duration
        busy = workers.count
        for worker in workers { worker.start() }
        report.futureResult.eventLoop.assumeIsolated().scheduleTask(deadline: deadline + settings.patience) {
            for worker in self.workers { worker.giveUp() }
        }
        return report.futureResult
    }

    func workerEnded() {
        busy -= 1
        guard busy == 0 else { return }
        report.succeed(tally.report(elapsed: .now() - startedAt, isStream: settings.isStream))
    }
}

/// One connection.
private final class Worker: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let run: Run
    private let request: NIOAny
    private var messages = MessageBuffer()
    private var check: AnswerCheck
    private var context: ChannelHandlerContext?
    private var sentAt = NIODeadline.uptimeNanoseconds(0)
    private var firstByteAt = NIODeadline.uptimeNanoseconds(0)
    private var hasEnded = false

    init(run: Run) {
        self.run = run
        request = NIOAny(run.settings.request)
        check = AnswerCheck(isStream: run.settings.isStream)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func start() {
        guard let context else { return end("the connection closed before the first request") }
        send(context, at: .now())
    }

    func giveUp() { end("no answer within \(run.settings.patience.nanoseconds / 1_000_000_000) s") }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try messages.read(unwrapInboundIn(data)) { event in
                switch try check.take(event) {
                case .underWay: break
                case .firstByte: firstByteAt = .now()
                case .complete: completed(context)
                }
            }
        } catch {
            end("\(error)")
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end("the connection closed") }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { end("\(error)") }

    private func send(_ context: ChannelHandlerContext, at now: NIODeadline) {
        sentAt = now
        context.writeAndFlush(request, promise: nil)
    }

    private func completed(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        run.tally.count(latency: now - sentAt, firstByte: firstByteAt - sentAt)
        if now < run.deadline { send(context, at: now) } else { end(nil) }
    }

    /// Ends this connection for good: a broken one isn't replaced, because a run with an error counts for nothing.
    private func end(_ failure: String?) {
        guard !hasEnded else { return }
        hasEnded = true
        if let failure { run.tally.fail(failure) }
        context?.close(promise: nil)
        run.workerEnded()
    }
}
