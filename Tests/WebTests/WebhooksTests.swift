import Core
import HTTPTypes
import HummingbirdTesting
import Jobs
import SQL
import Store
import TestSupport
import Testing

struct WebhooksTests {
    private static let form = "url=https%3A%2F%2Fa.example%2Fhook&agent.running=on&usage.threshold_reached=on"

    @Test func aSecretIsShownOnceAndTheRestEachTime() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            #expect(try await web.get("/account/webhooks").location == "/login")
            #expect(try await web.get("/account", as: owner).text.contains(#"href="/account/webhooks""#))
            let made = try await web.post("/account/webhooks", Self.form, as: owner)
            #expect(made.status == .ok && made.text.contains("whsec_"))
            let later = try await web.get("/account/webhooks", as: owner).text
            #expect(!later.contains("whsec_") && later.contains("https://a.example/hook"))
            #expect(later.contains("agent.running, usage.threshold_reached"))
        }
    }

    @Test(arguments: [
        ("url=http%3A%2F%2Fa.example&agent.running=on", "That address"), ("url=https%3A%2F%2Fa.example", "at least one"),
        ("", "That address"),
    ])
    func whatWillNotDoIsSaidInTheForm(_ form: String, _ words: String) async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let answer = try await web.post("/account/webhooks", form, as: owner)
            #expect(answer.status == .badRequest && answer.text.contains(words))
            #expect(try await web.count("webhook_endpoints") == 0)
        }
    }

    @Test func anEndpointIsTestedSwitchedAndDeletedByItsOwnerAlone() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (stranger, _) = try await web.owner()
            _ = try await web.post("/account/webhooks", Self.form, as: owner)
            let id = try await web.id(in: "webhook_endpoints")
            func post(_ act: String, _ form: String, as visitor: TestWeb.Visitor) async throws -> HTTPResponse.Status {
                try await web.post("/account/webhooks/\(act)", form, as: visitor).status
            }
            #expect(try await post("test", "id=\(id)", as: owner) == .seeOther)
            let message = try await web.id(in: "webhook_deliveries")
            for (act, form) in [
                ("test", "id=\(id)"), ("switch", "id=\(id)&on=0"), ("delete", "id=\(id)"), ("resend", "id=\(message)"),
            ] {
                #expect(try await post(act, form, as: stranger) == .notFound, "\(act)")
            }
            #expect(try await !web.get("/account/webhooks", as: stranger).text.contains("a.example"))
            let page = try await web.get("/account/webhooks", as: owner).text
            #expect(page.contains(message) && page.contains("Not tried yet") && page.contains("Send again"))
            #expect(try await post("resend", "id=\(message)", as: owner) == .seeOther)
            #expect(try await web.platform.queuedJobs(DeliverWebhook.kind).count == 1)
            #expect(try await post("switch", "id=\(id)&on=0", as: owner) == .seeOther)
            #expect(try await web.get("/account/webhooks", as: owner).text.contains("Switched off."))
            #expect(try await post("test", "id=\(id)", as: owner) == .conflict)
            #expect(try await post("switch", "id=\(id)&on=1", as: owner) == .seeOther)
            #expect(try await post("delete", "id=\(id)", as: owner) == .seeOther)
            #expect(try await web.count("webhook_deliveries") == 0)
        }
    }
}

extension TestWeb {
    fileprivate func id(in table: String) async throws -> String {
        try await platform.database.read { try $0.first("SELECT id FROM \(table)", [])?.text("id") ?? "" }
    }
}
