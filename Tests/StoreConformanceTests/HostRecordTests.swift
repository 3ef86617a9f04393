import Core
import SQL
import Store
import TestSupport
import Testing

/// What was paid, what the host was told, what they did.
struct HostRecordTests {
    @Test(arguments: Engine.allCases)
    func aPaymentIsWrittenDownOnceAndFoundByItsMonth(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            let paid = Payment(
                id: "in_1", kind: .invoice, stripeCustomerID: "cus_ada", reference: "A-1", amount: 4900, currency: "usd",
                paidAt: testNow)
            let refund = Payment(
                id: "re_1", kind: .refund, stripeCustomerID: nil, reference: "ch_1", amount: -500, currency: "usd",
                paidAt: testNow + .days(1))
            try await stage.database.write { transaction throws in
                let store = PaymentStore(transaction)
                for payment in [paid, refund, paid] { try store.insert(payment) }
                let all = try store.all(from: testNow, to: testNow + .days(2))
                #expect(all.map(\.payment) == [paid, refund])
                #expect(all.map(\.customerID) == [stage.ada.id, nil])
                #expect(try store.all(from: testNow, to: testNow + .days(1)).map(\.payment) == [paid])
                #expect(
                    try store.all(from: testNow, to: testNow + .days(2), customerID: stage.bob.id).isEmpty,
                    "nobody else's")
                let sums = try HostStore(transaction).usageByCustomer(from: testNow, to: testNow + .days(2))
                #expect(sums.map(\.paid) == [4900], "a refund without a name isn't anybody's")
                try store.settle(refund: "re_1", stripeCustomerID: "cus_ada", hasFailed: false)
                let settled = try HostStore(transaction).usageByCustomer(from: testNow, to: testNow + .days(2))
                #expect(settled.map(\.paid) == [4400], "its charge tells whose it is")
                try store.settle(refund: "re_1", stripeCustomerID: "cus_ada", hasFailed: true)
                #expect(try store.all(from: testNow, to: testNow + .days(2)).map(\.payment) == [paid], "no money moved")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func anAlertIsRaisedOnceAndNoticedOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction throws in
                let store = AlertStore(transaction)
                try store.insert(id: "job_1", subject: "box_1 has failed", text: "It is 50% down.", now: testNow)
                try store.insert(id: "job_1", subject: "changed", text: "changed", now: testNow + .hours(1))
                try store.insert(id: "job_2", subject: "Another", text: "Another.", now: testNow)
                try store.markMailed("job_1", now: testNow + .seconds(1))
                #expect(try store.openCount() == 2)
                #expect(try store.acknowledge("job_1", by: "ada@claw.example", now: testNow + .hours(2)))
                #expect(try !store.acknowledge("job_1", by: "eve@claw.example", now: testNow + .hours(3)))
                #expect(
                    try store.find("job_1")
                        == Alert(
                            id: "job_1", subject: "box_1 has failed", text: "It is 50% down.", raisedAt: testNow,
                            mailedAt: testNow + .seconds(1), acknowledgedAt: testNow + .hours(2),
                            acknowledgedBy: "ada@claw.example"))
                #expect(try store.all(HostFilter(state: "open")).entries.map(\.id) == ["job_2"])
                #expect(try store.all(HostFilter(state: "acknowledged")).entries.map(\.id) == ["job_1"])
                #expect(try store.all(HostFilter(search: "50%")).entries.map(\.id) == ["job_1"])
                #expect(try store.openCount() == 1)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func theAuditIsListedFromTheLastThingOnAndByWhoAndWhose(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            var entries: [AuditEntry] = []
            for (index, act) in ["look", "restart", "look"].enumerated() {
                let time = testNow + .seconds(Int64(index))
                entries.append(
                    AuditEntry(
                        id: IdentifierSource.random(clock: WallClock { time }).next(), at: time,
                        actor: index == 2 ? "root" : "ada@claw.example", origin: index == 2 ? .terminal : .desk, act: act,
                        subject: "/host", customerID: index == 0 ? stage.ada.id : nil, detail: index == 1 ? "why" : nil))
            }
            try await stage.database.write { [entries] transaction throws in
                let store = AuditStore(transaction)
                for entry in entries { try store.insert(entry) }
                #expect(try store.all().entries == entries.reversed())
                #expect(try store.all(HostFilter(state: "acts")).entries == [entries[1]])
                #expect(try store.all(HostFilter(search: "root")).entries == [entries[2]])
                #expect(try store.all(HostFilter(customerID: stage.ada.id)).entries == [entries[0]])
                #expect(try store.all(HostFilter(limit: 1)).next == entries[2].id.rawValue)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWasGrantedStaysOnTopOfEveryLimitThatIsSetLater(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.write { transaction throws in
                let store = UsageStore(transaction)
                #expect(try store.grant(500, customerID: stage.ada.id, at: testNow)?.limit == 1500)
                try store.setQuota(
                    customerID: stage.ada.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: 2000)
                #expect(try store.quota(customerID: stage.ada.id, at: testNow)?.limit == 2500)
                #expect(try store.quota(customerID: stage.bob.id, at: testNow)?.limit == 1000, "nobody else's")
                #expect(try store.grant(5, customerID: stage.eve.id, at: testNow) == nil, "no period is open")
                try store.setQuota(
                    customerID: stage.ada.id, periodStart: testNow + .days(30), periodEnd: testNow + .days(60), limit: 9)
                #expect(
                    try store.quota(customerID: stage.ada.id, at: testNow + .days(31))?.limit == 9, "it ends with its period"
                )
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func anotherAddressIsNotProvedByTheOneBefore(_ engine: Engine) async throws {
        try await HostStage.run(engine) { stage in
            try await stage.database.write { transaction throws in
                let store = CustomerStore(transaction)
                _ = try store.proveEmail(stage.ada.id, now: testNow)
                var ada = try #require(try store.find(stage.ada.id))
                ada.language = .portuguese
                try store.update(ada)
                #expect(try store.find(ada.id)?.emailProvedAt == testNow)
                ada.email = "host@claw.example"
                try store.update(ada)
                #expect(try store.find(ada.id)?.emailProvedAt == nil)
            }
        }
    }
}
