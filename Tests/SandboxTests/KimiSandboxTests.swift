import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SQL
import SQLite
import Testing

@testable import Sandbox

struct KimiSandboxTests {
    @Test(arguments: [
        ("what is 2+3", "5"), ("How much is 12 times 12?", "144"), ("quanto é 7 mais 5?", "O resultado é 12"),
        ("hello", "Hello! I'm Luna"), ("olá!", "Olá! Sou Luna"), ("plan my week", "“plan my week”"),
    ])
    func answersAsAnAssistantWould(_ question: String, _ answer: String) async throws {
        try await withKimi { kimi async throws in
            let messages = #"{"role":"system","content":"Name: Luna"},{"role":"user","content":"\#(question)"}"#
            #expect(try await kimi.post(#"{"model":"kimi-k2.6","messages":[\#(messages)]}"#).body.contains(answer))
        }
    }

    @Test func remembersWhatWasSaidBefore() async throws {
        try await withKimi { kimi async throws in
            let messages =
                #"{"role":"user","content":"my name is ana"},{"role":"assistant","content":"Hi"},"#
                + #"{"role":"user","content":"what is my name?"}"#
            let answer = try await kimi.post(#"{"model":"kimi-k2.6","messages":[\#(messages)]}"#)
            #expect(answer.body.contains("Your name is Ana."))
        }
    }

    @Test func takesTheBeginningOfAConversationFromTheCache() async throws {
        try await withKimi { kimi async throws in
            func cached(_ texts: [String], _ fields: String = "") async throws -> String {
                let messages = texts.map { #"{"role":"user","content":"\#($0)"}"# }.joined(separator: ",")
                let answer = try await kimi.post(#"{"model":"kimi-k2.6","messages":[\#(messages)]\#(fields)}"#)
                return String(try #require(answer.body.firstMatch(of: /"cached_tokens":(\d+)/)).1)
            }
            // Eight bytes are two tokens, and each message has four.
            #expect(try await cached(["instruct", "question"]) == "0")
            #expect(try await cached(["instruct", "question", "answered"]) == "12")
            #expect(try await cached(["instruct", "somewhat", "answered"]) == "6")
            #expect(try await cached(["another1", "somewhat", "answered"]) == "0")
            let name = #","prompt_cache_key":"chat""#
            #expect(try await cached(["instruct", "somewhat"], name) == "0")
            #expect(try await cached(["instruct", "somewhat", "answered"], name) == "12")
        }
    }

    @Test func isDeterministic() async throws {
        try await withKimi { kimi async throws in
            let answers = try await [kimi.ask("hello"), kimi.ask("hello")].map {
                try #require($0.body.firstMatch(of: /"content":"[^"]*"/)).0
            }
            #expect(answers[0] == answers[1])
        }
    }

    @Test(arguments: [("choice", 1, 0), ("finish", 0, 1), ("extra", 0, 1), ("choice+finish+extra", 1, 2)])
    func tellsAStreamsUsageWhereItIsAskedTo(_ places: String, _ inChoices: Int, _ atTop: Int) async throws {
        try await withKimi { kimi async throws in
            let answer = try await kimi.ask("[sandbox usage=\(places)] hello", #","stream":true"#)
            let events = answer.body.split(separator: "\n\n")
            #expect(events.last == "data: [DONE]")
            let usages = events.filter { $0.contains(#""usage""#) }
            let chunks = try usages.map { try JSONDecoder().decode(Chunk.self, from: Data($0.dropFirst(6).utf8)) }
            #expect(chunks.count { $0.choices.first?.usage != nil } == inChoices)
            #expect(chunks.count { $0.usage != nil } == atTop)
        }
    }

    @Test(arguments: [
        (401, "invalid_authentication_error"), (403, "permission_denied_error"), (429, "rate_limit_reached_error"),
        (500, "server_error"), (503, "server_unavailable"),
    ])
    func failsOnRequest(_ status: Int, _ type: String) async throws {
        try await withKimi { kimi async throws in
            let answer = try await kimi.ask("[sandbox error=\(status) \(type)]")
            #expect(answer.status.code == status)
            #expect(answer.body.hasPrefix(#"{"error":{"#) && answer.body.contains(#""type":"\#(type)""#))
            #expect((answer.headers[.retryAfter] != nil) == (status == 429))
            let anthropic = try await kimi.ask("[sandbox error=\(status) \(type)]", path: "/anthropic/v1/messages")
            #expect(anthropic.body.contains(#""type":"error""#))
            #expect(try await kimi.ledger().count == 0)
        }
    }

    @Test func answersAGatewaysTimeoutWithAPage() async throws {
        try await withKimi { kimi async throws in
            #expect(try await kimi.ask("[sandbox error=504]").headers[.contentType] == "text/html")
        }
    }

    @Test(arguments: [
        (#"{"model":"kimi-k2.5","messages":[{"role":"user","content":"hi"}]}"#, 404),
        (#"{"model":"kimi-k2.6","messages":[]}"#, 400), (#"{"model":"kimi-k2.6"}"#, 400), ("{", 400),
        (#"{"model":"kimi-k2.6","n":2,"messages":[{"role":"user","content":"hi"}]}"#, 400),
    ])
    func refusesWhatKimiRefuses(_ body: String, _ status: Int) async throws {
        try await withKimi { kimi async throws in
            #expect(try await kimi.post(body).status.code == status)
            #expect(try await kimi.post(body, key: "ocp_1").status.code == 401)
        }
    }

    @Test func stopsAtTheCap() async throws {
        try await withKimi { kimi async throws in
            let answer = try await kimi.ask("[sandbox words=500]", #","max_completion_tokens":20"#)
            #expect(answer.body.contains(#""finish_reason":"length""#))
            let books = try await kimi.ledger()
            #expect((1...20).contains(books.output))
        }
    }

    @Test func callsAToolAndReadsItsResult() async throws {
        try await withKimi { kimi async throws in
            let tools = #","tools":[{"type":"function","function":{"name":"weather"}}]"#
            for fields in [tools, tools + #","stream":true"#] {
                let call = try await kimi.ask(#"[sandbox tool=weather {\"city\":\"Porto\"}]"#, fields)
                #expect(call.body.contains(#""finish_reason":"tool_calls""#))
                #expect(call.body.contains(#"{\"city\":\"Porto\"}"#))
            }
            let result = try await kimi.post(
                #"{"model":"kimi-k2.6","messages":[{"role":"user","content":"weather?"},{"role":"tool","content":"sun"}]}"#)
            #expect(result.body.contains("Done. The tool says: "))
        }
    }

    @Test func writesOneRowForEachCallThatWasAnswered() async throws {
        try await withKimi { kimi async throws in
            _ = try await kimi.ask("hello")
            _ = try await kimi.ask("hello", #","stream":true"#)
            _ = try await kimi.ask("hello", path: "/v1/messages")
            let books = try await kimi.ledger()
            #expect(books.count == 3 && books.input > 0 && books.output > 0)
        }
    }

    private struct Chunk: Decodable {
        let choices: [Choice]
        let usage: Usage?

        struct Choice: Decodable { let usage: Usage? }
        struct Usage: Decodable {}
    }
}

/// A client of the sandbox.
private struct Kimi {
    let client: any TestClientProtocol

    struct Answer {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let body: String
    }

    struct Books: Decodable {
        let count: Int
        let input: Int
        let output: Int
    }

    func ask(_ text: String, _ fields: String = "", path: String = "/v1/chat/completions") async throws -> Answer {
        let cap = path.hasSuffix("messages") ? #","max_tokens":200"# : ""
        return try await post(
            #"{"model":"kimi-k2.6","messages":[{"role":"user","content":"\#(text)"}]\#(fields)\#(cap)}"#, path: path)
    }

    func post(_ body: String, key: String = "sk-test", path: String = "/v1/chat/completions") async throws -> Answer {
        try await client.execute(
            uri: path, method: .post, headers: [.authorization: "Bearer \(key)"], body: ByteBuffer(string: body)
        ) { Answer(status: $0.status, headers: $0.headers, body: String(buffer: $0.body)) }
    }

    func ledger() async throws -> Books {
        try await client.execute(uri: "/sandbox/kimi/calls", method: .get) {
            try JSONDecoder().decode(Books.self, from: Data($0.body.readableBytesView))
        }
    }
}

private func withKimi(_ body: @Sendable (Kimi) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-test-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let database = try SQLiteDatabase(path: folder.appending(path: "kimi.sqlite").path, logger: logger)
    try await Migrator([KimiSandbox.migration], logger: logger).migrate(database)
    let router = Router(context: BasicRequestContext.self)
    KimiSandbox(database: database, logger: logger).addRoutes(to: router)
    try await Application(router: router).test(.router) { try await body(Kimi(client: $0)) }
    await database.close()
}
