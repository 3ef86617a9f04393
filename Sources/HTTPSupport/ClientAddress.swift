import HTTPTypes
package import Hummingbird
package import NIOCore

/// The reverse proxies whose word about who is behind them is taken.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    package init(_ ranges: [AddressRange] = []) {
        self.ranges = ranges
    }

    package func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// Who asks: the last address of `X-Forwarded-For` that isn't a proxy of ours. Each proxy appends the address that it was
    /// asked from, so what stands before that is only what a client says of itself.
    /// - Parameters:
    ///   - peer: the other end of the connection; what it forwards counts only if it is trusted.
    ///   - forwardedFor: the values of the header's fields, in their order.
    package func client(peer: IPAddress?, forwardedFor: [String]) -> IPAddress? {
        guard var client = peer, contains(client) else { return peer }
        for text in forwardedFor.joined(separator: ",").split(separator: ",").reversed() {
            guard let address = IPAddress(text) else { break }
            client = address
            if !contains(address) { break }
        }
        return client
    }
}

/// Finds out who asks, for the limits by client.
package struct ClientAddressMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    private let proxies: TrustedProxies

    package init(proxies: TrustedProxies) {
        self.proxies = proxies
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let address = proxies.client(
            peer: IPAddress(peer: context.remoteAddress), forwardedFor: request.headers[values: .xForwardedFor])
        // Without an address (a Unix socket) everyone is one client.
        context.client = address?.client ?? ""
        return try await next(request, context)
    }
}

extension IPAddress {
    /// - Parameter peer: the other end of a connection.
    package init?(peer: SocketAddress?) {
        guard let text = peer?.ipAddress else { return nil }
        // `fe80::1%eth0`: the interface says nothing about who it is.
        self.init(text.prefix { $0 != "%" })
    }
}

extension HTTPField.Name {
    // The literal below is a valid field name.
    package static let xForwardedFor = Self("X-Forwarded-For")!
}
