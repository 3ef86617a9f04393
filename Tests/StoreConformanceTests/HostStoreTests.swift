import Core
import SQL
import Store
import TestSupport
import Testing

struct HostStoreTests {
    @Test(arguments: Engine.allCases)
    func customersAreFoundByAddressNameBotAndId(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.read { transaction throws in
                let store = HostStore(transaction)
                func found(_ text: String) throws -> [Customer.ID] {
                    try store.customers(HostFilter(search: text)).entries.map(\.customer.id)
                }
                for text in [
                    "ADA@claw", stage.ada.id.rawValue, stage.adasBox.id.rawValue, "cus_ada", "sub_ada",
                ] {
                    #expect(try found(text) == [stage.ada.id], "\(text)")
                }
                #expect(try found("lun") == [stage.bob.id])
                #expect(try Set(found("@ada_bot")) == [stage.ada.id, stage.bob.id], "both samples have that bot's name")
                #expect(try found("b_1%@") == [stage.bob.id], "nothing in it is a pattern")
                #expect(try found("a_a@") == [])
                #expect(try found(stage.eve.id.rawValue) == [stage.eve.id], "who has only chatted is found")
                #expect(try found("' OR 1=1 --") == [])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whoHasOnlyChattedIsNotListed(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.read { transaction throws in
                let store = HostStore(transaction)
                let all = try store.customers().entries
                #expect(Set(all.map(\.customer.id)) == [stage.ada.id, stage.bob.id])
                let ada = try #require(all.first { $0.customer.id == stage.ada.id })
                #expect(ada.box?.id == stage.adasBox.id && ada.subscription?.stripeID == "sub_ada")
                #expect(try store.customers(HostFilter(state: "past_due")).entries.map(\.customer.id) == [stage.bob.id])
                #expect(try store.customers(HostFilter(state: "none")).entries.isEmpty)
                #expect(try store.customerCount() == 3)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aListIsGoneThroughPageByPageFromTheYoungestOn(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            var ids: [String] = []
            for number in 0..<7 {
                let time = testNow + .seconds(Int64(number))
                let id: Customer.ID = IdentifierSource.random(clock: WallClock { time }).next()
                ids.append(id.rawValue)
                try await database.write { transaction throws in
                    try CustomerStore(transaction).insert(
                        Customer(id: id, email: "a\(number)@claw.example", language: .english, createdAt: time))
                }
            }
            try await database.read { [ids] transaction throws in
                var filter = HostFilter(limit: 3)
                var pages: [[String]] = []
                repeat {
                    let page = try HostStore(transaction).customers(filter)
                    pages.append(page.entries.map(\.customer.id.rawValue))
                    filter.after = page.next
                } while filter.after != nil
                #expect(pages.map(\.count) == [3, 3, 1])
                #expect(pages.flatMap { $0 } == ids.reversed())
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func boxesAreFoundByStateAndReason(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.read { transaction throws in
                let store = HostStore(transaction)
                func found(_ filter: HostFilter) throws -> [Box.ID] { try store.boxes(filter).entries.map(\.box.id) }
                #expect(try Set(found(HostFilter())) == [stage.adasBox.id, stage.bobsBox.id])
                #expect(try found(HostFilter(state: "trouble")) == [stage.bobsBox.id])
                #expect(try found(HostFilter(state: "running")) == [stage.adasBox.id])
                #expect(try found(HostFilter(kind: "starter")) == [stage.bobsBox.id])
                #expect(try found(HostFilter(search: "BY ITSELF (exit code 3)")) == [stage.bobsBox.id])
                #expect(try found(HostFilter(search: "exited:3")).isEmpty, "what is stored is nobody's to read")
                let counts = try store.boxCounts()
                #expect(counts.map(\.count) == [1, 1] && counts.reduce(0) { $0 + $1.inTrouble } == 1)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func subscriptionsAreFoundByStateAndPlan(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.read { transaction throws in
                let store = HostStore(transaction)
                func found(_ filter: HostFilter) throws -> [String] {
                    try store.subscriptions(filter).entries.map(\.subscription.stripeID)
                }
                #expect(try found(HostFilter(state: "past_due")) == ["sub_bob"])
                #expect(try found(HostFilter(kind: "pro")) == ["sub_ada"])
                #expect(try found(HostFilter(customerID: stage.eve.id)) == [])
                #expect(try store.subscription("sub_ada")?.customerID == stage.ada.id)
                #expect(try store.openSubscriptions().count == 2)
                #expect(try store.subscriptionCounts().map(\.count) == [1, 1])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func eventsAreListedWithoutTheirBodiesAndFoundByWhatTheyName(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction throws in
                let billing = BillingStore(transaction)
                for number in 1...5 as ClosedRange<Int64> {
                    // Two come at the same moment.
                    _ = try billing.insertEvent(
                        id: "evt_\(number)", type: number == 3 ? "invoice.paid" : "customer.created",
                        payload: #"{"customer":"cus_\#(number)"}"#, now: testNow + .seconds(number / 2))
                }
                try billing.markEventHandled(id: "evt_3", now: testNow)
                let store = HostStore(transaction)
                let first = try store.events(HostFilter(limit: 3))
                #expect(first.entries.map(\.id) == ["evt_5", "evt_4", "evt_3"] && first.next == "evt_3")
                let second = try store.events(HostFilter(after: first.next, limit: 3))
                #expect(second.entries.map(\.id) == ["evt_2", "evt_1"] && second.next == nil)
                #expect(try store.events(HostFilter(state: "handled")).entries.map(\.id) == ["evt_3"])
                #expect(try store.events(HostFilter(kind: "invoice.paid")).entries.map(\.id) == ["evt_3"])
                #expect(try store.events(HostFilter(search: "cus_2")).entries.map(\.id) == ["evt_2"])
                #expect(try store.event("evt_9") == nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func usageIsSummedByTimeCustomerAndDay(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            let usage = [TokenUsage(input: 1000, cached: 601, output: 50), TokenUsage(input: 10, output: 1)]
            try await stage.use(usage, by: stage.adasBox)
            try await stage.use([TokenUsage(input: 7, output: 0)], by: stage.adasBox, at: testNow + .days(2))
            try await stage.use([TokenUsage(input: 3, output: 0)], by: stage.bobsBox)
            try await stage.database.read { transaction throws in
                let store = HostStore(transaction)
                let day = try store.usage(from: testNow, to: testNow + .days(1))
                #expect(day.calls == 3 && day.input == 1013 && day.cached == 601 && day.output == 51)
                #expect(day.units == Int64(usage.reduce(3) { $0 + $1.units }), "as each call counts by itself")
                #expect(day.cost == 412 * 950 + 601 * 160 + 51 * 4000)
                let customers = try store.usageByCustomer(from: testNow, to: testNow + .days(1))
                #expect(customers.map(\.customerID) == [stage.ada.id, stage.bob.id], "the dearest first")
                let days = try store.usageByDay(customerID: stage.ada.id, from: testNow)
                #expect(days.map(\.day) == [testNow + .days(2), testNow] && days.map(\.usage.calls) == [1, 2])
                #expect(try store.usage(from: testNow + .days(9), to: testNow + .days(10)) == UsageSum())
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func allowancesAndLeasesAreSummed(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.write { transaction throws in
                _ = try UsageStore(transaction).lease(
                    LeaseRequest(customerID: stage.ada.id, holder: "proxy", least: 100, need: 100, want: 100, at: testNow))
            }
            try await stage.database.read { transaction throws in
                let store = HostStore(transaction)
                let sum = try store.allowances(at: testNow)
                #expect(sum.customers == 2 && sum.limit == 2000 && sum.used == 0 && sum.reserved >= 100)
                let holders = try store.leaseHolders()
                #expect(holders.map(\.holder) == ["proxy"] && holders.first?.units == sum.reserved)
                #expect(try store.allowances(at: testNow + .days(31)).customers == 0)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func oneCustomersHistoryIsOneTimelineAndNobodyElses(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.write { transaction throws in
                _ = try CustomerStore(transaction).proveEmail(stage.ada.id, now: testNow + .hours(1))
                try PaymentStore(transaction).insert(
                    Payment(
                        id: "in_1", kind: .invoice, stripeCustomerID: "cus_ada", reference: "A-1", amount: 4905,
                        currency: "usd", paidAt: testNow + .hours(2)))
                try BackupStore(transaction).insert(
                    Backup(id: testIDs.next(), of: stage.adasBox, for: .manual, at: testNow + .hours(3)))
                try AuditStore(transaction).insert(
                    AuditEntry(
                        id: testIDs.next(), at: testNow + .hours(4), actor: "host@claw.example", origin: .desk, act: "grant",
                        customerID: stage.ada.id, detail: "5 units: sorry"))
                try AuditStore(transaction).insert(
                    AuditEntry(
                        id: testIDs.next(), at: testNow + .hours(5), actor: "host@claw.example", origin: .desk, act: "look",
                        customerID: stage.ada.id))
                let ada = try #require(try CustomerStore(transaction).find(stage.ada.id))
                let entries = try HostStore(transaction).timeline(ada)
                #expect(entries.prefix(4).map(\.kind) == ["host", "backup", "payment", "customer"])
                #expect(entries.first?.text == "grant: 5 units: sorry")
                #expect(entries.contains { $0.text == "paid 49.05 usd" && $0.subject == "in_1" })
                #expect(!entries.contains { $0.text.contains(stage.adasBox.purpose) })
                let bob = try HostStore(transaction).timeline(stage.bob)
                #expect(!bob.contains { ["payment", "backup", "host"].contains($0.kind) })
            }
        }
    }
}
