import NIOCore
import NIOSSL

/// Drives an ``SMTPDialogue`` on a connection.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var dialogue: SMTPDialogue
    private let message: String
    private let makeTLSHandler: () throws -> NIOSSLClientHandler
    /// How long the server may take for each answer.
    private let patience: TimeAmount
    private var outcome: EventLoopPromise<Void>?
    private var parser = SMTPReplyParser()
    private var received = ByteBuffer()
    private var timer: Scheduled<Void>?

    init(
        dialogue: SMTPDialogue, message: String, patience: TimeAmount, outcome: EventLoopPromise<Void>,
        makeTLSHandler: @escaping () throws -> NIOSSLClientHandler
    ) {
        self.dialogue = dialogue
        self.message = message
        self.patience = patience
        self.outcome = outcome
        self.makeTLSHandler = makeTLSHandler
    }

    func channelActive(context: ChannelHandlerContext) {
        startTimer(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do {
            while outcome != nil, let line = try nextLine() {
                if let reply = try parser.receive(line) {
                    try perform(try dialogue.receive(reply), context)
                }
            }
        } catch {
            finish(error, context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(SMTPError.connection("the server hung up"), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(SMTPError.connection("\(error)"), context)
    }

    private func perform(_ step: SMTPDialogue.Step, _ context: ChannelHandlerContext) throws {
        switch step {
        case .command(let line):
            send(line + "\r\n", context)
        case .message:
            send(dotStuffed(message), context)
        case .startTLS:
            // Whatever came in plain text behind the reply was put there by somebody on the way.
            guard received.readableBytes == 0 else {
                throw SMTPError.unexpectedReply("plain text after the answer to STARTTLS")
            }
            try context.pipeline.syncOperations.addHandler(try makeTLSHandler(), position: .first)
            try perform(dialogue.secured(), context)
        case .accepted:
            send("QUIT\r\n", context)
            finish(nil, context)
        }
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        startTimer(context)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func nextLine() throws -> String? {
        guard let end = received.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard received.readableBytes <= 4096 else { throw SMTPError.unexpectedReply("a line without an end") }
            return nil
        }
        let length = end - received.readerIndex
        var line = received.readSlice(length: length).map { String(buffer: $0) } ?? ""
        received.moveReaderIndex(forwardBy: 1)
        received.discardReadBytes()
        if line.hasSuffix("\r") { line.removeLast() }
        return line
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        timer?.cancel()
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: patience) {
            bound.value.handler.finish(SMTPError.timeout, bound.value.context)
        }
    }

    private func finish(_ error: (any Error)?, _ context: ChannelHandlerContext) {
        guard let outcome else { return }
        self.outcome = nil
        timer?.cancel()
        if let error { outcome.fail(error) } else { outcome.succeed() }
        context.close(promise: nil)
    }
}
