import FoundationEssentials
import Redis
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The Redis of scripts/with-redis, which starts it again whenever it dies.
enum TestRedis {
    static let url = ProcessInfo.processInfo.environment["TEST_REDIS_URL"]
    static let tlsURL = ProcessInfo.processInfo.environment["TEST_REDIS_TLS_URL"]
    static let authority = ProcessInfo.processInfo.environment["TEST_REDIS_CA"]

    static func client(channels: [String] = []) throws -> RedisClient {
        try RedisClient(url: #require(url), channels: channels, logger: quiet)
    }

    /// Runs clients beside `body`, connected before it begins.
    static func with(_ clients: [RedisClient], _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.run() } }
            defer { group.cancelAll() }
            try await eventually("Redis is connected") { clients.allSatisfy(\.isConnected) }
            try await body()
        }
    }

    /// Kills the server, and waits until the client has noticed.
    static func end(_ client: RedisClient) async throws {
        let info = try #require(try await client.send(["INFO", "server"]).text)
        let line = try #require(info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("process_id:") })
        let events = client.events()
        kill(try #require(pid_t(line.dropFirst("process_id:".count))), SIGKILL)
        _ = await events.first { $0 == .disconnected }
    }
}
