import AsyncHTTPClient
import Core
import Foundation
import HostDesk
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import TestSupport
import Testing

/// The host at their desk, in a real browser and on the terminal. Leaves screenshots in `.build/screenshots/host-…`.
@Suite(.serialized)
struct HostJourneyTests {
    private static let pages = [
        "", "/customers", "/subscriptions", "/boxes", "/jobs", "/events", "/alerts", "/rollouts", "/backups", "/capacity",
        "/money", "/audit",
    ]

    @Test func theHostFindsACustomerAndRestartsTheAgent() async throws {
        let server = ServerProcess(variables: ["HOST_EMAILS": "host@claw.example"])
        try await server.start()
        defer { server.tearDown() }
        _ = try server.run(["demo", "--site", server.site, "--sandbox", server.sandbox])
        let totp = try await Self.signIn(server, dark: false, width: 1280, key: nil)
        _ = try await Self.signIn(server, dark: true, width: 390, key: totp)
    }

    /// - Parameter key: of the second factor; `nil` sets one up.
    private static func signIn(
        _ server: ServerProcess, dark: Bool, width: Int, key: [UInt8]?
    ) async throws -> [UInt8] {
        let browser = try await Browser(width: width, height: 900, dark: dark)
        let album = Album(name: "host-\(width)-\(dark ? "dark" : "light")")
        do {
            let key = try await enter(browser, server, album, key)
            try await look(browser, server, album)
            await browser.quit()
            return key
        } catch {
            try? await browser.screenshot(album.file("failure"))
            await browser.quit()
            throw error
        }
    }

    private static func enter(
        _ browser: Browser, _ server: ServerProcess, _ album: Album, _ known: [UInt8]?
    ) async throws -> [UInt8] {
        try await browser.open(server.site + "/login")
        try await browser.type("host@claw.example\u{E007}", into: "input[type=email]")
        try await browser.open(try await link(server))
        try await browser.clickElement("main form button")
        try await browser.wait("the second factor", until: "location.pathname === '/host/second-factor'")
        var key = known
        if known == nil {
            try await browser.screenshot(album.file("1-set-up"))
            try await browser.clickElement("main form button")
            try await browser.wait("the key", until: "document.querySelector('.host-key')")
            try await browser.screenshot(album.file("2-key"))
            key = Base32.bytes(
                try await browser.run("return document.querySelector('.host-key').innerText.replaceAll(' ', '')"))
        }
        let totp = TOTP(key: try #require(key))
        // A code is taken once: whoever was here a moment ago types the next one already.
        let step = TOTP.step(at: WallClock.system.now)
        try await browser.screenshot(album.file("3-code"))
        try await browser.type(totp.code(step: known == nil ? step : step + 1) + "\u{E007}", into: "#code")
        if known == nil {
            try await browser.wait("the recovery codes", until: "document.querySelectorAll('.host-codes li').length === 10")
            try await browser.screenshot(album.file("4-recovery"))
            try await browser.clickElement("main a.button")
        }
        try await browser.wait("the desk", until: "location.pathname === '/host'")
        return try #require(key)
    }

    private static func look(_ browser: Browser, _ server: ServerProcess, _ album: Album) async throws {
        var faults: [String] = []
        for page in pages {
            try await browser.open("\(server.site)/host\(page)")
            try await browser.screenshot(album.file(page.isEmpty ? "overview" : String(page.dropFirst())))
            faults += try await browser.run(BrowserJourneyTests.audit, as: [String].self).map { "\(page): \($0)" }
        }
        // A name, a search, a line: the cause.
        try await browser.open(server.site + "/host/customers?q=Luna")
        try await browser.clickElement("td a[href^='/host/customers/']")
        try await browser.wait("the cause", until: "document.querySelector('.cause')")
        try await browser.screenshot(album.file("customer"))
        faults += try await browser.run(BrowserJourneyTests.audit, as: [String].self).map { "customer: \($0)" }
        try await browser.clickElement("a[href^='/host/acts/restart/']")
        try await browser.wait("the question", until: "document.querySelector('form.form button')")
        try await browser.screenshot(album.file("act"))
        faults += try await browser.run(BrowserJourneyTests.audit, as: [String].self).map { "act: \($0)" }
        try await browser.clickElement("form.form button")
        try await browser.wait(
            "the notice", until: "document.querySelector('.notice')?.innerText.includes('will be restarted')")
        try await browser.screenshot(album.file("done"))
        #expect(faults == [])
    }

    /// The link of the last mail in the sandbox's outbox.
    private static func link(_ server: ServerProcess) async throws -> String {
        var link = ""
        try await eventually("a link that is open is in the outbox") {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: server.sandbox + "/outbox/messages"), timeout: .seconds(5))
            let page = String(buffer: try await response.body.collect(upTo: 4 << 20)).replacing("\\/", with: "/")
            for found in page.matches(of: /\/login\/([0-9a-f]{64})/) {
                link = "\(server.site)/login/\(found.1)"
                if try await HTTPClient.shared.execute(HTTPClientRequest(url: link), timeout: .seconds(5)).status == .ok {
                    return true
                }
            }
            return false
        }
        return link
    }

    @Test func theTerminalShowsAndDoesTheSame() async throws {
        let server = ServerProcess(variables: ["HOST_EMAILS": "host@claw.example"])
        try await server.start()
        defer { server.tearDown() }
        _ = try server.run(["demo", "--site", server.site, "--sandbox", server.sandbox])
        func json(_ arguments: [String]) throws -> [String: Any] {
            let text = try server.run(["admin"] + arguments + ["--format", "json"])
            return try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(arguments): \(text)")
        }
        func first(_ arguments: [String], _ key: String) throws -> String {
            let rows = try #require(try json(arguments)["data"] as? [[String: Any]])
            return try #require(rows.first?[key] as? String, "\(arguments)")
        }
        let customer = try first(["customers", "list"], "customer")
        #expect(try first(["subscriptions", "list", "--status", "active"], "customer") == customer)
        #expect(try first(["boxes", "list", "--state", "running"], "customer") == customer)
        #expect(try first(["events", "list", "--type", "invoice.paid"], "handled_at").hasSuffix("Z"))
        let job = try first(["jobs", "list", "--kind", "operator", "--state", "complete"], "job")
        #expect(try server.run(["admin", "jobs", "show", job]).contains("operator."))
        #expect(try server.run(["admin", "customers", "show", customer]).contains("Why is the bot silent?"))
        #expect(
            try server.run(["admin", "grant", "tokens", customer, "--units", "1000", "--reason", "a gift"]).contains(
                "units left"))
        #expect(try server.run(["admin", "events", "replay", try first(["events", "list"], "event")]).contains("again"))
        let month = String(WallClock.system.now.description.prefix(7))
        let lines = try server.run(["admin", "export", "--month", month]).split(separator: "\n")
        // The guide of the set-up chat has used something, too.
        #expect(lines.contains { $0.contains(customer) }, "\(lines)")
        #expect(try server.run(["admin", "status"]).contains("Monthly revenue"))
        #expect(try server.run(["admin", "reconcile"]).contains("Payment pages that were paid on: 0"))
        #expect(try server.run(["admin", "reconcile", "--days", "1"]).contains("Events that were unknown:"))
        #expect(try server.run(["admin", "stripe-setup"]).contains("Set STRIPE_PORTAL_CONFIGURATION=bpc_"))
        #expect(try server.run(["admin", "stripe-setup"]).contains("Nothing was changed."))
        #expect(try server.run(["admin", "stripe-setup", "--check"]).contains("Everything is as it should be."))
        let audit = try server.run(["admin", "audit", "--acts", "--format", "csv"])
        #expect(audit.contains(",grant,\(customer),\(customer),1000 units: a gift"), "\(audit)")
        #expect(audit.contains("admin customers show"), "\(audit)")
        #expect(try server.run(["--generate-completion-script", "bash"]).contains("grant"))
    }
}
