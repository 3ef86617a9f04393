import NIOCore
import NIOPosix
import Wire

/// Opens streams, each on a connection of its own, and keeps them.
struct HeldStreams {
    let address: SocketAddress
    let request: ByteBuffer
    let streams: Int
    /// So many wait for their first byte at a time; more would only measure queues of connections.
    let opening = 32

    /// Returns when every stream has had its first byte.
    func open(on loop: any EventLoop) async throws {
        var waiting: [EventLoopFuture<Void>] = []
        for number in 0..<streams {
            if number >= opening { try await waiting[number - opening].get() }
            let hasFirstByte = loop.makePromise(of: Void.self)
            waiting.append(hasFirstByte.futureResult)
            let request = request
            let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
                loop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HeldStream(request: request, hasFirstByte: hasFirstByte))
                }
            }
            do {
                _ = try await bootstrap.connect(to: address).get()
            } catch {
                hasFirstByte.fail(error)
            }
        }
        for future in waiting.suffix(opening) { try await future.get() }
    }
}

private final class HeldStream: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer
    private let hasFirstByte: EventLoopPromise<Void>
    private var messages = MessageBuffer()
    private var check = AnswerCheck(isStream: true)
    private var isOpen = false

    init(request: ByteBuffer, hasFirstByte: EventLoopPromise<Void>) {
        self.request = request
        self.hasFirstByte = hasFirstByte
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try messages.read(unwrapInboundIn(data)) { event in
                switch try check.take(event) {
                case .underWay: break
                case .firstByte where check.isRefusal: break
                case .firstByte:
                    isOpen = true
                    hasFirstByte.succeed()
                case .complete: throw BadAnswer("the stream ended instead of staying open")
                }
            }
        } catch {
            fail(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { fail(BadAnswer("the connection closed")) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

    private func fail(_ error: any Error) {
        guard isOpen else { return hasFirstByte.fail(error) }
        quit("a held stream broke: \(error)")
    }
}
