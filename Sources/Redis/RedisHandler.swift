import NIOCore

/// A command, and who waits for its answer; `nil` for a command that is answered by pushes.
struct RedisRequest: Sendable {
    let command: [String]
    let answer: EventLoopPromise<RedisValue>?
}

/// Writes commands, and hands answers out in the order of the commands.
final class RedisHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = RedisRequest
    typealias OutboundOut = ByteBuffer

    private let onPush: @Sendable ([RedisValue]) -> Void
    private var received = ByteBuffer()
    private var waiting = CircularBuffer<EventLoopPromise<RedisValue>>()

    init(onPush: @escaping @Sendable ([RedisValue]) -> Void) {
        self.onPush = onPush
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = unwrapOutboundIn(data)
        guard context.channel.isActive else {
            request.answer?.fail(Self.closed)
            promise?.fail(Self.closed)
            return
        }
        if let answer = request.answer { waiting.append(answer) }
        var buffer = context.channel.allocator.buffer(capacity: 64)
        buffer.writeString("*\(request.command.count)\r\n")
        for word in request.command {
            buffer.writeString("$\(word.utf8.count)\r\n")
            buffer.writeString(word)
            buffer.writeString("\r\n")
        }
        context.write(wrapOutboundOut(buffer), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do throws(RedisError) {
            while let value = try RESPReader.next(&received) {
                if case .push(let values) = value {
                    onPush(values)
                } else if let answer = waiting.popFirst() {
                    answer.succeed(value)
                } else {
                    throw .malformed("an answer that nobody waits for")
                }
            }
            received.discardReadBytes()
        } catch {
            fail(error)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(Self.closed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.unavailable("\(error)"))
        context.close(promise: nil)
    }

    private func fail(_ error: RedisError) {
        while let answer = waiting.popFirst() { answer.fail(error) }
    }

    private static let closed = RedisError.unavailable("the connection was closed")
}
