import FoundationEssentials
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// The SMTP listener in front of a ``MailOutbox``.
struct MailListener: Sendable {
    let outbox: MailOutbox
    let logger: Logger

    /// Listens until the task is cancelled or the service shuts down.
    /// - Parameter whenListening: is told the port, which matters when 0 was asked for.
    func run(host: String, port: Int, whenListening: @Sendable (Int) -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        whenListening(server.channel.localAddress?.port ?? port)
        logger.info(
            "sandbox mail is listening",
            metadata: ["host": "\(host)", "port": "\(server.channel.localAddress?.port ?? port)"])
        try await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { connections in
                    for try await connection in connections {
                        group.addTask { await serve(connection) }
                    }
                }
                group.cancelAll()
            }
        }
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                var session = MailSession()
                var pending = ByteBuffer()
                try await outbound.write(reply(MailSession.greeting))
                for try await var bytes in inbound {
                    pending.writeBuffer(&bytes)
                    while let line = nextLine(&pending) {
                        switch session.receive(line) {
                        case .nothing:
                            break
                        case .reply(let text):
                            try await outbound.write(reply(text))
                        case .store(let envelope):
                            try await outbound.write(reply(await store(envelope)))
                        case .close(let text):
                            try await outbound.write(reply(text))
                            return
                        }
                    }
                    guard pending.readableBytes <= MailSession.longestLine else {
                        return try await outbound.write(reply("500 a line may have \(MailSession.longestLine) bytes"))
                    }
                }
            }
        } catch {
            // A client that hangs up in the middle has handed nothing over: there is nothing to do about it.
            logger.debug("a mail connection broke", metadata: ["error": "\(error)"])
        }
    }

    private func store(_ envelope: MailSession.Envelope) async -> String {
        do {
            try await outbox.store(envelope, receivedAt: Date.now)
            return "250 stored"
        } catch {
            logger.error("a mail could not be stored", metadata: ["error": "\(error)"])
            return "451 4.3.0 could not be stored, try again later"
        }
    }

    private func nextLine(_ buffer: inout ByteBuffer) -> String? {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = buffer.readSlice(length: end - buffer.readerIndex).map { String(buffer: $0) } ?? ""
        buffer.moveReaderIndex(forwardBy: 1)
        buffer.discardReadBytes()
        if line.hasSuffix("\r") { line.removeLast() }
        return line
    }

    private func reply(_ text: String) -> ByteBuffer { ByteBuffer(string: text + "\r\n") }
}
