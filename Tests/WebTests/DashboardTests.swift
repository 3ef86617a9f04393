import Core
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQL
import Store
import TestSupport
import Testing

@testable import Web

struct DashboardTests {
    @Test func showsTheAgentTheUsageAndThePlan() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let page = try await web.get("/dashboard", as: owner)
            #expect(page.status == .ok)
            for text in [
                "Ada", "Online", "https://t.me/ada_bot", "0 / 20,000,000", "Renews on 31 January 2026: $49", "Nothing yet",
            ] {
                #expect(page.text.contains(text), "\(text)")
            }
        }
    }

    @Test(arguments: Language.allCases) func aTrialIsCalledOneOnTheDashboardAndAfterTheCheckout(_ language: Language) throws
    {
        let pages = SamplePages(texts: try Texts(language))
        let (free, used) = (pages.trial(used: 100_000), pages.trial(used: 500_000))
        let words = LocalizedText(
            en: "Free until 31 January 2026, then $49 a month",
            pt: "Grátis até 31 de janeiro de 2026, depois US$\u{A0}49 por mês")
        #expect(free.renewal == words[language])
        #expect(free.banner.isEmpty && !free.canChangePlan)
        #expect(used.banner.first?.text.contains(language == .english ? "free trial is used up" : "teste grátis") == true)
        #expect(used.banner.first?.link == nil, "a larger plan would bring nothing")
        #expect(pages.doneInTrial.steps[0].title == pages.texts["step_trial"])
        #expect(pages.done(.running).steps[0].title == pages.texts["step_paid"])
    }

    @Test func belongsToThoseWhoHavePaid() async throws {
        try await TestWeb.run { web in
            #expect(try await web.get("/dashboard").location == "/login")
            #expect(try await web.get("/dashboard", as: try await web.visitor()).location == "/chat")
            let (owner, _) = try await web.owner(desired: .draft, paid: false)
            #expect(try await web.get("/dashboard", as: owner).location == "/chat")
        }
    }

    @Test func aRestartIsWantedAndQueued() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            #expect(try await web.post("/dashboard/restart", as: owner).location == "/dashboard")
            let box = try await web.platform.database.read { try BoxStore($0).current(customerID: owner.customer.id) }
            #expect(box?.restartMarker == 1 && box?.generation == 2)
            #expect(try await web.platform.queuedJobs("operator.reconcile").count == 1)
            #expect(try await web.get("/dashboard", as: owner).text.contains("Restarting"))
            try await web.platform.database.write {
                try BoxStore($0).observe(
                    try #require(box), generation: 2, status: .running, message: nil, readyAt: testNow)
            }
            #expect(try await web.get("/dashboard", as: owner).text.contains("Restarted on "))
        }
    }

    @Test(arguments: [
        (Subscription.Status.pastDue, 1, "Your agent runs until 8 January 2026", "Pay now"),
        (.pastDue, 40, "Your agent has been paused since 8 January 2026", "Pay now"),
        (.canceled, 1, "data is kept until 31 January 2026", "Bring Ada back"),
    ])
    func whatIsInTheWayStandsOnTopWithOneButton(
        _ status: Subscription.Status, _ days: Int64, _ text: String, _ button: String
    ) throws {
        var snapshot = BoxSnapshot.sample(
            status: .running, desired: status == .canceled || days > 7 ? .suspended : .running, subscription: status)
        snapshot.now = testNow + .days(days)
        snapshot.subscription?.pastDueSince = status == .pastDue ? testNow : nil
        snapshot.subscription?.endedAt = status == .canceled ? testNow : nil
        let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")
        let page = DashboardPage(snapshot, views: views, texts: try Texts(.english))
        let banner = try #require(page.banner.first)
        #expect(banner.text.contains(text))
        #expect(banner.label == button)
        #expect(page.usage.isShown == (status != .canceled))
        if snapshot.box.desired == .suspended { #expect(page.status.botURL == nil, "nobody answers there") }
    }

    @Test func aMonthThatIsUsedUpIsSaidWhereTheProxySaysSo() throws {
        let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")
        for (used, isOver) in [(19_700_000, false), (19_800_000, true), (20_000_000, true)] {
            let snapshot = BoxSnapshot.sample(status: .running, quota: .sample(used: used, limit: 20_000_000))
            let page = DashboardPage(snapshot, views: views, texts: try Texts(.english))
            #expect((page.status.label == "Used up until 31 January 2026") == isOver)
            #expect(page.banner.isEmpty != isOver)
        }
    }

    @Test(arguments: ["/dashboard/restart", "/dashboard/billing"])
    func actionsNeedAnOwnerAndOurOwnForm(_ path: String) async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            #expect(try await web.post(path).status == .unauthorized)
            #expect(try await web.post(path, as: owner, [.origin: "https://evil.example"]).status == .forbidden)
            #expect(try await web.post(path, as: try await web.visitor()).status == .conflict)
            #expect(try await web.get(path, as: owner).status == .methodNotAllowed)
            #expect(try await web.count("jobs") == 0)
        }
    }

    @Test func signingOutEndsTheSession() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let answer = try await web.post("/logout", as: owner)
            #expect(answer.location == "/")
            #expect(try #require(answer.headers[.setCookie]).contains("Max-Age=0"))
            #expect(try await web.get("/dashboard", as: owner).location == "/login")
        }
    }

    @Test(arguments: [
        (0, "0%", "", 1), (1, "<1%", "", 1), (2_500_000, "50%", "", 500), (4_000_000, "80%", "near", 800),
        (5_000_000, "100%", "full", 1000),
    ])
    func theGaugeFollowsTheUsage(_ used: Int, _ percent: String, _ level: String, _ arc: Int) throws {
        let view = UsageView(.sample(used: used), plan: PlanTable.builtIn[.pro], texts: try Texts(.english))
        #expect(view.percentText == percent && view.level == level && view.arc == arc)
        #expect(view.hasUsage == (used > 0))
    }

    @Test func howLongTheUnitsLastIsSaidByTheOwnersClock() throws {
        var snapshot = BoxSnapshot.sample(status: .running, quota: .sample(used: 4_000_000))
        func said(_ language: Language) throws -> String? {
            UsageView(snapshot, plan: PlanTable.builtIn[.pro], texts: try Texts(language)).forecast
        }
        #expect(try said(.english) == nil)
        // 02:00 in UTC, and an evening before in São Paulo.
        snapshot.forecast = .until(try #require(LocalTime("2026-12-23T02:00")).moment(in: .gmt))
        #expect(try said(.english) == "At this pace your units last until 23 December.")
        var box = snapshot.box
        box.timeZone = "America/Sao_Paulo"
        snapshot = BoxSnapshot(
            box: box, checkout: nil, subscription: nil, quota: snapshot.quota, recentCalls: [], forecast: snapshot.forecast)
        #expect(try said(.english) == "At this pace your units last until 22 December.")
        #expect(try said(.portuguese) == "Neste ritmo, suas unidades duram até 22 de dezembro.")
        snapshot.forecast = .toTheEnd
        #expect(try said(.portuguese) == "Neste ritmo, suas unidades duram até o fim do período.")
        box.desired = .suspended
        snapshot = BoxSnapshot(
            box: box, checkout: nil, subscription: nil, quota: snapshot.quota, recentCalls: [], forecast: .toTheEnd)
        #expect(try said(.english) == nil)
    }

    @Test(arguments: [
        (DesiredState.running, BoxStatus.running, "Online", true), (.running, .provisioning, "Being set up", false),
        (.running, .failed, "Not running", true), (.suspended, .suspended, "Paused", false),
        (.suspended, .running, "Paused", false), (.draft, .draft, "Not created yet", false),
    ])
    func theStateIsSaidPlainly(
        _ desired: DesiredState, _ status: BoxStatus, _ label: String, _ canRestart: Bool
    ) throws {
        let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")
        let view = StatusView(.sample(status: status, desired: desired), views: views, texts: try Texts(.english))
        #expect(view.label == label && view.canRestart == canRestart)
    }

    @Test func anAgentThatWasReadyOnceIsNotBeingSetUpAgain() throws {
        var box = BoxSnapshot.sample(status: .provisioning).box
        box.readyAt = testNow
        let snapshot = BoxSnapshot(box: box, checkout: nil, subscription: nil, quota: nil, recentCalls: [])
        let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")
        #expect(StatusView(snapshot, views: views, texts: try Texts(.english)).label == "Restarting")
    }

    @Test(arguments: [
        (0, BoxStatus.running, String?.none), (0, .failed, "Last seen 1 Jan, 0:00 (UTC)."),
        (1, .running, "Restarted once in all."),
        (3, .running, "Restarted 3 times in all."),
        (3, .provisioning, "Restarted 3 times in all. Last seen 1 Jan, 0:00 (UTC)."),
    ])
    func whatHappenedToTheAgentIsSaidPlainly(_ restarts: Int, _ status: BoxStatus, _ text: String?) throws {
        var box = BoxSnapshot.sample(status: status).box
        box.restarts = Int64(restarts)
        box.seenAt = testNow
        let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")
        func history(_ box: Box) throws -> String? {
            let snapshot = BoxSnapshot(box: box, checkout: nil, subscription: nil, quota: nil, recentCalls: [])
            return StatusView(snapshot, views: views, texts: try Texts(.english)).history
        }
        #expect(try history(box) == text)
        box.desired = .suspended
        #expect(try history(box) == nil, "while nothing is to run, nothing is amiss")
    }

    @Test(arguments: [
        (Subscription.Status.active, "Renews on 31 January 2026: $49"), (.unpaid, "Not active: a payment is missing."),
        (.incomplete, "Waiting for Stripe’s confirmation."), (.pastDue, "A payment is missing."),
        (.canceled, "data is kept until 2 March 2026"),
    ])
    func theSubscriptionIsSaidPlainly(_ status: Subscription.Status, _ text: String) throws {
        let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")
        let snapshot = BoxSnapshot.sample(status: .running, subscription: status)
        #expect(DashboardPage(snapshot, views: views, texts: try Texts(.english)).renewal.contains(text))
    }

    @Test(arguments: ["/dashboard/restart", "/dashboard/billing"])
    func oneCustomerIsSlowedDownAndNobodyElse(path: String) async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            var statuses: [HTTPResponse.Status] = []
            for _ in 1...8 { statuses.append(try await web.post(path, as: owner).status) }
            #expect(statuses.first != .tooManyRequests && statuses.last == .tooManyRequests)
            let (other, _) = try await web.owner()
            #expect(try await web.post(path, as: other).status != .tooManyRequests)
        }
    }

    @Test func signingOutEverywhereEndsEverySession() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let token = AccessToken.random()
            try await web.platform.database.write {
                try CustomerStore($0).insertSession(
                    tokenHash: token.hash, customerID: owner.customer.id, now: testNow, expiresAt: testNow + .days(1))
            }
            let phone = TestWeb.Visitor(customer: owner.customer, token: token.secret.reveal())
            #expect(try await web.get("/dashboard", as: phone).status == .ok)
            #expect(try await web.post("/logout/everywhere", as: owner).location == "/")
            for visitor in [owner, phone] {
                #expect(try await web.get("/dashboard", as: visitor).location == "/login")
            }
        }
    }
}
