import AsyncHTTPClient
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Logging
import SQL
import SQLite
import Telegram

@testable import Sandbox

/// A Telegram of a test's own, on a free port of loopback.
struct TelegramLab: Sendable {
    static let manager = TelegramManager(
        token: "7000000001:" + String(repeating: "m", count: 35), username: "Platform_Bot", name: "Platform")

    let root: String
    let folder: URL

    var manager: TelegramClient { client(Self.manager.token) }

    func client(_ token: String) -> TelegramClient {
        TelegramClient(httpClient: .shared, apiRoot: root, token: token)
    }

    func phone(language: String = "en") -> TestPhone {
        TestPhone(root: root, language: language)
    }

    /// - Parameters:
    ///   - folder: where the database lies; a folder of its own if `nil`, which is removed afterwards.
    ///   - model: answers at `/v1/chat/completions`.
    ///   - now: milliseconds since 1970.
    static func run(
        in folder: URL? = nil, model: ScriptedModel? = nil,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) },
        _ body: @escaping @Sendable (TelegramLab) async throws -> Void
    ) async throws {
        let own = FileManager.default.temporaryDirectory.appending(path: "telegram-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: own) }
        let place = folder ?? own
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let database = try SQLiteDatabase(path: place.appending(path: "sandbox.sqlite").path, logger: logger)
        try await Migrator([TelegramSandbox.migration, VoiceStore.migration], logger: logger).migrate(database)
        let sandbox = try await TelegramSandbox(
            database: database, publicURL: "http://sandbox.test", manager: manager, logger: logger, now: now)
        let router = Router(context: BasicRequestContext.self)
        sandbox.addRoutes(to: router)
        model?.addRoutes(to: router)
        try await Application(router: router, logger: logger).test(.live) { client in
            try await body(TelegramLab(root: "http://127.0.0.1:\(client.port ?? 0)", folder: place))
        }
        await database.close()
    }
}
