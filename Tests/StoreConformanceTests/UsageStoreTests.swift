import Core
import SQL
import Store
import TestSupport
import Testing

struct UsageStoreTests {
    @Test(arguments: Engine.allCases)
    func keepsWhatWasUsedWhenTheLimitChanges(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            try await stage.reserve("r1", input: 100, output: 200)
            try await stage.settle("r1", TokenUsage(input: 50, cached: 20, output: 100))
            try await stage.setLimit(500)
            #expect(try await stage.quota() == stage.quota(limit: 500, used: 150))
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
    func reservesUpToTheLimitAndNotBeyond(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            #expect(
                try await stage.reserve("r1", input: 300, output: 300)
                    == .granted(output: 300, quota: stage.quota(limit: 1_000)))
            // Of the rest, the prompt takes 300: the cap shrinks to what is left.
            let before = stage.quota(limit: 1_000, reserved: 600)
            #expect(try await stage.reserve("r2", input: 300, output: 300) == .granted(output: 100, quota: before))
            let full = stage.quota(limit: 1_000, reserved: 1_000)
            #expect(try await stage.reserve("r3", input: 300, output: 300) == .busy(full))
            #expect(try await stage.reserve("r4", input: 990, output: 300) == .exhausted(full))
            #expect(try await stage.quota() == full)
        }
    }

    @Test(arguments: Engine.allCases)
    func settlesExactlyOnce(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            try await stage.reserve("r1", input: 300, output: 300)
            let usage = TokenUsage(input: 80, cached: 10, output: 40)
            #expect(try await stage.settle("r1", usage))
            #expect(try await !stage.settle("r1", usage))
            #expect(try await !stage.settle("never", usage))
            #expect(try await stage.quota() == stage.quota(limit: 1_000, used: 120))
            #expect(try await stage.events().map(\.usage) == [usage])
        }
    }

    @Test(arguments: Engine.allCases)
    func returnsAReservationThatCostNothing(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            try await stage.reserve("r1", input: 300, output: 300)
            #expect(try await stage.settle("r1", TokenUsage(input: 0, output: 0)))
            #expect(try await stage.quota() == stage.quota(limit: 1_000))
            #expect(try await stage.events().isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func settlesNothingOfAnotherCustomer(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            try await stage.reserve("r1", input: 300, output: 300)
            let settled = try await stage.write {
                try $0.settle(
                    requestID: "r1", customerID: testIDs.next(), usage: TokenUsage(input: 1, output: 1), estimated: false,
                    now: testNow)
            }
            #expect(!settled)
            #expect(try await stage.quota() == stage.quota(limit: 1_000, reserved: 600))
            try await stage.read { store throws in
                #expect(try store.recentEvents(customerID: testIDs.next(), limit: 10).isEmpty)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func chargesTheReservationsOfTheDeadInFull(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 10_000) { stage async throws in
            try await stage.reserve("r1", input: 100, output: 200, holder: "dead")
            try await stage.reserve("r2", input: 10, output: 20, holder: "alive")
            try await stage.reserve("r3", input: 1, output: 2, holder: "alive", at: testNow - .seconds(0))
            let customers = try await stage.write { try $0.settleOpenReservations(.heldBy("dead"), now: testNow) }
            #expect(customers == [stage.customer.id])
            #expect(try await stage.quota() == stage.quota(limit: 10_000, used: 300, reserved: 33))
            #expect(try await stage.events().map(\.estimated) == [true])
            #expect(try await stage.write { try $0.settleOpenReservations(.createdBefore(testNow), now: testNow) }.isEmpty)
            _ = try await stage.write { try $0.settleOpenReservations(.notHeldBy("new"), now: testNow) }
            #expect(try await stage.quota() == stage.quota(limit: 10_000, used: 333))
        }
    }

    @Test(arguments: Engine.allCases)
    func pagesThroughEventsTheYoungestFirst(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 10_000) { stage async throws in
            for (id, seconds) in [("a", 1), ("b", 2), ("c", 2), ("d", 3)] as [(String, Int64)] {
                try await stage.reserve(id, input: 10, output: 10)
                try await stage.settle(id, TokenUsage(input: 1, output: 1), at: testNow + .seconds(seconds))
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
            let expected = ProxyCredential(customerID: customerID, boxID: boxID, tier: stage.box.tier)
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
    func neverReservesBeyondTheLimitUnderConcurrency(_ engine: Engine) async throws {
        try await withUsage(engine, limit: 1_000) { stage async throws in
            let granted = await withTaskGroup(of: Int.self) { group in
                for index in 0..<16 {
                    group.addTask {
                        let outcome = try? await stage.reserve("r\(index)", input: 100, output: 50)
                        guard case .granted(let output, _) = outcome else { return 0 }
                        return 100 + output
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(granted <= 1_000 && granted > 0)
            #expect(try await stage.quota() == stage.quota(limit: 1_000, reserved: granted))
        }
    }
}

/// One customer with a box and a period of 30 days.
private struct UsageStage: Sendable {
    let database: any Database
    let customer: Customer
    let box: Box

    func write<Result: Sendable>(_ body: @escaping @Sendable (UsageStore) throws -> Result) async throws -> Result {
        try await database.write { try body(UsageStore($0)) }
    }

    func read(_ body: @escaping @Sendable (UsageStore) throws -> Void) async throws {
        try await database.read { try body(UsageStore($0)) }
    }

    func setLimit(_ limit: Int) async throws {
        try await write { [customer] in
            try $0.setQuota(customerID: customer.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: limit)
        }
    }

    @discardableResult
    func reserve(
        _ id: String, input: Int, output: Int, holder: String = "h", at time: Timestamp = testNow
    ) async throws -> ReservationOutcome {
        let wish = Reservation(
            requestID: id, customerID: customer.id, boxID: box.id, model: "k2p5", input: input, output: output,
            holder: holder, createdAt: time)
        return try await write { try $0.reserve(wish, minimumOutput: 16) }
    }

    @discardableResult
    func settle(_ id: String, _ usage: TokenUsage, at time: Timestamp = testNow) async throws -> Bool {
        try await write { [customer] in
            try $0.settle(requestID: id, customerID: customer.id, usage: usage, estimated: false, now: time)
        }
    }

    func quota() async throws -> Quota? {
        try await write { [customer] in try $0.quota(customerID: customer.id, at: testNow) }
    }

    func quota(limit: Int, used: Int = 0, reserved: Int = 0) -> Quota {
        Quota(periodStart: testNow, periodEnd: testNow + .days(30), limit: limit, used: used, reserved: reserved)
    }

    func events(before event: UsageEvent? = nil, limit: Int = 10) async throws -> [UsageEvent] {
        try await write { [customer] in
            try $0.recentEvents(
                customerID: customer.id, before: event.map { ($0.createdAt, $0.requestID) }, limit: limit)
        }
    }
}

private func withUsage(
    _ engine: Engine, limit: Int, _ body: (UsageStage) async throws -> Void
) async throws {
    try await engine.withDatabase { database in
        let customer = Customer.sample()
        let box = Box.sample(of: customer, desired: .running)
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(box)
        }
        let stage = UsageStage(database: database, customer: customer, box: box)
        try await stage.setLimit(limit)
        try await body(stage)
    }
}
