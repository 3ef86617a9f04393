import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQL
import Store
import TestSupport
import Testing

@testable import Web

struct AgentSettingsTests {
    private static let form =
        "agentName=Luna&purpose=Plan+my+week&tone=brief&language=en&timeZone=Europe%2FLisbon&from=09%3A00&until=18%3A00"
        + "&instructions=Never+use+emoji.%0D%0ASay+thou.&web=on&memory=on"

    private func box(_ web: TestWeb, _ owner: TestWeb.Visitor) async throws -> Box? {
        try await web.platform.database.read { try BoxStore($0).current(customerID: owner.customer.id) }
    }

    @Test func whatIsSavedIsWantedAndShown() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            #expect(try await web.post("/dashboard/agent", Self.form, as: owner).location == "/dashboard/agent?saved")
            let box = try #require(try await box(web, owner))
            #expect(box.agentName == "Luna" && box.purpose == "Plan my week" && box.language == .english)
            #expect(box.timeZone == "Europe/Lisbon" && box.profile.tone == .brief)
            #expect(box.profile.instructions == "Never use emoji.\nSay thou.")
            #expect(box.profile.workingHours == .init(from: "09:00", until: "18:00"))
            #expect(box.profile.switchedOff == [.reminders, .files])
            #expect(box.generation == 2)
            #expect(try await web.platform.queuedJobs(ReconcileBox.kind).count == 1)
            #expect(try await web.platform.queuedJobs(NameBot.kind).count == 1)
            let page = try await web.get("/dashboard/agent?saved", as: owner).text
            #expect(page.contains("Saved.") && page.contains("Being applied") && page.contains("Never use emoji."))
        }
    }

    @Test func savingTheSameTwiceRestartsNothing() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            for _ in 1...2 { _ = try await web.post("/dashboard/agent", Self.form, as: owner) }
            #expect(try await box(web, owner)?.generation == 2)
        }
    }

    @Test(arguments: [
        ("agentName=Luna", "agentName=%3Cb%3E", "A name has letters"), ("from=09%3A00", "from=", "both ends"),
        ("from=09%3A00", "from=25%3A00", "both ends"),
        ("purpose=Plan+my+week", "purpose=" + String(repeating: "a", count: 2201), "at most 2,200 characters"),
    ])
    func aFaultIsSaidAndWhatWasWrittenStays(_ good: String, _ bad: String, _ words: String) async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let answer = try await web.post("/dashboard/agent", Self.form.replacing(good, with: bad), as: owner)
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains(words) && answer.text.contains("Say thou."))
            #expect(try await box(web, owner)?.generation == 1)
        }
    }

    @Test func instructionsComeWithThePlan() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            try await web.platform.database.write { try $0.execute("UPDATE boxes SET tier = 'starter'", []) }
            let page = try await web.get("/dashboard/agent", as: owner).text
            #expect(page.contains("The plan Starter has none") && !page.contains("name=\"instructions\""))
            #expect(try await web.post("/dashboard/agent", Self.form, as: owner).status == .forbidden)
        }
    }

    @Test func belongsToThoseWhoHaveAnAgent() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            #expect(try await web.get("/dashboard/agent").location == "/login")
            #expect(try await web.get("/dashboard/agent", as: visitor).location == "/chat")
            #expect(try await web.post("/dashboard/agent", Self.form).status == .unauthorized)
            #expect(try await web.post("/dashboard/agent", Self.form, as: visitor).status == .notFound)
        }
    }

    @Test func aNewTimeZoneMovesTheRemindersThatWait() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let box = try #require(try await box(web, owner))
            try await web.platform.database.write { transaction in
                _ = try ReminderStore(transaction).setTimeZone("UTC", boxID: box.id, customerID: box.customerID)
            }
            let form = Self.form.replacing("Europe%2FLisbon", with: "America%2FSao_Paulo")
            _ = try await web.post("/dashboard/agent", form, as: owner)
            #expect(try await self.box(web, owner)?.timeZone == "America/Sao_Paulo")
        }
    }
}
