import Core
import HTTPTypes
import HostDesk
import Hummingbird
import HummingbirdTesting
import Jobs
import NIOCore
import Notifications
import SQL
import Store
import TestSupport
import Testing

@testable import Web

/// The host's desk.
struct HostTests {
    private static let pages = [
        "/host", "/host/customers", "/host/subscriptions", "/host/boxes", "/host/jobs", "/host/events", "/host/alerts",
        "/host/rollouts", "/host/backups", "/host/capacity", "/host/money", "/host/mails", "/host/audit",
    ]

    // MARK: Who gets in

    @Test func forEverybodyElseThereIsNothing() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let unproved = try await web.visitor()
            try await web.platform.database.write { transaction throws in
                var customer = unproved.customer
                customer.email = TestWeb.host
                try CustomerStore(transaction).update(customer)
            }
            let id = owner.customer.id
            let more = [
                "/host/customers/\(id)", "/host/acts/grant/\(id)", "/host/second-factor", "/host/boxes/x", "/host/jobs/x",
                "/host/events/x", "/host/alerts/x", "/host/mails/welcome", "/host/mails/welcome/html",
            ]
            for visitor in [nil, owner, unproved] {
                for path in Self.pages + more {
                    #expect(try await web.get(path, as: visitor).status == .notFound, "\(path)")
                }
                for path in [
                    "/host/second-factor", "/host/second-factor/set-up", "/host/leave", "/host/acts/grant/\(id)",
                ] {
                    let response = try await web.post(path, "code=1&units=5&reason=x", as: visitor)
                    #expect(response.status == .notFound, "\(path)")
                }
            }
            #expect(try await web.count("host_audit") == 0)
            #expect(try await web.count("host_factors") == 0)
        }
    }

    @Test func withoutTheSecondFactorThereIsOnlyItsPage() async throws {
        try await TestWeb.run { web in
            let host = try await web.hostPerson()
            let (owner, _) = try await web.owner()
            for path in Self.pages + ["/host/customers/\(owner.customer.id)", "/host/acts/grant/\(owner.customer.id)"] {
                let response = try await web.get(path, as: host)
                #expect(response.status == .seeOther && response.location == "/host/second-factor", "\(path)")
            }
            let act = try await web.post("/host/acts/grant/\(owner.customer.id)", "units=5&reason=x", as: host)
            #expect(act.location == "/host/second-factor")
            let quota = try await web.platform.database.read {
                try UsageStore($0).quota(customerID: owner.customer.id, at: testNow)
            }
            #expect(quota?.limit == PlanTable.builtIn[.pro].monthlyUnits)
            #expect(try await web.get("/host/second-factor", as: host).text.contains("Set up a second factor"))
        }
    }

    @Test func thePersonOfTheHostsSignsInByMailWithoutBeingACustomer() async throws {
        try await TestWeb.run { web in
            #expect(try await web.post("/login", "email=Host%40Claw.example").status == .ok)
            #expect(try await web.post("/login", "email=nobody%40claw.example").status == .ok)
            #expect(try await web.count("customers") == 1)
            let link = AccessToken.random()
            try await web.platform.database.write { transaction throws in
                let store = CustomerStore(transaction)
                let customer = try #require(try store.all(email: TestWeb.host).first)
                try store.insertMagicLink(
                    tokenHash: link.hash, customerID: customer.id, now: testNow, expiresAt: testNow + .hours(1))
            }
            let response = try await web.post("/login/\(link.secret.reveal())")
            #expect(response.location == "/host")
        }
    }

    // MARK: The second factor

    @Test func aCodeOpensTheDeskAndTheSameCodeNotAgain() async throws {
        try await TestWeb.run { web in
            let host = try await web.hostPerson()
            let totp = try await web.enrol(host)
            let code = totp.code(step: TOTP.step(at: web.platform.clock.now))
            let first = try await web.post("/host/second-factor", "code=\(code)", as: host)
            #expect(first.status == .ok && first.text.matches(of: /<li>[a-z2-7]{4}(-[a-z2-7]{4}){3}<\/li>/).count == 10)
            #expect(try await web.get("/host", as: host).status == .ok)
            let other = try await web.hostPerson(again: host)
            let replay = try await web.post("/host/second-factor", "code=\(code)", as: other)
            #expect(replay.status == .forbidden && replay.text.contains("used already"))
            #expect(try await web.get("/host", as: other).location == "/host/second-factor")
            web.platform.clock.advance(by: .seconds(30))
            let next = totp.code(step: TOTP.step(at: web.platform.clock.now))
            #expect(try await web.post("/host/second-factor", "code=\(next)", as: other).location == "/host")
            web.platform.clock.advance(by: HostAccess.sessionLifetime)
            #expect(try await web.get("/host", as: other).location == "/host/second-factor")
        }
    }

    @Test func fiveWrongCodesLockTheFactorAndTellTheHost() async throws {
        try await TestWeb.run { web in
            let (host, totp, recovery) = try await web.openDesk()
            let other = try await web.hostPerson(again: host)
            web.platform.clock.advance(by: .seconds(60))
            for _ in 1...4 {
                #expect(try await web.post("/host/second-factor", "code=000000x", as: other).status == .forbidden)
            }
            #expect(try await web.post("/host/second-factor", "code=", as: other).status == .tooManyRequests)
            let right = totp.code(step: TOTP.step(at: web.platform.clock.now))
            #expect(try await web.post("/host/second-factor", "code=\(right)", as: other).status == .tooManyRequests)
            #expect(try await web.platform.queuedJobs(AlertHost.kind).count { $0.contains("Wrong codes") } == 1)
            let code = try #require(recovery.first)
            #expect(try await web.post("/host/second-factor", "code=\(code)", as: other).location == "/host")
            let third = try await web.hostPerson(again: host)
            #expect(try await web.post("/host/second-factor", "code=\(code)", as: third).status == .forbidden)
        }
    }

    @Test func leavingTheDeskEndsItAndNotTheSession() async throws {
        try await TestWeb.run { web in
            let (host, _, _) = try await web.openDesk()
            #expect(try await web.post("/host/leave", as: host).status == .seeOther)
            #expect(try await web.get("/host", as: host).location == "/host/second-factor")
        }
    }

    // MARK: What is seen and done

    @Test func everyPageIsShownAndEveryLookIsWrittenDown() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (host, _, _) = try await web.openDesk()
            let box = try #require(try await web.box(of: owner))
            #expect(box.purpose.contains("Recipes"))
            let paths = Self.pages + ["/host/customers/\(owner.customer.id)", "/host/boxes/\(box.id)"]
            for path in paths {
                let response = try await web.get(path, as: host)
                #expect(response.status == .ok, "\(path)")
                #expect(!response.text.contains("Recipes"), "\(path) shows what the customer has said")
            }
            let audit = try await web.platform.database.read { try AuditStore($0).all().entries }
            let looks = audit.filter { $0.act == "look" }
            #expect(Set(looks.compactMap(\.subject)) == Set(paths))
            #expect(looks.allSatisfy { $0.actor == TestWeb.host && $0.origin == .desk })
            #expect(looks.count { $0.customerID == owner.customer.id } == 2)
        }
    }

    @Test func theCauseOfASilentBotIsNamedThreeClicksAway() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (host, _, _) = try await web.openDesk()
            let box = try #require(try await web.box(of: owner))
            try await web.platform.database.write { transaction throws in
                try BoxStore(transaction).observe(
                    box, generation: box.generation, status: .failed, message: .noBot, readyAt: nil,
                    failures: 4)
            }
            // The overview leads to the list of agents, that to the box.
            #expect(try await web.get("/host", as: host).text.contains("href=\"/host/boxes\""))
            let list = try await web.get("/host/boxes?state=trouble", as: host).text
            #expect(list.contains("href=\"/host/boxes/\(box.id)\""))
            let page = try await web.get("/host/boxes/\(box.id)", as: host).text
            #expect(page.contains("The agent keeps failing") && page.contains("has no Telegram bot yet"))
            #expect(page.contains("href=\"/host/acts/restart/\(box.id)\""))
        }
    }

    @Test func everyMailIsShownFramedWithoutScripts() async throws {
        try await TestWeb.run { web in
            let (host, _, _) = try await web.openDesk()
            for language in Language.allCases {
                let list = try await web.get("/host/mails?lang=\(language.rawValue)", as: host).text
                let mails = MailSamples.all(in: language, plans: .builtIn, publicURL: "https://claw.example")
                for mail in mails {
                    #expect(list.contains("/host/mails/\(mail.name)?lang=\(language.rawValue)"), "\(mail.name)")
                }
                let page = try await web.get("/host/mails/welcome?lang=\(language.rawValue)", as: host).text
                #expect(page.contains(#"sandbox="" src="/host/mails/welcome/html?lang=\#(language.rawValue)""#))
                let framed = try await web.get("/host/mails/welcome/html?lang=\(language.rawValue)", as: host)
                #expect(framed.text == mails.first { $0.name == "welcome" }?.html)
                let policy = framed.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'") && policy.hasSuffix("; sandbox"))
            }
            for path in ["/host/mails/none", "/host/mails/none/html"] {
                #expect(try await web.get(path, as: host).status == .notFound)
            }
        }
    }

    @Test func anActIsAskedForDoneAndWrittenDown() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (host, _, _) = try await web.openDesk()
            let box = try #require(try await web.box(of: owner))
            let path = "/host/acts/restart/\(box.id)"
            #expect(try await web.get(path, as: host).text.contains("Restart the agent"))
            #expect(try await web.box(of: owner)?.restartMarker == 0, "a look does nothing")
            let done = try await web.post(path, as: host)
            #expect(done.location == "/host/boxes/\(box.id)?done=restart")
            #expect(try await web.box(of: owner)?.restartMarker == 1)
            #expect(try await web.platform.queuedJobs(ReconcileBox.kind).count == 1)
            let foreign = try await web.post(path, as: host, [.origin: "https://evil.example"])
            #expect(foreign.status == .forbidden)
            let audit = try await web.platform.database.read {
                try AuditStore($0).all(HostFilter(state: "acts", customerID: owner.customer.id)).entries
            }
            #expect(audit.map(\.act) == ["restart"] && audit.first?.subject == box.id.rawValue)
            let notice = try await web.get(done.location ?? "", as: host).text
            #expect(notice.contains("The agent will be restarted."))
        }
    }

    @Test func unitsAreGrantedWithAReason() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (host, _, _) = try await web.openDesk()
            let path = "/host/acts/grant/\(owner.customer.id)"
            for form in ["units=0&reason=x", "units=5&reason=", "units=-5&reason=x", "units=999999999999&reason=x", "a=b"] {
                #expect(try await web.post(path, form, as: host).status == .badRequest, "\(form)")
            }
            #expect(try await web.post(path, "units=1%2C000&reason=sorry", as: host).status == .seeOther)
            let quota = try await web.platform.database.read {
                try UsageStore($0).quota(customerID: owner.customer.id, at: testNow)
            }
            #expect(quota?.limit == PlanTable.builtIn[.pro].monthlyUnits + 1000)
            let page = try await web.get("/host/customers/\(owner.customer.id)", as: host).text
            #expect(page.contains("grant: 1000 units: sorry"))
        }
    }

    @Test(arguments: [
        "/host/acts/restart/cst_x", "/host/acts/explode/all", "/host/customers/x", "/host/boxes/box_1", "/host/jobs/1",
        "/host/events/evt_none", "/host/alerts/job_none",
    ])
    func whatThereIsNotIsNotFound(_ path: String) async throws {
        try await TestWeb.run { web in
            let (host, _, _) = try await web.openDesk()
            #expect(try await web.get(path, as: host).status == .notFound)
        }
    }

    @Test func searchesFindAndPagesFollowEachOther() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let (host, _, _) = try await web.openDesk()
            let found = try await web.get("/host/customers?q=%40ADA_bot&state=active", as: host).text
            #expect(found.contains("/host/customers/\(owner.customer.id)"))
            try await web.platform.want(try #require(try await web.box(of: owner))) { $0.agentName = "Ada + Bob" }
            let spaced = try await web.get("/host/customers?q=ada+%2B+b&state=", as: host).text
            #expect(spaced.contains("/host/customers/\(owner.customer.id)"))
            let none = try await web.get("/host/customers?q=%22%3E%3Cscript%3E", as: host).text
            #expect(none.contains("Nothing.") && !none.contains("<script"))
            for number in 0..<60 {
                try await web.platform.queue.write { work in
                    try work.enqueue(AlertHost(subject: "Alert \(number)", text: "x"))
                }
            }
            let first = try await web.get("/host/jobs?state=queued", as: host).text
            let next = try #require(first.firstMatch(of: /href="(\/host\/jobs\?state=queued&(?:amp;)?after=job_[a-z0-9]+)"/))
            let path = String(next.1).replacing("&amp;", with: "&")
            let rest = try await web.get(path, as: host).text
            #expect(rest.contains("notifications.alert-host") && !rest.contains("Older ones"))
        }
    }
}

extension TestWeb {
    /// One of the host's people, signed in by mail, without a second factor.
    /// - Parameter again: another browser of theirs.
    func hostPerson(again former: Visitor? = nil) async throws -> Visitor {
        var visitor = try await visitor()
        if let former { visitor = Visitor(customer: former.customer, token: visitor.token) }
        let (customer, hash) = (visitor.customer, AccessToken(visitor.token).hash)
        try await platform.database.write { transaction throws in
            let store = CustomerStore(transaction)
            if former == nil {
                var named = customer
                named.email = Self.host
                try store.update(named)
                _ = try store.proveEmail(customer.id, now: testNow)
            } else {
                try store.endSession(tokenHash: hash)
                try store.insertSession(
                    tokenHash: hash, customerID: customer.id, now: testNow, expiresAt: testNow + .days(30))
            }
        }
        return visitor
    }

    /// Begins to set the second factor up.
    func enrol(_ host: Visitor) async throws -> TOTP {
        #expect(try await post("/host/second-factor/set-up", as: host).location == "/host/second-factor")
        let page = try await get("/host/second-factor", as: host).text
        let key = try #require(page.firstMatch(of: /secret=([A-Z2-7]{32})/))
        return TOTP(key: try #require(Base32.bytes(String(key.1))))
    }

    /// One of the host's people at the desk, with their recovery codes.
    func openDesk() async throws -> (Visitor, TOTP, recovery: [String]) {
        let host = try await hostPerson()
        let totp = try await enrol(host)
        let code = totp.code(step: TOTP.step(at: platform.clock.now))
        let page = try await post("/host/second-factor", "code=\(code)", as: host).text
        return (host, totp, page.matches(of: /<li>([a-z2-7-]{19})<\/li>/).map { String($0.1) })
    }

    func box(of owner: Visitor) async throws -> Box? {
        try await platform.database.read { try BoxStore($0).current(customerID: owner.customer.id) }
    }
}
