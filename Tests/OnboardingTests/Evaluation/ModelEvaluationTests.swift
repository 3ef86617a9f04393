import AsyncHTTPClient
import Core
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Logging
import SQL
import SQLite
import Sandbox
import Testing

@testable import Onboarding

/// The evaluation set against a model: the sandbox's, which behaves or doesn't, or one that is named by `MODEL_URL`.
struct ModelEvaluationTests {
    @Test func theSandboxLeadsVisitorsWithoutAnythingThatMustNeverHappen() async throws {
        let visitors = try Visitor.all().enumerated().filter { $0.offset.isMultiple(of: 4) }.map(\.element)
        try await withSandbox(nil) { model in
            let report = await EvaluationReport.run(visitors, model: model)
            #expect(report.violations.isEmpty)
            #expect(report.completion >= 0.85, "\(report)")
        }
    }

    @Test(arguments: KimiAdversary.allCases)
    func aModelThatMisbehavesPutsNothingWrongAndTheConversationEnds(_ adversary: KimiAdversary) async throws {
        let visitors = try Visitor.all().enumerated().filter { $0.offset % 12 == 5 }.map(\.element)
        try await withSandbox(adversary) { model in
            let report = await EvaluationReport.run(visitors, model: model)
            #expect(report.violations.isEmpty)
            #expect(report.completion >= 0.85, "\(report)")
        }
    }

    /// A thinking model's calls come back with its thoughts, or it refuses to go on.
    @Test func thoughtsAreSentBackWithTheCallsTheyLedTo() async throws {
        try await withSandbox(nil) { model in
            var chat = ModelChat(.english, model: model)
            await chat.hear("Help me plan my week, and call it Luna")
            #expect(chat.state.agentName == "Luna")
            #expect(chat.takeovers == 0)
        }
    }

    @Test func theScriptTakesOverWhereNobodyAnswers() async throws {
        let model = GuideModel(httpClient: .shared, baseURL: "http://127.0.0.1:1/v1", model: "kimi-k2.6") {
            Secret("sk-test")
        }
        var chat = ModelChat(.english, model: model)
        await chat.hear("Help me plan my week, and call it Luna")
        #expect(chat.state.agentName == "Luna")
        #expect(chat.takeovers == 1)
    }

    /// `make eval-onboarding MODEL_URL=… MODEL_KEY=…`
    @Test(.enabled(if: ProcessInfo.processInfo.environment["EVALUATE"] != nil))
    func theWholeSetOnAModel() async throws {
        let environment = ProcessInfo.processInfo.environment
        let visitors = try Visitor.all()
        if let url = environment["MODEL_URL"], !url.isEmpty {
            let key = environment["MODEL_KEY"] ?? ""
            let model = GuideModel(httpClient: .shared, baseURL: url, model: environment["MODEL_NAME"] ?? "kimi-k2.6") {
                Secret(key)
            }
            try await EvaluationReport.run(visitors, model: model, atOnce: 4).write(to: "eval-onboarding-model.txt")
        } else {
            try await withSandbox(nil) { model in
                try await EvaluationReport.run(visitors, model: model).write(to: "eval-onboarding-model.txt")
            }
        }
    }

    private func withSandbox(
        _ adversary: KimiAdversary?, _ body: @escaping @Sendable (GuideModel) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-kimi-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try SQLiteDatabase(path: folder.appending(path: "sandbox.sqlite").path, logger: logger)
        try await Migrator([KimiSandbox.migration], logger: logger).migrate(database)
        let router = Router(context: BasicRequestContext.self)
        KimiSandbox(database: database, adversary: adversary, logger: logger).addRoutes(to: router)
        try await Application(router: router, logger: logger).test(.live) { client in
            let model = GuideModel(
                httpClient: .shared, baseURL: "http://127.0.0.1:\(client.port ?? 0)/v1", model: "kimi-k2.6"
            ) {
                Secret("sk-test")
            }
            try await body(model)
        }
        await database.close()
    }
}
