import CloudApp
import Core
import Jobs
import Logging
import Postgres
import Redis
import SQL
import Store
import TestSupport

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The ways in which one process wakes another.
enum NotifierKind: String, Sendable {
    /// Where scripts/with-redis has started one.
    static let allCases = [inProcess, postgres, polling] + (TestRedis.url == nil ? [] : [redis])

    /// One process.
    case inProcess
    case postgres
    /// PostgreSQL through a pooler, or a server that isn't there: nothing travels.
    case polling
    case redis

    /// Gives `body` two processes: what one writes, the other hears of.
    func run(_ body: @Sendable (_ writer: WorkQueue, _ listener: any Notifier) async throws -> Void) async throws {
        let engine: Engine = self == .postgres || self == .polling ? .postgres : .sqlite
        try await engine.withPlace { place in
            let database = try place.open()
            do {
                try await Migrator(Migrations.all, logger: quiet).migrate(database)
                try await run(on: database, place, body)
                await database.close()
            } catch {
                await database.close()
                throw error
            }
        }
    }

    private func run(
        on database: any Database, _ place: Place,
        _ body: @Sendable (_ writer: WorkQueue, _ listener: any Notifier) async throws -> Void
    ) async throws {
        func queue(_ notifier: any Notifier) -> WorkQueue {
            WorkQueue(database: database, clock: .system, ids: .random(clock: .system), notifier: notifier)
        }
        if self == .inProcess {
            let notifier = InProcessNotifier()
            return try await body(queue(notifier), notifier)
        }
        var clients: [RedisClient] = []
        var processes: [SharedNotifier] = []
        for name in ["a", "b"] {
            let carrier: any NotificationChannel
            if self == .redis {
                let client = try TestRedis.client(channels: [RedisChannel.name])
                clients.append(client)
                carrier = RedisChannel(client: client)
            } else {
                carrier = try postgresChannel(place)
            }
            processes.append(SharedNotifier(channel: carrier, sender: name, pause: .milliseconds(200)))
        }
        let (first, second) = (processes[0], processes[1])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.run() } }
            for process in [first, second] { group.addTask { await process.run() } }
            defer { group.cancelAll() }
            if self != .polling {
                try await eventually("both listen") { first.isConnected && second.isConnected }
            }
            try await body(queue(first), second)
        }
    }

    private func postgresChannel(_ place: Place) throws -> any NotificationChannel {
        let url = try self == .postgres ? place.directURL : "postgres://nobody@127.0.0.1:1/none"
        return PostgresChannel(
            listener: try PostgresListener(url: url, channel: PostgresChannel.name, logger: quiet))
    }
}
