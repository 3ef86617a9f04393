import AsyncHTTPClient
import Core
import Crypto
import FoundationEssentials
import Jobs
import Kubernetes
import Logging
import NIOCore
import Postgres
import Redis
import SQL
import SQLite
import Store

/// What every service stands on: the database, the queue, the keys, the HTTP client.
struct Platform: Sendable {
    let configuration: CloudConfiguration
    let data: DataDirectory
    let logger: Logger
    let clock: WallClock
    let database: any Database
    private let databaseLock: DatabaseLock?
    let notifier: any Notifier
    /// Listens for what other processes say; `nil` where there are none.
    let sharedNotifier: SharedNotifier?
    /// `nil` where none is set.
    let redis: RedisClient?
    let queue: WorkQueue
    let vault: Vault
    let sandboxSecrets: SandboxSecrets
    let httpClient: HTTPClient
    /// The cluster that agents run in; `nil` where they are child processes, and for those who have nothing to do with them.
    let cluster: KubernetesClient?
    /// Names this process where it holds something: leases and reservations.
    let instance: String

    /// Opens the database and brings it to the newest schema.
    /// - Parameters:
    ///   - sharing: `.exclusive` for the one process that is the whole product: whatever an earlier one held is then free at
    ///     once.
    ///   - opensSecrets: whether what other processes have sealed must be opened here.
    ///   - reachesCluster: whether anything here has to do with the agents; nobody else is kept by a wrong `KUBECONFIG`.
    /// - Throws: ``DomainError`` or `SQLError`, fit to be shown.
    static func open(
        _ configuration: CloudConfiguration, sharing: DataDirectory.Sharing, opensSecrets: Bool = true,
        reachesCluster: Bool = false, logger: Logger
    ) async throws -> Platform {
        let cluster = reachesCluster ? try configuration.cluster.connection() : nil
        let data = try DataDirectory(configuration.dataDirectory)
        try data.lock(sharing)
        let keys = try encryptionKeys(configuration, data: data, mustBeShared: opensSecrets && sharing == .shared)
        let database: any Database
        var lock: DatabaseLock?
        if let url = configuration.postgresURL {
            if sharing != .unlocked {
                lock = try await DatabaseLock(
                    url: configuration.postgresDirectURL ?? url, sharing: sharing, logger: logger)
            }
            database = try PostgresDatabase(
                url: url.reveal(), connections: configuration.databaseConnections, logger: logger)
        } else {
            database = try SQLiteDatabase(path: data.file("openclaw-cloud.sqlite"), logger: logger)
        }
        try await Migrator(Migrations.all, logger: logger).migrate(database)
        let clock = WallClock.system
        let instance = IdentifierBody(time: clock.now, random: .random(in: 0...UInt128.max)).text
        let redis = sharing == .exclusive ? nil : try redis(configuration, logger: logger)
        let channel = sharing == .exclusive ? nil : try notificationChannel(configuration, redis, logger: logger)
        let shared = channel.map { SharedNotifier(channel: $0, sender: instance) }
        let notifier: any Notifier = shared ?? InProcessNotifier()
        return Platform(
            configuration: configuration, data: data, logger: logger, clock: clock, database: database, databaseLock: lock,
            notifier: notifier, sharedNotifier: shared, redis: redis,
            queue: WorkQueue(database: database, clock: clock, ids: .random(clock: clock), notifier: notifier),
            vault: Vault(key: SymmetricKey(data: keys.current), previous: keys.previous.map(SymmetricKey.init(data:))),
            sandboxSecrets: SandboxSecrets(encryptionKey: keys.current), httpClient: httpClient(),
            cluster: cluster.map { KubernetesClient($0) },
            instance: instance)
    }

    private static func redis(_ configuration: CloudConfiguration, logger: Logger) throws -> RedisClient? {
        try configuration.redisURL.map {
            try RedisClient(url: $0.reveal(), channels: [RedisChannel.name], logger: logger)
        }
    }

    /// What reaches the other processes on the same database; `nil` where there can be none.
    private static func notificationChannel(
        _ configuration: CloudConfiguration, _ redis: RedisClient?, logger: Logger
    ) throws -> (any NotificationChannel)? {
        if let redis { return RedisChannel(client: redis) }
        guard let url = configuration.postgresDirectURL ?? configuration.postgresURL else { return nil }
        return PostgresChannel(
            listener: try PostgresListener(url: url.reveal(), channel: PostgresChannel.name, logger: logger))
    }

    /// Ends all connections, after the services have ended.
    func close() async {
        try? await httpClient.shutdown()
        await cluster?.close()
        await database.close()
        await databaseLock?.release()
    }

    /// - Throws: ``CloudConfiguration/Invalid`` where agents don't run in a cluster.
    func requiredCluster() throws(CloudConfiguration.Invalid) -> KubernetesClient {
        guard let cluster else {
            throw CloudConfiguration.Invalid(faults: ["KUBECONFIG must be set: there is no cluster to ask"])
        }
        return cluster
    }

    private static func encryptionKeys(
        _ configuration: CloudConfiguration, data: DataDirectory, mustBeShared: Bool
    ) throws -> (current: [UInt8], previous: [[UInt8]]) {
        if let key = configuration.encryptionKey { return (key, configuration.previousEncryptionKeys) }
        if configuration.postgresURL != nil, mustBeShared {
            throw CloudConfiguration.Invalid(faults: [
                "ENCRYPTION_KEY must be set when services run apart on one PostgreSQL: they have to share it "
                    + "(make one with: openssl rand -hex 32)"
            ])
        }
        return (try data.encryptionKey(), [])
    }

    private static func httpClient() -> HTTPClient {
        var settings = HTTPClient.Configuration()
        settings.timeout = .init(connect: .seconds(10), read: .seconds(120))
        settings.connectionPool = .init(idleTimeout: .seconds(30))
        // Who calls decides about trying again; a peer that is down shall be known to be down at once.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
        settings.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }
}
