import Redis
import ServiceLifecycle

/// Keeps the connection with Redis until everything that started after it has ended.
struct RedisService: Service {
    let client: RedisClient

    func run() async {
        await cancelWhenGracefulShutdown { await client.run() }
    }
}
