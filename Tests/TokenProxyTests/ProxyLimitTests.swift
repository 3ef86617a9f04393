import Core
import FoundationEssentials
import NIOHTTP1
import SQL
import Store
import TestSupport
import Testing
import TokenProxy

struct ProxyLimitTests {
    /// Plans that don't slow a test down.
    static let unhurried: PlanTable = {
        do {
            let json = String(decoding: try JSONEncoder().encode(PlanTable.builtIn.all), as: UTF8.self)
            let fast = json.replacing(/"(requestsPerSecond|concurrentRequests)":\d+/) { #""\#($0.output.1)":100000"# }
            return try PlanTable(json: Data(fast.utf8))
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    @Test(arguments: [false, true])
    func neverGoesBeyondTheLimitUnderConcurrency(_ streams: Bool) async throws {
        let limit = 2_500
        try await ProxyLab.run(limit: limit, configure: { $0.plans = Self.unhurried }) { lab async throws in
            let body = ProxyLab.body(
                "[sandbox words=40] hello", cap: 60, fields: streams ? #","stream":true"# : "")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 { group.addTask { try await lab.post(body).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(statuses) == [200, 429])
            let (quota, books) = (try await lab.quota(), try await lab.ledger())
            #expect(quota.used <= limit)
            #expect(quota.reserved == 0)
            #expect(quota.used == books.units)
            #expect(books.count == statuses.count { $0 == 200 })
            #expect(try await lab.events().count == books.count)
        }
    }

    @Test func shrinksTheCapToWhatIsLeft() async throws {
        try await ProxyLab.run(limit: 1_400) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("[sandbox words=500] hi", cap: 10_000))
            #expect(answer.status == 200)
            #expect(answer.body.contains(#""finish_reason":"length""#))
            #expect(try await lab.quota().used <= 1_400)
        }
    }

    /// As OpenClaw asks: its own words and tools, and the largest cap that the model takes.
    @Test(arguments: [150_000, 32_179, 18_400, 6_500, 5_700])
    func usesWhatIsLeftOfTheMonthForAPromptOfUsualLength(_ left: Int) async throws {
        try await ProxyLab.run(limit: 1_000_000) { lab async throws in
            try await lab.platform.database.write { [lab] in
                _ = try $0.execute(
                    "UPDATE quotas SET used = ?2 WHERE customer_id = ?1",
                    [.text(lab.customer.id.rawValue), .integer(Int64(1_000_000 - left))])
            }
            // About 4,500 tokens.
            let prompt = String(repeating: "Use the tools. ", count: 1_180)
            let answer = try await lab.post(
                #"{"model":"k2p5","max_completion_tokens":32768,"messages":[{"role":"system","content":"\#(prompt)"},"#
                    + #"{"role":"user","content":"Hello?"}]}"#)
            #expect(answer.status == 200)
            let (quota, books) = (try await lab.quota(), try await lab.ledger())
            #expect(quota.used == 1_000_000 - left + books.units && quota.used <= 1_000_000)
        }
    }

    @Test func asksForAShorterAnswerOnlyDownTo256Tokens() async throws {
        let body = ProxyLab.body("hello", cap: 1_000)
        for (spare, status) in [(1_024, 200), (1_023, 429)] {
            try await ProxyLab.run(limit: body.utf8.count + spare) { lab async throws in
                // In Anthropic's form nobody knows better than the bytes.
                #expect(try await lab.post(body, path: "/v1/messages").status == status)
            }
        }
        // Unless the client wants no more.
        let short = ProxyLab.body("hello", cap: 20)
        try await ProxyLab.run(limit: short.utf8.count + 80) { lab async throws in
            #expect(try await lab.post(short, path: "/v1/messages").status == 200)
        }
    }

    @Test func estimatesAPromptBeforeItsAnswerIsCutShort() async throws {
        try await ProxyLab.run(limit: 10_000) { lab async throws in
            // By its bytes 6,000 tokens, by the sandbox's count 1,500: so there is room for an answer of 2,000.
            let text = "[sandbox words=900] " + String(repeating: "word ", count: 1_180)
            let answer = try await lab.post(ProxyLab.body(text, cap: 30_000))
            #expect(answer.status == 200 && answer.body.contains(#""finish_reason":"stop""#))
        }
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/messages"])
    func saysWhenTheMonthIsUsedUp(_ path: String) async throws {
        try await ProxyLab.run(limit: 20) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello"), path: path)
            #expect(answer.status == 429)
            #expect(answer.headers.first(name: "x-should-retry") == "false")
            #expect(answer.headers.first(name: "retry-after") == nil)
            let error =
                #"{"type":"rate_limit_error","code":"monthly_limit_exceeded","message":"Monthly usage limit reached. "#
                + #"It resets on 31 Jan. Upgrade at https://example.com/dashboard"}"#
            #expect(answer.body.contains(error))
            #expect(try await lab.ledger().count == 0)
        }
    }

    @Test func asksTheUpstreamForItsCountBeforeItRefusesALongPrompt() async throws {
        try await ProxyLab.run(limit: 4_000) { lab async throws in
            // By its bytes it wouldn't fit; by the sandbox's own count it has a quarter of that.
            let text = String(repeating: "word ", count: 1_600)
            #expect(try await lab.post(ProxyLab.body(text)).status == 200)
            let (quota, books) = (try await lab.quota(), try await lab.ledger())
            #expect(quota.used == books.units && quota.used > 2_000 && quota.used <= 4_000)
            #expect(try await lab.events().map(\.estimated) == [false])
        }
    }

    @Test func saysWhenOnlyThisChatIsTooLong() async throws {
        try await ProxyLab.run(limit: 3_000) { lab async throws in
            let answer = try await lab.post(ProxyLab.body(String(repeating: "word ", count: 4_000)))
            #expect(answer.status == 429)
            #expect(answer.headers.first(name: "x-should-retry") == "false")
            #expect(answer.body.contains("exceeds_remaining_tokens"))
            // The words that OpenClaw shows to people.
            #expect(answer.body.contains("monthly limit") && answer.body.contains("resets"))
            #expect(try await lab.post(ProxyLab.body("hello")).status == 200)
        }
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/messages"])
    func countsPicturesByTheirSize(_ path: String) async throws {
        try await ProxyLab.run(limit: 10_000) { lab async throws in
            // Two megabytes that begin like a PNG of 16 by 16 pixels.
            let data = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQ" + String(repeating: "QUJD", count: 500_000)
            let part =
                path == "/v1/messages"
                ? #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(data)"}}"#
                : #"{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(data)"}}"#
            let body = #"{"model":"k2p5","max_tokens":50,"messages":[{"role":"user","content":[\#(part)]}]}"#
            #expect(try await lab.post(body, path: path).status == 200)
        }
    }

    @Test func warnsFrom80Percent() async throws {
        try await ProxyLab.run(limit: 2_000) { lab async throws in
            #expect(try await lab.post(ProxyLab.body("hello")).headers.first(name: "x-usage-warning") == nil)
            // The lease is given back, so the next call learns what has been used meanwhile.
            _ = try await lab.quota()
            try await lab.platform.database.write { [lab] in
                _ = try $0.execute("UPDATE quotas SET used = 1600 WHERE customer_id = ?1", [.text(lab.customer.id.rawValue)])
            }
            let warning = try await lab.post(ProxyLab.body("hello", cap: 30)).headers.first(name: "x-usage-warning")
            #expect(warning?.hasSuffix("% of this month's usage is used up; resets on 31 Jan") == true)
        }
    }

    @Test func asksToWaitWithoutAPeriod() async throws {
        try await ProxyLab.run(limit: nil) { lab async throws in
            let answer = try await lab.post(ProxyLab.body("hello"))
            #expect(answer.status == 503)
            #expect(answer.body.contains("period_pending"))
        }
    }

    @Test func letsOneCustomerCallOnlySoOftenAtOnce() async throws {
        try await ProxyLab.run { lab async throws in
            let answers = try await withThrowingTaskGroup(of: ProxyLab.Answer.self) { group in
                for _ in 0..<30 {
                    group.addTask { try await lab.post(ProxyLab.body("[sandbox words=40] hi", fields: #","stream":true"#)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = answers.filter { $0.status == 429 }
            #expect(refused.count >= 20)
            #expect(refused.allSatisfy { $0.headers.first(name: "retry-after") == "1" })
            #expect(answers.count { $0.status == 200 } >= 8)
        }
    }
}
