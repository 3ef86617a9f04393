import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import HostDesk

struct HostDeskTests {
    private static func run(_ body: (TestPlatform, HostDesk, Customer, Box) async throws -> Void) async throws {
        try await TestPlatform.run { platform in
            let ada = Customer(
                id: testIDs.next(), email: "ada@claw.example", language: .english, stripeCustomerID: "cus_1",
                createdAt: testNow)
            let box = Box.sample(of: ada, botID: 1, desired: .running)
            try await platform.database.write { transaction throws in
                try CustomerStore(transaction).insert(ada)
                try BoxStore(transaction).insert(box)
                try BillingStore(transaction).upsert(.sample(of: box, stripeID: "sub_1"))
                try UsageStore(transaction).setQuota(
                    customerID: ada.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: 1000)
                _ = try BillingStore(transaction).insertEvent(
                    id: "evt_1", type: "invoice.paid", payload: "{}", now: testNow)
            }
            try await body(platform, HostDesk(queue: platform.queue, plans: .builtIn), ada, box)
        }
    }

    @Test func everyActDoesWhatItSaysAndIsWrittenDownOnce() async throws {
        try await Self.run { platform, desk, ada, box in
            let failed: Job.ID = testIDs.next()
            try await platform.database.write { transaction throws in
                try AlertStore(transaction).insert(id: "job_1", subject: "s", text: "t", now: testNow)
                try RolloutStore(transaction).save(
                    Rollout(image: "a:1", state: .halted, waveStartedAt: testNow, startedAt: testNow))
                try JobStore(transaction).insert(
                    id: failed, arguments: SendWelcome(box), runAt: testNow + .hours(1), now: testNow)
            }
            let acts: [(HostAct, job: String?)] = [
                (.restart(box.id), ReconcileBox.kind), (.reconcileBox(box.id), ReconcileBox.kind),
                (.convergeSubscription("sub_1"), ConvergeSubscription.kind), (.convergeAll, ConvergeSubscription.kind),
                (.replayEvent("evt_1"), HandleStripeEvent.kind), (.replayJob(failed), SendWelcome.kind),
                (.grant(ada.id, units: 5, reason: "sorry"), nil), (.acknowledgeAlert("job_1"), nil),
                (.resumeRollout, AdvanceRollout.kind),
            ]
            #expect(Set(acts.map(\.0.name)) == Set(HostAct.Name.allCases))
            for (act, job) in acts {
                let text = try await desk.perform(act, by: "root", origin: .terminal)
                #expect(text.hasSuffix("."))
                if let job { #expect(try await platform.queuedJobs(job).count == 1, "\(act.name)") }
            }
            let audit = try await platform.database.read { try AuditStore($0).all().entries }
            #expect(audit.map(\.act).sorted() == acts.map(\.0.name.rawValue).sorted())
            #expect(
                audit.filter { $0.customerID == ada.id }.map(\.act).sorted() == [
                    "converge", "grant", "reconcile", "replay-job", "restart",
                ])
            #expect(audit.first { $0.act == "grant" }?.detail == "5 units: sorry")
            let quota = try await platform.database.read { try UsageStore($0).quota(customerID: ada.id, at: testNow) }
            #expect(quota?.limit == 1005)
        }
    }

    @Test func whatCannotBeDoneIsSaidAndLeavesNoLine() async throws {
        try await Self.run { platform, desk, ada, box in
            try await platform.want(box) { $0.desired = .suspended }
            let acts: [(HostAct, String)] = [
                (.restart(box.id), "not_running"), (.restart(testIDs.next()), "box_not_found"),
                (.reconcileBox(testIDs.next()), "box_not_found"), (.convergeSubscription("sub_9"), "subscription_not_found"),
                (.replayEvent("evt_9"), "event_not_found"), (.replayJob(testIDs.next()), "job_not_found"),
                (.grant(ada.id, units: 0, reason: "x"), "invalid_units"),
                (.grant(ada.id, units: 5, reason: ""), "invalid_reason"),
                (.grant(testIDs.next(), units: 5, reason: "x"), "customer_not_found"),
                (.acknowledgeAlert("job_9"), "alert_not_open"), (.resumeRollout, "no_halted_rollout"),
            ]
            for (act, code) in acts {
                await #expect {
                    _ = try await desk.perform(act, by: "root", origin: .terminal)
                } throws: {
                    ($0 as? DomainError)?.code == code
                }
            }
            #expect(try await platform.database.read { try AuditStore($0).all().entries } == [])
        }
    }

    @Test func moneyAddsUpPaymentsAndWhatTheUpstreamTook() async throws {
        try await Self.run { platform, desk, ada, box in
            let event = UsageEvent(
                requestID: "r", customerID: ada.id, boxID: box.id, periodStart: testNow, model: "k2p5",
                usage: TokenUsage(input: 1_000_000, output: 0), estimated: false, createdAt: testNow)
            try await platform.database.write { transaction throws in
                _ = try UsageStore(transaction).record([event], holder: "h", isRepeated: false)
                for (id, amount, currency) in [("in_1", 4900, "usd"), ("in_2", 100, "brl")] as [(String, Int64, String)] {
                    try PaymentStore(transaction).insert(
                        Payment(
                            id: id, kind: .invoice, stripeCustomerID: "cus_1", reference: nil, amount: amount,
                            currency: currency, paidAt: testNow))
                }
                try PaymentStore(transaction).insert(
                    Payment(
                        id: "re_1", kind: .refund, stripeCustomerID: nil, reference: "ch_1", amount: -900, currency: "usd",
                        paidAt: testNow))
            }
            let month = try #require(Month(containing: testNow))
            let sheet = try await desk.money(month)
            let facts = try #require(sheet.sections.first?.facts)
            #expect(facts.map(\.value.plain) == ["$49.00", "$-9.00", "$0.95", "$39.05", "$49.00"])
            #expect(sheet.note?.contains("brl") == true)
            let margin = try await desk.margins(month).rows.first?.last
            #expect(margin?.plain == "$48.05")
            let payments = try await desk.payments(month)
            #expect(payments.rows.count == 3 && payments.csv.contains("in_1"))
        }
    }

    @Test func aCustomersSheetNamesTheCauseFirstAndNothingTheySaid() async throws {
        try await Self.run { _, desk, ada, box in
            let sheet = try await desk.customer(ada.id)
            #expect(sheet.sections.first?.causes.isEmpty == false)
            #expect(sheet.plain.contains("ada@claw.example") && !sheet.plain.contains(box.purpose))
            #expect(try await desk.box(box.id).sections.first?.key == "silence")
            await #expect(throws: DomainError.self) { _ = try await desk.customer(testIDs.next()) }
        }
    }
}
