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
        let clients = self == .redis ? try (0..<2).map { _ in try TestRedis.client(channels: [RedisChannel.name]) } : []
        let processes = try zip(["a", "b"], 0...).map { name, number in
            let channel: any NotificationChannel =
                self == .redis ? RedisChannel(client: clients[number]) : try channel(place)
            return SharedNotifier(channel: channel, sender: name, pause: .milliseconds(200))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.run() } }
            for process in processes { group.addTask { await process.run() } }
            defer { group.cancelAll() }
            if self != .polling {
                try await eventually("both listen") { processes.allSatisfy(\.isConnected) }
            }
            try await body(queue(processes[0]), processes[1])
        }
    }

    private func channel(_ place: Place) throws -> any NotificationChannel {
        let url = self == .postgres ? try place.directURL : "postgres://nobody@127.0.0.1:1/none"
        return PostgresChannel(
            listener: try PostgresListener(url: url, channel: PostgresChannel.name, logger: quiet))
    }
}
