import Core
import TestSupport
import Testing
import TokenProxy

/// What tokens weigh, and that a limit counts that.
struct UnitTests {
    @Test(arguments: [
        (TokenUsage(input: 0, output: 0), 0), (TokenUsage(input: 10, output: 5), 30),
        (TokenUsage(input: 10, cached: 1, output: 0), 10), (TokenUsage(input: 10, cached: 6, output: 0), 5),
        (TokenUsage(input: 10, cached: 7, output: 0), 5), (TokenUsage(input: 4_400, cached: 4_000, output: 200), 1_867),
        // More from the cache than there was: an upstream's mistake.
        (TokenUsage(input: 5, cached: 60, output: 1), 5),
    ])
    func weighsTokensAsTheyCost(_ usage: TokenUsage, _ units: Int) {
        #expect(usage.units == units)
    }

    @Test func neverWeighsMoreThanWasReserved() {
        for _ in 0..<10_000 {
            let input = Int.random(in: 0...100_000)
            let usage = TokenUsage(input: input, cached: .random(in: 0...input), output: .random(in: 0...40_000))
            #expect(usage.units <= UnitWeights.most(input: input, output: usage.output))
        }
    }

    @Test(arguments: ["", #","stream":true"#])
    func chargesWhatCameFromTheCacheASixth(_ fields: String) async throws {
        try await ProxyLab.run { lab async throws in
            let system = #"{"role":"system","content":"\#(String(repeating: "word ", count: 480))"}"#
            for question in ["hello", "how are you?"] {
                let messages = #"[\#(system),{"role":"user","content":"\#(question)"}]"#
                let answer = try await lab.post(#"{"model":"k2p5","max_tokens":200,"messages":\#(messages)\#(fields)}"#)
                #expect(answer.status == 200)
            }
            let events = try await lab.events()
            // The later one first: the sandbox makes a token of four bytes, and four for each message.
            #expect(events.map(\.usage.cached) == [604, 0])
            let books = try await lab.ledger()
            #expect(events.reduce(0) { $0 + $1.usage.total } == books.total)
            let quota = try await lab.quota()
            #expect(quota.used == events.reduce(0) { $0 + $1.usage.units })
            #expect(quota.used == books.units - 604 + 101)
        }
    }

    @Test func neverGoesBeyondTheLimitWhateverCameFromTheCache() async throws {
        let limit = 20_000
        try await ProxyLab.run(limit: limit, configure: { $0.plans = ProxyLimitTests.unhurried }) { lab async throws in
            let system = #"{"role":"system","content":"\#(String(repeating: "word ", count: 200))"}"#
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let messages = #"[\#(system),{"role":"user","content":"[sandbox words=90] \#(number)"}]"#
                        _ = try await lab.post(#"{"model":"k2p5","max_tokens":300,"messages":\#(messages)}"#)
                    }
                }
                try await group.waitForAll()
            }
            let quota = try await lab.quota()
            #expect(quota.used <= limit && quota.used > limit / 2 && quota.reserved == 0)
            #expect(quota.used == (try await lab.events()).reduce(0) { $0 + $1.usage.units })
        }
    }
}
