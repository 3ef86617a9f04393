import Core
import Dispatch
import SQL
import Store
import TestSupport
import Testing

struct UsageStoreTests {
    @Test(arguments: Engine.allCases)
    func keepsWhatWasUsedWhenTheLimitChanges(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 434)
            // 30 tokens of the prompt, 20 from the cache, and 100 of the answer.
            try await stage.record([stage.event("r1", TokenUsage(input: 50, cached: 20, output: 100))])
            try await stage.setLimit(500)
            #expect(try await stage.quota() == stage.quota(limit: 500, used: 434, reserved: 0))
        }
    }

    @Test(arguments: Engine.allCases)
    func aPeriodFromBeforeKeepsAtLeastTheLimitItHad(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 80_000_000) { stage async throws in
            _ = try await stage.database.write { try $0.execute("UPDATE quotas SET floor_units = token_limit", []) }
            try await stage.setLimit(60_000_000)
            #expect(try await stage.quota() == stage.quota(limit: 80_000_000))
            try await stage.setLimit(90_000_000)
            #expect(try await stage.quota() == stage.quota(limit: 90_000_000))
        }
    }

    @Test(arguments: Engine.allCases)
    func findsThePeriodOfAMoment(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            let next = testNow + .days(30)
            try await stage.write {
                try $0.setQuota(customerID: stage.customer.id, periodStart: next, periodEnd: next + .days(30), limit: 7)
            }
            try await stage.read { store throws in
                #expect(try store.quota(customerID: stage.customer.id, at: next - .milliseconds(1))?.limit == 1_000)
                #expect(try store.quota(customerID: stage.customer.id, at: next)?.limit == 7)
                #expect(try store.quota(customerID: stage.customer.id, at: testNow - .milliseconds(1)) == nil)
                #expect(try store.quota(customerID: testIDs.next(), at: testNow) == nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func leasesUpToTheLimitAndNotBeyond(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            let first = try await stage.lease(need: 600)
            #expect(first == LeaseAnswer(granted: 600, held: 600, quota: stage.quota(limit: 1_000, reserved: 600)))
            // Less than is needed, but enough for something.
            #expect(try await stage.lease(need: 600, least: 100, holder: "other")?.granted == 400)
            let none = try await stage.lease(need: 600, least: 1)
            #expect(none == LeaseAnswer(granted: 0, held: 600, quota: stage.quota(limit: 1_000, reserved: 1_000)))
            #expect(none?.heldByOthers == 400)
            #expect(none?.elsewhere == 400)
        }
    }

    @Test(arguments: Engine.allCases)
    func leasesNothingOutsideOfAPeriod(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            #expect(try await stage.lease(need: 1, at: testNow + .days(30)) == nil)
        }
    }

    @Test(arguments: Engine.allCases)
    func takesBackWhatIsNotNeededAndNoMore(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 600)
            try await stage.giveBack(200)
            #expect(try await stage.quota() == stage.quota(limit: 1_000, reserved: 400))
            try await stage.giveBack(500)
            try await stage.giveBack(500)
            #expect(try await stage.quota() == stage.quota(limit: 1_000))
        }
    }

    /// Whoever lost its connection in a commit asks on another one what it has. SQLite has one writer at a time anyway.
    @Test(.enabled(if: Engine.postgres.isTested)) func saysWhatAHolderHasOnlyAfterChangesUnderWay() async throws {
        try await withUsage(.postgres, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 400)
            let (begun, ending) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let given: Void = stage.write { store in
                try store.giveBack(300, holder: "h", customerID: stage.customer.id, periodStart: testNow)
                begun.signal()
                ending.wait()
            }
            defer { ending.signal() }
            await Task.detached { begun.wait() }.value
            async let answer = stage.lease(need: 0)
            try await eventually("the question waits") { try await stage.waitingStatements() == 1 }
            ending.signal()
            try await given
            #expect(try await answer?.held == 100)
            #expect(try await answer?.granted == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func recordsEachRequestOnce(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 600)
            let usage = TokenUsage(input: 80, cached: 10, output: 40)
            let (one, two) = (stage.event("r1", usage), stage.event("r2", usage))
            #expect(try await stage.record([one, two, one], isRepeated: true) == [stage.customer.id])
            #expect(try await stage.record([two, one], isRepeated: true).isEmpty)
            await #expect(throws: SQLError.self) { try await stage.record([one]) }
            #expect(try await stage.quota() == stage.quota(limit: 1_000, used: 464, reserved: 136))
            #expect(try await stage.events().map(\.usage) == [usage, usage])
        }
    }

    @Test(arguments: Engine.allCases)
    func recordsManyAtOnce(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 100_000) { stage async throws in
            _ = try await stage.lease(need: 50_000)
            let events = (0..<345).map { stage.event("r\($0)", TokenUsage(input: 2, cached: 1, output: 1)) }
            try await stage.record(events)
            #expect(try await stage.quota() == stage.quota(limit: 100_000, used: 2_070, reserved: 47_930))
            #expect(try await stage.events(limit: 1_000).count == 345)
        }
    }

    /// The upstream's word counts, whatever it was allowed.
    @Test(arguments: Engine.allCases)
    func recordsMoreThanWasLeased(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 100)
            try await stage.record([stage.event("r1", TokenUsage(input: 80, output: 40))])
            #expect(try await stage.quota() == stage.quota(limit: 1_000, used: 240))
        }
    }

    @Test(arguments: Engine.allCases)
    func releasesTheLeasesOfTheDeadWhoseCallsAreKnown(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 600, holder: "dead")
            _ = try await stage.lease(need: 100, holder: "alive")
            #expect(try await stage.write { try $0.releaseLeases(holder: "dead") } == [stage.customer.id])
            #expect(try await stage.quota() == stage.quota(limit: 1_000, reserved: 100))
            #expect(try await stage.write { try $0.releaseLeases(holder: "dead") }.isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func chargesTheLeasesOfTheDeadWhoseCallsAreLost(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 600, holder: "dead")
            try await stage.record([stage.event("r1", TokenUsage(input: 80, output: 20))], holder: "dead")
            _ = try await stage.write { try $0.writeOffLeases(holder: "dead", now: testNow) }
            #expect(try await stage.quota() == stage.quota(limit: 1_000, used: 600))
            #expect(try await stage.events().map(\.usage.units).sorted() == [160, 440])
            #expect(try await stage.events().filter(\.interrupted).map(\.usage.units) == [440])
            // Some of them turn up after all: they aren't charged twice.
            try await stage.record([stage.event("r2", TokenUsage(input: 30, output: 10))], holder: "dead")
            #expect(try await stage.quota() == stage.quota(limit: 1_000, used: 600))
            #expect(try await stage.events().map(\.usage.units).sorted() == [70, 160, 370])
        }
    }

    @Test(arguments: Engine.allCases)
    func remembersWhatThePlatformsOwnEndCutOff(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 600)
            let event = stage.event("r1", TokenUsage(input: 80, output: 20))
            let interrupted = UsageEvent(
                requestID: "r2", customerID: event.customerID, boxID: event.boxID, periodStart: event.periodStart,
                model: event.model, usage: event.usage, estimated: true, interrupted: true, createdAt: event.createdAt)
            try await stage.record([event, interrupted])
            #expect(Set(try await stage.events()) == [event, interrupted])
        }
    }

    @Test(arguments: Engine.allCases)
    func chargesASecondLossOfTheSameHolder(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            for _ in 0..<2 {
                _ = try await stage.lease(need: 100, holder: "h")
                _ = try await stage.write { try $0.writeOffLeases(holder: "h", now: testNow) }
            }
            #expect(try await stage.quota() == stage.quota(limit: 1_000, used: 200))
            #expect(try await stage.events().map(\.usage.units) == [200])
        }
    }

    @Test(arguments: Engine.allCases)
    func takesThoseForDeadWhoDoNotRenewTheirLeases(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 10, holder: "silent")
            _ = try await stage.lease(need: 10, holder: "alive")
            try await stage.write { try $0.renewLeases(holder: "alive", now: testNow + .seconds(60)) }
            let lost = try await stage.write { try $0.lostHolders(before: testNow + .seconds(1)) }
            #expect(lost == ["silent"])
        }
    }

    @Test(arguments: Engine.allCases)
    func changesNothingOfAnotherCustomer(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            _ = try await stage.lease(need: 600)
            try await stage.write {
                try $0.giveBack(100, holder: "h", customerID: testIDs.next(), periodStart: testNow)
            }
            #expect(try await stage.quota() == stage.quota(limit: 1_000, reserved: 600))
            try await stage.read { store throws in
                #expect(try store.recentEvents(customerID: testIDs.next(), limit: 10).isEmpty)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func pagesThroughEventsTheYoungestFirst(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 10_000) { stage async throws in
            for (id, seconds) in [("a", 1), ("b", 2), ("c", 2), ("d", 3)] as [(String, Int64)] {
                try await stage.record([
                    stage.event(id, TokenUsage(input: 1, output: 1), at: testNow + .seconds(seconds))
                ])
            }
            var seen: [String] = []
            var last: UsageEvent?
            repeat {
                let page = try await stage.events(before: last, limit: 3)
                seen += page.map(\.requestID)
                last = page.last
            } while last != nil
            #expect(seen == ["d", "c", "b", "a"])
        }
    }

    @Test(arguments: Engine.allCases)
    func knowsATokenUntilItIsRevokedAndItsBoxIsStopped(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1) { stage async throws in
            let (customerID, boxID) = (stage.customer.id, stage.box.id)
            try await stage.write { try $0.insertProxyToken(hash: "h1", customerID: customerID, boxID: boxID, now: testNow) }
            await #expect(throws: SQLError.self) {
                try await stage.write {
                    try $0.insertProxyToken(hash: "h2", customerID: customerID, boxID: boxID, now: testNow)
                }
            }
            await #expect(throws: DomainError.self) {
                try await stage.write {
                    try $0.insertProxyToken(hash: "h3", customerID: testIDs.next(), boxID: boxID, now: testNow)
                }
            }
            let expected = ProxyCredential(
                customerID: customerID, boxID: boxID, tier: stage.box.tier, language: stage.box.language)
            try await stage.read { store throws in
                #expect(try store.credential(proxyTokenHash: "h1") == expected)
                #expect(try store.credential(proxyTokenHash: "h2") == nil)
                #expect(try store.activeProxyTokenHash(boxID: boxID, customerID: customerID) == "h1")
                #expect(try store.activeProxyTokenHash(boxID: boxID, customerID: testIDs.next()) == nil)
            }
            try await stage.write { try $0.revokeProxyTokens(boxID: boxID, customerID: testIDs.next(), now: testNow) }
            try await stage.read { store throws in #expect(try store.credential(proxyTokenHash: "h1") == expected) }
            try await stage.write { try $0.revokeProxyTokens(boxID: boxID, customerID: customerID, now: testNow) }
            try await stage.read { store throws in
                #expect(try store.credential(proxyTokenHash: "h1") == nil)
                #expect(try store.activeProxyTokenHash(boxID: boxID, customerID: customerID) == nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func knowsWhichTokensHaveNoPace(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1) { stage async throws in
            let (customerID, boxID) = (stage.customer.id, stage.box.id)
            try await stage.write {
                try $0.insertProxyToken(hash: "h1", customerID: customerID, boxID: boxID, isPaced: false, now: testNow)
            }
            try await stage.read { store throws in
                let found = try store.credentials(proxyTokenHashes: ["h1", "h2"])
                #expect(found.keys.sorted() == ["h1"])
                #expect(found["h1"]?.isPaced == false)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func knowsWhichTokensAreAgentsAndWhatTheirPeopleRead(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1) { stage async throws in
            let customerID = stage.customer.id
            var box = Box.sample(of: stage.customer, botID: 8_000_000_009, desired: .suspended)
            box.language = .portuguese
            let agent = box
            try await stage.database.write { transaction in
                var first = stage.box
                first.desired = .deleted
                _ = try BoxStore(transaction).want(first)
                try BoxStore(transaction).insert(agent)
                try UsageStore(transaction).insertProxyToken(
                    hash: "h1", customerID: customerID, boxID: agent.id, now: testNow)
            }
            try await stage.read { store throws in
                #expect(try store.credentials(proxyTokenHashes: ["h1"]).isEmpty)
                let found = try store.credentials(proxyTokenHashes: ["h1"], withSuspended: true)["h1"]
                #expect(
                    found
                        == ProxyCredential(
                            customerID: customerID, boxID: agent.id, tier: agent.tier, isAgents: true, isSuspended: true,
                            language: .portuguese))
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func neverLeasesBeyondTheLimitUnderConcurrency(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            let granted = await withTaskGroup(of: Int.self) { group in
                for index in 0..<16 {
                    group.addTask { (try? await stage.lease(need: 150, least: 100, holder: "h\(index)"))?.granted ?? 0 }
                }
                return await group.reduce(0, +)
            }
            #expect(granted <= 1_000 && granted > 0)
            #expect(try await stage.quota() == stage.quota(limit: 1_000, reserved: granted))
        }
    }
}
