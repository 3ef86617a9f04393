import ArgumentParser
import Logging
import SQL
import Store

/// `openclaw-cloud migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings the database to the newest schema.",
        discussion: "Every service does the same when it starts; this is for deployments that want it as a step of its own.")

    func run() async throws {
        let (configuration, logger) = try await Launcher.prepare()
        let platform = try await Platform.open(configuration, sharing: .unlocked, logger: logger)
        let open = try await Migrator(Migrations.all, logger: logger).pending(platform.database)
        await platform.close()
        guard open.isEmpty else { throw ExitCode.failure }
        print("The schema is at its newest: \(Migrations.all.map { "\($0.number) \($0.name)" }.joined(separator: ", ")).")
    }
}
