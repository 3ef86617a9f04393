import Core
import HTTPTypes
import HummingbirdTesting
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Web

struct RemindersTests {
    @Test func areSeenInTheOwnersTimeAndCancelled() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner()
            let reminder = try await Self.reminder("Pay <the> rent", of: checkout, in: web, zone: "America/Sao_Paulo")
            let page = try await web.get("/dashboard", as: owner).text
            for text in [
                "Pay &lt;the&gt; rent", "2 January 2026, 09:00", "2026-01-02T12:00:00Z", "every day", "America/Sao Paulo",
            ] {
                #expect(page.contains(text), "\(text)")
            }
            let answer = try await web.post("/dashboard/reminders/cancel", "id=\(reminder.id)", as: owner)
            #expect(answer.location == "/dashboard")
            #expect(try await web.get("/dashboard", as: owner).text.contains("Ask your agent to remind you"))
            #expect(web.platform.notifier.topics.contains(.customer(owner.customer.id)))
            let again = try await web.post("/dashboard/reminders/cancel", "id=\(reminder.id)", as: owner)
            #expect(again.location == "/dashboard")
        }
    }

    @Test func areTheOwnersAlone() async throws {
        try await TestWeb.run { web in
            let (_, checkout) = try await web.owner()
            let (stranger, _) = try await web.owner()
            let reminder = try await Self.reminder("Pay the rent", of: checkout, in: web)
            let (path, form) = ("/dashboard/reminders/cancel", "id=\(reminder.id)")
            #expect(try await web.post(path, form).status == .unauthorized)
            #expect(try await web.post(path, form, as: stranger, [.origin: "https://evil.example"]).status == .forbidden)
            #expect(try await web.post(path, "id=1", as: stranger).status == .badRequest)
            #expect(try await web.post(path, "", as: stranger).status == .badRequest)
            #expect(try await web.post(path, form, as: stranger).location == "/dashboard")
            #expect(try await !web.get("/dashboard", as: stranger).text.contains("Pay the rent"))
            let waiting = try await web.platform.database.read {
                try ReminderStore($0).waiting(boxID: checkout.boxID, customerID: checkout.customerID)
            }
            #expect(waiting == [reminder])
        }
    }

    @Test(arguments: [
        (Reminder.End.refused, "doesn’t let your agent write to you"), (.suspended, "your agent was paused"),
        (.undelivered, "out of reach for a day"),
    ])
    func thatDidNotComeAreToldWithTheReason(_ end: Reminder.End, _ text: String) throws {
        let texts = try Texts(.english)
        var snapshot = BoxSnapshot.sample(status: .running)
        snapshot.failedReminders = [.sample(of: snapshot.box, number: 0, end: end)]
        let view = RemindersView(snapshot, texts: texts)
        #expect(view.failed.map(\.note).first?.contains(text) == true && !view.hasWaiting)
        #expect(view.zone.contains("UTC"))
    }

    private static func reminder(
        _ text: String, of checkout: Checkout, in web: TestWeb, zone: String? = nil
    ) async throws -> Reminder {
        let time = try #require(LocalTime("2026-01-02T09:00"))
        return try await web.platform.database.write { transaction in
            let store = ReminderStore(transaction)
            if let zone { _ = try store.setTimeZone(zone, boxID: checkout.boxID, customerID: checkout.customerID) }
            return try store.insert(
                id: testIDs.next(), customerID: checkout.customerID, boxID: checkout.boxID, text: text, repetition: .daily,
                localTime: time, limit: 9, now: testNow)
        }
    }
}
