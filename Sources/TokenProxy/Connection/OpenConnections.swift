import NIOCore
import Synchronization

/// The connections that are open, so that they can be brought to an end.
final class OpenConnections: Sendable {
    private let connections = Mutex<[ObjectIdentifier: (channel: any Channel, ended: EventLoopFuture<Void>)]>([:])

    /// - Parameter ended: fulfilled when the connection is closed and nothing works for it any more.
    func add(_ channel: any Channel, ended: EventLoopFuture<Void>) {
        let id = ObjectIdentifier(channel)
        connections.withLock { $0[id] = (channel, ended) }
        ended.whenComplete { [self] _ in connections.withLock { $0[id] = nil } }
    }

    /// Closes each connection as soon as nothing is under way on it, and at `deadline` in any case.
    /// Returns when all work for them is over.
    func drain(until deadline: NIODeadline, on eventLoop: any EventLoop) async {
        let open = connections.withLock { Array($0.values) }
        for connection in open {
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
        let closing = eventLoop.scheduleTask(deadline: deadline) {
            for connection in open { connection.channel.close(promise: nil) }
        }
        // It can't fail: the futures only succeed.
        try? await EventLoopFuture.andAllComplete(open.map(\.ended), on: eventLoop).get()
        closing.cancel()
    }
}
