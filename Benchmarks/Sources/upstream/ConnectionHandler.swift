import NIOCore
import Wire

/// Answers the requests of one connection, one after the other. Connections are kept, whatever a request's head says.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answers: Answers
    private var messages = MessageBuffer()
    private var isGet = false
    private var body: [UInt8] = []
    private var context: ChannelHandlerContext?
    private var nextChunk: Scheduled<Void>?

    init(answers: Answers) {
        self.answers = answers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try messages.read(unwrapInboundIn(data)) { event in
                switch event {
                case .head(let head):
                    isGet = head.firstByte == UInt8(ascii: "G")
                    body.removeAll(keepingCapacity: true)
                case .body(let piece): body.append(contentsOf: piece)
                case .end: answer(context)
                }
            }
        } catch {
            complain("upstream: closing a connection: \(error)")
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that resets its connection is no fault: held streams end so.
        context.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        nextChunk?.cancel()
        self.context = nil
    }

    private func answer(_ context: ChannelHandlerContext) {
        guard !isGet else { return send(answers.alive, context) }
        switch body.withUnsafeBytes({ Order(body: $0) }) {
        case .json:
            send(answers.json, context)
        case .held:
            send(answers.streamStart, context)
        case .stream(let chunks, let delay, let withUsage):
            send(answers.streamStart, context)
            guard delay > 0 else {
                for _ in 1..<chunks { send(answers.chunk, context) }
                return finish(chunks: chunks, withUsage: withUsage, context)
            }
            scheduleChunk(missing: chunks - 1, of: chunks, delay: .milliseconds(Int64(delay)), withUsage: withUsage, context)
        }
    }

    /// One write to the socket per chunk, also without delay: a model's chunks come one by one.
    private func send(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func finish(chunks: Int, withUsage: Bool, _ context: ChannelHandlerContext) {
        send(answers.finish, context)
        if withUsage { send(Answers.usage(chunks: chunks), context) }
        send(answers.streamEnd, context)
    }

    private func scheduleChunk(
        missing: Int, of chunks: Int, delay: TimeAmount, withUsage: Bool, _ context: ChannelHandlerContext
    ) {
        guard missing > 0 else { return finish(chunks: chunks, withUsage: withUsage, context) }
        nextChunk = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            guard let self, let context = self.context else { return }
            send(answers.chunk, context)
            scheduleChunk(missing: missing - 1, of: chunks, delay: delay, withUsage: withUsage, context)
        }
    }
}
