import FoundationEssentials
import HTTPTypes
package import Hummingbird
package import Logging
package import SQL
import ServiceLifecycle

/// The stand-in for Kimi: chat completions in OpenAI's and Anthropic's form, plain and streaming, with deterministic answers
/// and a durable ledger of what it has billed.
///
/// Words in the last message steer it, see ``KimiDirectives``.
package struct KimiSandbox: Sendable {
    package static let migration = Migration(
        number: 3, name: "kimi",
        sql: """
            CREATE TABLE kimi_calls (
                id text PRIMARY KEY,
                key text NOT NULL,
                model text NOT NULL,
                input bigint NOT NULL,
                output bigint NOT NULL,
                aborted_at bigint,
                at bigint NOT NULL
            );
            """)

    /// The models that are on offer; anything else is 404, as a retired name is at Kimi.
    static let models = ["kimi-k2.6", "kimi-k2.7-code", "kimi-k3", "kimi-k3.1-pro"]
    private static let largestBody = 64 << 20

    private let ledger: KimiLedger
    private let cache = KimiCache()
    private let adversary: KimiAdversary?
    private let logger: Logger

    /// - Parameters:
    ///   - database: the sandbox's own, migrated with ``migration``.
    ///   - adversary: how it misbehaves while it leads a set-up chat; `nil`: it doesn't.
    package init(database: any Database, adversary: KimiAdversary? = nil, logger: Logger) {
        self.adversary = adversary
        ledger = KimiLedger(database: database)
        self.logger = logger
    }

    /// `/v1/chat/completions`, `/v1/messages`, `/anthropic/v1/messages`, `/v1/models`, the token estimate, the balance, and
    /// `/sandbox/kimi/calls`, the ledger.
    package func addRoutes(to router: Router<BasicRequestContext>) {
        router.post("/v1/chat/completions") { request, _ in await answer(request, in: .openAI) }
        router.post("/v1/messages") { request, _ in await answer(request, in: .anthropic) }
        router.post("/anthropic/v1/messages") { request, _ in await answer(request, in: .anthropic) }
        router.get("/v1/models") { request, _ in
            try guarded(request) { try Response.json(KimiModelList(Self.models)) }
        }
        router.get("/v1/users/me/balance") { request, _ in
            try guarded(request) { try Response.json(KimiBalance()) }
        }
        router.post("/v1/tokenizers/estimate-token-count") { request, _ -> Response in
            do {
                _ = try key(request)
                let prompt = try await prompt(request, in: .openAI)
                return try Response.json(KimiEstimate(totalTokens: prompt.tokens))
            } catch let fault as KimiFault {
                return fault.response(in: .openAI)
            }
        }
        router.get("/sandbox/kimi/calls") { _, _ in try Response.json(try await ledger.summary()) }
    }

    private func guarded(_ request: Request, _ body: () throws -> Response) throws -> Response {
        do {
            _ = try key(request)
            return try body()
        } catch let fault as KimiFault {
            return fault.response(in: .openAI)
        }
    }

    private func answer(_ request: Request, in dialect: KimiDialect) async -> Response {
        do {
            let key = try key(request)
            let prompt = try await prompt(request, in: dialect)
            guard Self.models.contains(prompt.model) else { throw KimiFault.unknownModel(prompt.model) }
            let directives = KimiDirectives(prompt)
            if let fault = directives.fault { throw fault }
            if directives.hangs { try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(600)) } }
            let completion = KimiCompletion(prompt, directives, adversary: adversary)
            let call = KimiCall(
                id: KimiGuide.idPrefix(prompt) + UUID().uuidString, key: key, prompt: prompt,
                cached: cache.read(prompt, key: key),
                completion: completion)
            let writer: any KimiWriter =
                switch dialect {
                case .openAI: KimiOpenAIWriter(call: call, usagePlaces: directives.usagePlaces ?? .documented(for: prompt))
                case .anthropic: KimiAnthropicWriter(call: call)
                }
            if prompt.streams {
                return KimiStream(call: call, writer: writer, ledger: ledger, cut: directives.cuts).response
            }
            // Billed before a byte of the answer is out, as the ledger must never know less than a client.
            try await ledger.bill(call, output: completion.tokens, aborted: false)
            return .json(text: try writer.whole())
        } catch let fault as KimiFault {
            return fault.response(in: dialect)
        } catch {
            logger.error("the Kimi sandbox failed", metadata: ["error": "\(error)"])
            return KimiFault(status: .internalServerError, type: "server_error", message: "The sandbox failed.").response(
                in: dialect)
        }
    }

    /// - Throws: ``KimiFault``: 401 unless an `sk-` key is presented, as a bearer or as Anthropic's `x-api-key`.
    private func key(_ request: Request) throws(KimiFault) -> String {
        let bearer = request.headers[.authorization].flatMap { header in
            header.lowercased().hasPrefix("bearer ") ? String(header.dropFirst(7)) : nil
        }
        let key = bearer ?? request.headers[HTTPField.Name("x-api-key")!]
        guard let key, key.hasPrefix("sk-") else { throw .invalidKey }
        return key
    }

    private func prompt(_ request: Request, in dialect: KimiDialect) async throws -> KimiPrompt {
        let body = try await request.body.collect(upTo: Self.largestBody)
        do {
            return try KimiPrompt(Data(body.readableBytesView), dialect)
        } catch let error as DecodingError {
            throw KimiFault.invalidRequest("The request body isn't what this API takes: \(error.path).")
        }
    }
}

extension DecodingError {
    /// Where in the body the fault is.
    fileprivate var path: String {
        switch self {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is no JSON" : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong form"
        @unknown default: "it can't be read"
        }
    }
}
