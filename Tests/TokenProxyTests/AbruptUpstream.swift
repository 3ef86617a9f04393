import NIOCore
import NIOPosix
import Synchronization

/// An upstream that says the same to each call after a while, and closes the connection.
final class AbruptUpstream: Sendable {
    private let answer: String
    private let pause: TimeAmount
    private let count = Atomic(0)

    var calls: Int { count.load(ordering: .relaxed) }

    private init(_ answer: String, _ pause: TimeAmount) {
        self.answer = answer
        self.pause = pause
    }

    static func run(
        _ answer: String, after pause: Duration, _ body: (AbruptUpstream, _ port: Int) async throws -> Void
    ) async throws {
        let upstream = AbruptUpstream(answer, TimeAmount(pause))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(upstream))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            try await body(upstream, channel.localAddress?.port ?? 0)
            try await channel.close()
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let upstream: AbruptUpstream
        private var isAsked = false

        init(_ upstream: AbruptUpstream) {
            self.upstream = upstream
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if isAsked { return }
            isAsked = true
            upstream.count.add(1, ordering: .relaxed)
            let (channel, answer) = (context.channel, ByteBuffer(string: upstream.answer))
            channel.eventLoop.scheduleTask(in: upstream.pause) {
                channel.writeAndFlush(answer).whenComplete { _ in channel.close(promise: nil) }
            }
        }
    }
}
