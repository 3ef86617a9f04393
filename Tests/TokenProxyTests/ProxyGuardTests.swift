import Core
import NIOHTTP1
import SQL
import Store
import TestSupport
import Testing

@testable import TokenProxy

/// Agents that run away are stopped, and what their calls were for is told apart.
struct ProxyGuardTests {
    private static let system = #"{"role":"system","content":"You are a personal assistant running inside OpenClaw."}"#
    private static let summary = #"{"role":"system","content":"You are a context summarization assistant."}"#
    private static let words = "I stopped: I needed more than 25 steps for one message"

    private static func body(_ said: String, steps: Int = 0) -> String {
        let function = ##""function":{"name":"b","arguments":"{}"}"##
        let call =
            #",{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",\#(function)}]}"#
            + #",{"role":"tool","tool_call_id":"a","content":"c"}"#
        let message = #"{"role":"user","content":"Conversation info: \#(said)"}"#
        let calls = String(repeating: call, count: steps)
        return #"{"model":"k2p5","max_tokens":50,"messages":[\#(system),\#(message)\#(calls)]}"#
    }

    /// At the pace of the plan.
    private static func post(_ lab: ProxyLab, _ body: String) async throws -> ProxyLab.Answer {
        while true {
            let answer = try await lab.post(body)
            if !answer.body.contains("too_many_requests") { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test func tellsCallsApartByTheirShape() async throws {
        try await ProxyLab.run(agentSpeaks: .english) { lab async throws in
            _ = try await Self.post(lab, Self.body("hello"))
            _ = try await Self.post(lab, Self.body("hello", steps: 1))
            _ = try await Self.post(lab, Self.body("hello", steps: 2))
            let summary = #"{"model":"k2p5","messages":[\#(Self.summary),{"role":"user","content":"All"}]}"#
            _ = try await Self.post(lab, summary)
            let events = try await lab.events()
            #expect(events.map(\.cause).sorted() == ["background", "message", "tool", "tool"])
            let causes = try await lab.platform.database.read { [lab] in
                try UsageStore($0).causes(customerID: lab.customer.id, periodStart: events[0].periodStart)
            }
            #expect(causes.reduce(0) { $0 + $1.units } == events.reduce(0) { $0 + $1.usage.units })
            #expect(causes.messages.count == 1)
        }
    }

    @Test(arguments: [(Language.english, ProxyGuardTests.words), (.portuguese, "Parei: eu precisei de mais de 25 passos")])
    func stopsAnAgentThatCallsTooOftenForOneMessage(_ language: Language, _ words: String) async throws {
        try await ProxyLab.run(agentSpeaks: language) { lab async throws in
            for step in 0..<25 {
                let answer = try await Self.post(lab, Self.body("again", steps: step))
                #expect(answer.headers.first(name: "x-openclaw-cloud-told") == nil, "step \(step)")
            }
            let told = try await Self.post(lab, Self.body("again", steps: 25))
            #expect(told.status == 200)
            #expect(told.headers.first(name: "x-openclaw-cloud-told") == "agent_held")
            #expect(told.body.contains(words))
            #expect(try await lab.ledger().count == 25)
            try await eventually { try await lab.platform.queuedJobs("notifications.hold").count == 1 }
            // Another message doesn't help: only the owner does.
            try await eventually {
                try await Self.post(lab, Self.body("something else")).headers.first(name: "x-openclaw-cloud-told")
                    == "agent_held"
            }
            let released = try await lab.platform.database.write { [lab] in
                try AgentGuardStore($0).release(lab.box.id, customerID: lab.customer.id)
            }
            #expect(released)
            try await eventually {
                try await Self.post(lab, Self.body("again", steps: 26)).headers.first(name: "x-openclaw-cloud-told") == nil
            }
            // What was told cost nothing, and what was called is booked.
            let calls = try await lab.ledger().count
            #expect(calls >= 26)
            try await eventually { try await lab.events().count { $0.usage.total > 0 } == calls }
        }
    }

    @Test func countsACallOfSeveralTurnsToItsOwn() async throws {
        try await ProxyLab.run(agentSpeaks: .english) { lab async throws in
            for step in 0..<20 {
                for person in ["Ana", "Ben"] {
                    let answer = try await Self.post(lab, Self.body(person, steps: step))
                    #expect(answer.headers.first(name: "x-openclaw-cloud-told") == nil)
                }
            }
        }
    }

    @Test func leavesClientsThatAreNoAgentsAlone() async throws {
        try await ProxyLab.run { lab async throws in
            for _ in 0..<30 { #expect(try await Self.post(lab, Self.body("again", steps: 3)).status == 200) }
            #expect(try await lab.ledger().count == 30)
        }
    }

    @Test func stopsAnAgentThatUsesATenthOfTheMonthByItself() async throws {
        try await ProxyLab.run(limit: 40_000, agentSpeaks: .english) { lab async throws in
            let text = String(repeating: "word ", count: 1_000)
            let own = #"{"model":"k2p5","max_tokens":50,"messages":[\#(Self.system),{"role":"user","content":"\#(text)"}]}"#
            var isHeld = false
            for _ in 0..<12 where !isHeld {
                isHeld = try await Self.post(lab, own).headers.first(name: "x-openclaw-cloud-told") == "agent_held"
                _ = try await lab.events()
                try await Task.sleep(for: .milliseconds(500))
            }
            #expect(isHeld)
            let hold = try await lab.platform.database.read { [lab] in
                try AgentGuardStore($0).hold(of: lab.box.id, customerID: lab.customer.id)
            }
            #expect(hold?.reason == .unasked)
            // One call has about 1,250 tokens.
            #expect(try await lab.quota().used < 8_000)
            #expect(try await lab.platform.queuedJobs("notifications.hold").count == 1)
        }
    }

    @Test func aPersonsMessageBeginsTheCountAnew() async throws {
        try await ProxyLab.run(limit: 40_000, agentSpeaks: .english) { lab async throws in
            let text = String(repeating: "word ", count: 1_000)
            let own = #"{"model":"k2p5","max_tokens":50,"messages":[\#(Self.system),{"role":"user","content":"\#(text)"}]}"#
            for round in 0..<3 {
                for _ in 0..<2 { _ = try await Self.post(lab, own) }
                _ = try await lab.events()
                _ = try await Self.post(lab, Self.body("hello \(round)"))
                _ = try await lab.events()
            }
            let hold = try await lab.platform.database.read { [lab] in
                try AgentGuardStore($0).hold(of: lab.box.id, customerID: lab.customer.id)
            }
            #expect(hold == nil)
        }
    }
}

extension [UsageCause?] {
    fileprivate func sorted() -> [String] { map { $0?.rawValue ?? "unknown" }.sorted() }
}
