import NIOCore
package import NIOPosix

/// Ports of this machine's loopback address.
package enum LoopbackPort {
    /// - Parameter preferred: taken if it is free, unless 0.
    /// - Returns: a port that was free a moment ago.
    /// - Throws: an `IOError` if there is none.
    package static func free(preferring preferred: Int) async throws -> Int {
        do {
            return try await probe(preferred)
        } catch  where preferred != 0 {
            return try await probe(0)
        }
    }

    private static func probe(_ port: Int) async throws -> Int {
        let channel = try await ServerBootstrap.portProbe.bind(host: "127.0.0.1", port: port).get()
        let bound = channel.localAddress?.port ?? port
        try await channel.close()
        return bound
    }
}

extension ServerBootstrap {
    /// Finds out which ports can be listened on. It takes no connection: whoever connects before it is closed is cut off, and
    /// not left with somebody who never answers.
    package static var portProbe: ServerBootstrap {
        ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.autoRead, value: false)
    }
}
