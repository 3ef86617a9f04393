import NIOCore

/// How many connections a server takes.
package struct ConnectionBounds: Sendable {
    /// From one client: a household's browsers, or an office's.
    private static let perClient = 256

    let bound: FairBound
    let proxies: TrustedProxies

    /// - Parameters:
    ///   - inAll: beyond it, the oldest connection of the client with the most is closed to admit a new one.
    ///   - proxies: are not one client, so that only the bound for all holds for their connections.
    package init(inAll: Int = 4096, proxies: TrustedProxies = TrustedProxies()) {
        bound = FairBound(perHolder: Self.perClient, inAll: inAll)
        self.proxies = proxies
    }
}

/// Counts a connection while it lasts, and closes it when it has to give way to another one.
final class ConnectionBoundHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let bounds: ConnectionBounds
    private var number: UInt64?

    init(bounds: ConnectionBounds) {
        self.bounds = bounds
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { take(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        take(context)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if let number { bounds.bound.release(number) }
        number = nil
    }

    private func take(_ context: ChannelHandlerContext) {
        guard number == nil else { return }
        let channel = context.channel
        let address = IPAddress(peer: channel.remoteAddress)
        let isProxy = address.map(bounds.proxies.contains) ?? false
        let holder = isProxy ? "connection \(ObjectIdentifier(channel))" : address?.client ?? ""
        number = bounds.bound.take(holder) { channel.close(promise: nil) }
    }
}
