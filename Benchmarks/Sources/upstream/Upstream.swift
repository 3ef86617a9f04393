import ArgumentParser
import NIOCore
import NIOPosix

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A model's API on loopback that takes as little of the machine as it can, so that what is measured is what stands before it.
///
/// `POST` in OpenAI's form; words in the body choose the answer (see ``Order``):
/// - without `"stream":true` a chat.completion of 1 KB,
/// - with it a stream; `chunks=20 delay=10` set the number of chunks and the milliseconds between them, and
///   `"include_usage":true` adds the chunk with the usage,
/// - with `hold` besides, a stream that stays open after its first chunk.
/// `GET` of anything answers 200.
@main
struct Upstream: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A fast stand-in for a model's API.")

    @Option(help: "The port to listen on, on 127.0.0.1.")
    var port: Int

    @Option(help: "How many event loops; each listens with SO_REUSEPORT if there are several.")
    var loops = 1

    func validate() throws {
        guard loops > 0 else { throw ValidationError("--loops must be above zero.") }
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let answers = Answers()
        var listeners: [any Channel] = []
        for loop in group.makeIterator() {
            let bootstrap = ServerBootstrap(group: loop)
                .serverChannelOption(.backlog, value: 4096)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.socketOption(NIOBSDSocket.Option(rawValue: SO_REUSEPORT)), value: loops > 1 ? 1 : 0)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(ConnectionHandler(answers: answers))
                    }
                }
            listeners.append(try await bootstrap.bind(host: "127.0.0.1", port: port).get())
        }
        for listener in listeners { try await listener.closeFuture.get() }
    }
}
