import Core
import SQL
import Store
import TestSupport
import Testing

struct AgentGuardStoreTests {
    @Test(arguments: Engine.allCases)
    func addsUpWhatSeveralProxiesHaveCountedOfOneTurn(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000_000) { stage async throws in
            for proxy in 0..<2 {
                #expect(try await stage.count((0..<12).map { stage.event("a\(proxy)-\($0)", .message, turn: 7) }).isEmpty)
            }
            #expect(try await stage.count([stage.event("b", .tool, turn: 7)]).isEmpty)
            #expect(try await stage.count([stage.event("c", .tool, turn: 8)]).isEmpty)
            #expect(try await stage.count([stage.event("d", .tool, turn: 7)]) == [stage.box.id])
            #expect(try await stage.hold()?.reason == .manyCalls)
            // Held is held.
            #expect(try await stage.count([stage.event("e", .tool, turn: 7)]).isEmpty)
            #expect(try await stage.release())
            #expect(try await stage.hold() == nil)
            #expect(try await !stage.release())
            #expect(try await stage.count([stage.event("f", .tool, turn: 7)]).isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func forgetsATurnAfterAnHour(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000_000) { stage async throws in
            let calls = (0..<20).map { stage.event("a\($0)", .tool, turn: 7) }
            #expect(try await stage.count(calls).isEmpty)
            #expect(try await stage.count(calls, now: testNow + .hours(2)).isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func holdsAnAgentThatUsesATenthOfTheMonthUnasked(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 10_000) { stage async throws in
            let call = stage.event("a", .background, units: 400)
            #expect(try await stage.count([call]).isEmpty)
            #expect(try await stage.count([call]).isEmpty)
            // A person's message begins the count anew, and what is used for it is asked for.
            #expect(try await stage.count([stage.event("b", .message, units: 5_000, at: testNow + .seconds(1))]).isEmpty)
            #expect(try await stage.count([stage.event("c", .tool, units: 5_000)]).isEmpty)
            #expect(try await stage.count([call]).isEmpty)
            // A day later, too.
            #expect(try await stage.count([call, call], now: testNow + .hours(25)).isEmpty)
            #expect(try await stage.count([call], now: testNow + .hours(26)) == [stage.box.id])
            #expect(try await stage.hold()?.reason == .unasked)
            #expect(try await stage.release())
            #expect(try await stage.count([call], now: testNow + .hours(26)).isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func aCredentialSaysThatItsAgentIsHeld(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 10_000) { stage async throws in
            let hash = AccessToken.random().hash
            try await stage.write {
                try $0.insertProxyToken(hash: hash, customerID: stage.customer.id, boxID: stage.box.id, now: testNow)
            }
            #expect(try await stage.write { try $0.credential(proxyTokenHash: hash) }?.hold == nil)
            #expect(try await stage.hold(.manyCalls))
            #expect(try await !stage.hold(.unasked))
            #expect(try await stage.write { try $0.credential(proxyTokenHash: hash) }?.hold == .manyCalls)
            #expect(try await stage.release())
            let credential = try await stage.write { try $0.credential(proxyTokenHash: hash) }
            #expect(credential?.hold == nil && credential?.releases == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func tellsWhatHasUsedAPeriod(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 10_000) { stage async throws in
            let calls = [
                stage.event("a", .message, units: 100), stage.event("b", .message, units: 200),
                stage.event("c", .tool, units: 60), stage.event("d", nil, units: 5),
            ]
            try await stage.record(calls)
            #expect(Set(try await stage.events().map(\.cause)) == [.message, .tool, nil])
            let causes = try await stage.write { try $0.causes(customerID: stage.customer.id, periodStart: testNow) }
            #expect(
                causes == [
                    CauseUse(cause: .message, calls: 2, units: 300), CauseUse(cause: .tool, calls: 1, units: 60),
                    CauseUse(cause: nil, calls: 1, units: 5),
                ])
            #expect(causes.messages == (2, 180))
            // Rounded up call by call, as calls are charged.
            try await stage.record([
                stage.event("e", TokenUsage(input: 20, cached: 7, output: 3)),
                stage.event("f", TokenUsage(input: 9, cached: 7, output: 0)),
            ])
            let all = try await stage.write { try $0.causes(customerID: stage.customer.id, periodStart: testNow) }
            #expect(all.reduce(0) { $0 + $1.units } == (try await stage.events().reduce(0) { $0 + $1.usage.units }))
        }
    }
}

extension UsageStage {
    fileprivate func event(
        _ id: String, _ cause: UsageCause?, turn: Int64? = 0, units: Int = 10, at time: Timestamp = testNow
    ) -> UsageEvent {
        UsageEvent(
            requestID: id, customerID: customer.id, boxID: box.id, periodStart: testNow, model: "k2p5",
            usage: TokenUsage(input: units, output: 0), estimated: false, cause: cause, turn: turn, createdAt: time)
    }

    fileprivate func count(_ events: [UsageEvent], now: Timestamp = testNow) async throws -> [Box.ID] {
        try await database.write { try AgentGuardStore($0).count(events, now: now) }
    }

    fileprivate func hold() async throws -> AgentHold? {
        try await database.read { [box, customer] in try AgentGuardStore($0).hold(of: box.id, customerID: customer.id) }
    }

    fileprivate func hold(_ reason: AgentHold.Reason) async throws -> Bool {
        try await database.write { [box, customer] in
            try AgentGuardStore($0).hold(box.id, customerID: customer.id, reason, now: testNow)
        }
    }

    fileprivate func release() async throws -> Bool {
        try await database.write { [box, customer] in
            try AgentGuardStore($0).release(box.id, customerID: customer.id)
        }
    }
}
