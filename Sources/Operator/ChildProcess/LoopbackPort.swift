import NIOCore
import NIOPosix

/// Ports of this machine's loopback address.
enum LoopbackPort {
    /// - Parameter preferred: taken if it is free, unless 0.
    /// - Returns: a port that was free a moment ago.
    /// - Throws: an `IOError` if there is none.
    static func free(preferring preferred: Int) async throws -> Int {
        do {
            return try await probe(preferred)
        } catch  where preferred != 0 {
            return try await probe(0)
        }
    }

    private static func probe(_ port: Int) async throws -> Int {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port).get()
        let bound = channel.localAddress?.port ?? port
        try await channel.close()
        return bound
    }
}
