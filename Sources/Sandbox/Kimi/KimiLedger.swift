import FoundationEssentials
import SQL

/// One call that is being answered.
struct KimiCall: Sendable {
    let id: String
    let key: String
    let prompt: KimiPrompt
    /// Tokens of the prompt that came from the cache.
    let cached: Int
    let completion: KimiCompletion
    /// Unix time in seconds.
    let created = Int64(Date.now.timeIntervalSince1970)
}

/// What the sandbox has billed; written before the answer's last byte, so that a client never knows more than it.
struct KimiLedger: Sendable {
    let database: any Database

    /// - Parameters:
    ///   - output: tokens produced.
    ///   - aborted: whether the client left before the end; Kimi bills what it has produced all the same.
    /// - Throws: `SQLError`.
    func bill(_ call: KimiCall, output: Int, aborted: Bool) async throws {
        let now = Int64(Date.now.timeIntervalSince1970 * 1000)
        try await database.write { transaction in
            _ = try transaction.execute(
                """
                INSERT INTO kimi_calls (id, key, model, input, output, aborted_at, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """,
                [
                    .text(call.id), .text(call.key), .text(call.prompt.model), .integer(Int64(call.prompt.tokens)),
                    .integer(Int64(output)), aborted ? .integer(now) : .null, .integer(now),
                ])
        }
    }

    /// Totals, and every call.
    struct Summary: Encodable, Sendable {
        let count: Int
        let input: Int64
        let output: Int64
        let calls: [Call]

        struct Call: Encodable, Sendable {
            let id: String
            let model: String
            let input: Int64
            let output: Int64
            let aborted: Bool
        }
    }

    /// - Throws: `SQLError`.
    func summary() async throws -> Summary {
        let calls = try await database.read { transaction in
            try transaction.query("SELECT id, model, input, output, aborted_at FROM kimi_calls ORDER BY at, id", []).map {
                row in
                Summary.Call(
                    id: try row.text("id"), model: try row.text("model"), input: try row.integer("input"),
                    output: try row.integer("output"), aborted: try row.optionalInteger("aborted_at") != nil)
            }
        }
        return Summary(
            count: calls.count, input: calls.reduce(0) { $0 + $1.input }, output: calls.reduce(0) { $0 + $1.output },
            calls: calls)
    }
}
