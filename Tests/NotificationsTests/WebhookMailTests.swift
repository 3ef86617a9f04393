import Core
import SQL
import Store
import TestSupport
import Testing

@testable import Notifications

struct WebhookMailTests {
    @Test(arguments: [
        (WebhookEndpoint.OffReason.failing, "for 5 days"), (.gone, "410 Gone"),
    ])
    func theOwnerIsToldWhyAnEndpointWasSwitchedOff(_ reason: WebhookEndpoint.OffReason, _ words: String) async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample(email: "ana@example.com")
            try await room.insert(customer, box: .sample(of: customer))
            var endpoint = WebhookEndpoint(
                id: testIDs.next(), customerID: customer.id, url: "https://a.example/hook", events: [.agentRunning],
                sealedSecret: "k.a.b", createdAt: testNow)
            let stored = endpoint
            try await room.platform.database.write { try WebhookStore($0).insert(stored) }
            try await room.perform(TellOfWebhookOff(endpoint))
            #expect(try await room.mails().isEmpty, "it is on")
            endpoint.off = .init(since: testNow, reason: reason)
            let off = endpoint
            try await room.platform.database.write { try WebhookStore($0).update(off) }
            try await room.perform(TellOfWebhookOff(endpoint))
            let mail = try #require(try await room.mails().first).replacing("=\r\n", with: "")
            #expect(mail.contains("To: ana@example.com") && mail.contains("a.example/hook"))
            #expect(mail.contains(words) && mail.contains("https://site.example/account/webhooks"))
        }
    }
}
