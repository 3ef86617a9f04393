import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQL
import Store
import TestSupport
import Testing

struct NoticeSwitchTests {
    @Test func theAccountsPageSwitchesNoticesOffAndOnAgain() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (other, _) = try await web.owner()
            #expect(try await web.get("/account", as: owner).text.ranges(of: " checked").count == 2)
            let saved = try await web.post("/account/notices", "usage_chat=on", as: owner)
            #expect(saved.text.contains("is saved") && saved.text.ranges(of: " checked").count == 1)
            #expect(try await off(owner, web) == [NoticeSwitch(.usage, .mail)])
            #expect(try await off(other, web).isEmpty)
            _ = try await web.post("/account/notices", "usage_mail=on&usage_chat=on", as: owner)
            #expect(try await off(owner, web).isEmpty)
        }
    }

    @Test func aMailsLinkAsksABrowserAndObeysAMailProgram() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let path = link(owner.customer.id)
            #expect(try await web.get(path).text.contains("Stop these mails?"))
            #expect(try await off(owner, web).isEmpty, "whoever only looks changes nothing")
            // As RFC 8058, 3.2 sends it: from another origin, without a cookie.
            let done = try await web.post(path, "List-Unsubscribe=One-Click", [.origin: "https://mail.example"])
            #expect(done.status == .ok && done.text.contains("Stopped"))
            #expect(try await off(owner, web) == [NoticeSwitch(.usage, .mail)])
            #expect(try await web.post(path, "List-Unsubscribe=One-Click").status == .ok, "once more is fine")
        }
    }

    @Test func aLinkThatWeDidNotWriteIsRefused() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (other, _) = try await web.owner()
            let good = link(owner.customer.id)
            for bad in [
                good.replacing("usage", with: "payments"),
                good.replacing(owner.customer.id.rawValue, with: other.customer.id.rawValue),
                String(good.dropLast()), good + "0", "/unsubscribe/usage", "/unsubscribe/\(owner.customer.id)",
            ] {
                #expect(try await web.get(bad).status == .notFound, "\(bad)")
                #expect(try await web.post(bad).status == .notFound, "\(bad)")
            }
            #expect(try await off(owner, web).isEmpty)
            #expect(try await off(other, web).isEmpty)
        }
    }

    private func link(_ customerID: Customer.ID) -> String {
        "/unsubscribe/\(UnsubscribeToken(customerID: customerID, kind: .usage).text(testVault))"
    }

    private func off(_ visitor: TestWeb.Visitor, _ web: TestWeb) async throws -> Set<NoticeSwitch> {
        try await web.platform.database.read { try NoticeSwitchStore($0).off(customerID: visitor.customer.id) }
    }
}
