import Account
import Billing
import Core
import HTTPSupport
import HTTPTypes
import Onboarding
import TestSupport

@testable import Web

/// Pages in every state that a template distinguishes.
struct SamplePages {
    let texts: Texts
    let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")

    var all: [any PageModel] {
        customers + HostSamples.pages
    }

    private var customers: [any PageModel] {
        [
            LandingPage(
                facts: ProductFacts(plans: .builtIn, contact: nil), plans: .builtIn, publicURL: "https://claw.example",
                imageURL: "/assets/cover.png", texts: texts),
            PrivacyPage(texts: texts),
            chat(Self.conversation), chat(Array(Self.conversation.prefix(2))), CheckoutWaitingPage(), CheckoutAwayPage(),
            done(.provisioning),
            done(.running), dashboard(.running, quota: .sample(used: 1_234_567), calls: 2, reminders: 2), dashboard(.failed),
            dashboard(.running, quota: .sample(used: 4_990_000)), trouble(.pastDue), trouble(.canceled),
            trial(used: 100_000), trial(used: 500_000), doneInTrial,
            PlanChangePage(Self.changing, views: views, texts: texts),
            PlanChangePage(
                .team, .upgrade(amount: 5500, currency: "usd", moment: testNow), views: views, texts: texts),
            LoginPage(email: "", fault: nil), LoginPage(email: "ana@", fault: texts["login_invalid"]),
            LoginSentPage(message: texts["login_sent_text"]), LoginConfirmPage(token: "abc"),
            account(.init(customer: .sample())), account(Self.fullAccount, news: Self.news),
            agentSettings(.starter), agentSettings(.pro, fault: texts["agent_fault_hours"]),
            EmailConfirmPage(token: "abc", text: texts["email_confirm_text"]),
            UnsubscribePage(.usage, token: "abc", texts: texts), UnsubscribePage(.usage, token: nil, texts: texts),
            EmailConfirmedPage(text: texts["email_confirmed_old_missing"]),
            silence(.running), silence(.failed), silence(.running, bot: .gone), silence(.suspended, desired: .suspended),
            WebhooksPage([], [], texts: texts),
            WebhooksPage(
                Self.webhooks, Self.deliveries, news: .init(secret: Secret("whsec_abc"), fault: "Fault", url: "x"),
                texts: texts),
            StatusPage([], now: testNow, texts: texts), StatusPage(Self.days, now: testNow, texts: texts),
            LegalPage(title: "Terms", text: "# Scope\n\nThese are the terms."),
            error(404), error(410),
            ErrorPage(
                Problem(status: .gone, code: "magic_link_expired", detail: "Any.", requestID: "req_64bc1f20aa"), texts: texts
            ),
        ] + backups + eachCard
    }

    /// Only the last message of a page can be pressed, so each of them is the last one of some page.
    private var eachCard: [any PageModel] {
        Self.conversation.indices.map { chat(Array(Self.conversation.prefix($0 + 1))) }
    }

    func chat(_ messages: [ChatMessage]) -> ChatPage {
        ChatPage(
            messages,
            progress: [
                SetUpProgress(done: [], current: .agent), SetUpProgress(done: [.agent], current: .plan),
                SetUpProgress(done: [.agent, .plan, .payment], current: .telegram),
                SetUpProgress(done: Set(SetUpProgress.Step.allCases), current: nil),
            ][messages.count % 4], key: "k", isOpen: messages.count > 2, chosen: messages.count == 1 ? .team : nil,
            leftCheckout: messages.count > 2 ? Self.checkout : nil,
            plans: .builtIn, texts: texts)
    }

    func done(_ status: BoxStatus) -> CheckoutDonePage {
        CheckoutDonePage(ProgressView(.sample(status: status), views: views, texts: texts))
    }

    /// The dashboard while a free trial runs.
    func trial(used: Int) -> DashboardPage {
        DashboardPage(
            .sample(status: .running, quota: .sample(used: used, limit: 500_000), subscription: .trialing), views: views,
            texts: texts)
    }

    var doneInTrial: CheckoutDonePage {
        CheckoutDonePage(ProgressView(.sample(status: .running, subscription: .trialing), views: views, texts: texts))
    }

    func dashboard(_ status: BoxStatus, quota: Quota? = nil, calls: Int = 0, reminders: Int = 0) -> DashboardPage {
        DashboardPage(
            .sample(status: status, quota: quota, calls: calls, reminders: reminders), views: views, texts: texts)
    }

    /// A dashboard on which something has to be done.
    func trouble(_ status: Subscription.Status) -> DashboardPage {
        var snapshot = BoxSnapshot.sample(
            status: .running, desired: status == .canceled ? .suspended : .running, subscription: status)
        snapshot.now = testNow + .days(1)
        snapshot.subscription?.pastDueSince = testNow
        snapshot.subscription?.endedAt = status == .canceled ? testNow : nil
        snapshot.subscription?.paymentURL = "https://invoice.example/in_1"
        snapshot.invoices = [
            Invoice(
                id: "in_1", customerID: snapshot.box.customerID, subscriptionID: testIDs.next(), number: "N-1",
                status: "paid", tier: .pro, total: 4900, paid: 4900, refunded: 0, currency: "usd", url: nil,
                pdfURL: "https://invoice.example/in_1/pdf", createdAt: testNow)
        ]
        return DashboardPage(snapshot, views: views, texts: texts)
    }

    private static let changing: Subscription = {
        var subscription = Subscription.sample(of: .sample(of: .sample()), stripeID: "sub_1")
        subscription.nextTier = .starter
        return subscription
    }()

    func error(_ status: Int) -> ErrorPage {
        ErrorPage(
            Problem(status: .init(code: status), code: "any", detail: "Any.", requestID: "req_1"), texts: texts)
    }

    func account(_ records: AccountRecords, news: AccountPage.News = .init()) -> AccountPage {
        AccountPage(records, thisSession: "1", news: news, texts: texts)
    }

    func agentSettings(_ tier: Tier, fault: String? = nil) -> AgentSettingsPage {
        var box = BoxSnapshot.sample(status: .running).box
        box.profile.switchedOff = fault == nil ? [] : [.web]
        return AgentSettingsPage(box, plan: PlanTable.builtIn[tier], isSaved: fault == nil, fault: fault, texts: texts)
    }

    func silence(_ status: BoxStatus, bot: BotState = .fine, desired: DesiredState = .running) -> SilencePage {
        var box = BoxSnapshot.sample(status: status, desired: desired).box
        box.message = status == .failed ? .failed(.ranOutOfMemory) : nil
        let diagnosis = Diagnosis(
            box: box, subscription: nil, quota: nil, isHeld: false, lastCall: nil, restore: nil, bot: bot, now: testNow)
        return SilencePage(
            diagnosis, box: box, botURL: "https://t.me/ada_bot", hasBackups: true, contact: "help@cloud.example",
            texts: texts)
    }

    var backups: [any PageModel] {
        let box = BoxSnapshot.sample(status: .running).box
        let done = Backup(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, reason: .upgrade, generation: 1,
            objectKey: "k", state: .done, size: 12_000_000, createdAt: testNow)
        let running = Backup(id: testIDs.next(), of: box, for: .manual, at: testNow)
        let restore = Restore(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, backupID: done.id, state: .done,
            createdAt: testNow)
        return [
            BackupsPage([running, done], restore: restore, isDownloadable: true, texts: texts),
            BackupsPage([], restore: nil, texts: texts),
        ]
    }

    private static let news = AccountPage.News(
        newToken: Secret("ocu_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        exportPath: "/account/export/abc", notice: "Saved.", fault: "Fault")

    private static let fullAccount = AccountRecords(
        customer: owner,
        emailChange: EmailChange(
            customerID: owner.id, email: "anna@example.com", newConfirmedAt: nil, oldConfirmedAt: nil, expiresAt: testNow),
        sessions: [
            Session(handle: "1", device: "Firefox, Linux", createdAt: testNow, expiresAt: testNow),
            Session(handle: "2", device: "", createdAt: testNow, expiresAt: testNow),
        ],
        tokens: [
            APIToken(
                id: testIDs.next(), customerID: owner.id, name: "Backup script", scope: .read, createdAt: testNow,
                lastUsedAt: testNow)
        ], erasure: Erasure(customerID: owner.id, requestedAt: testNow, dueAt: testNow))

    /// As many as there may be: each off for another reason, one that fails, and one that is fine.
    private static let webhooks = [
        nil, nil, .owner, .failing, .gone,
    ].enumerated().map { (index: Int, reason: WebhookEndpoint.OffReason?) in
        WebhookEndpoint(
            id: testIDs.next(), customerID: owner.id, url: "https://example.com/hooks/\(index)",
            events: Set(WebhookEvent.Kind.choosable), sealedSecret: "", createdAt: testNow,
            failingSince: index == 1 ? testNow : nil, off: reason.map { .init(since: testNow, reason: $0) })
    }

    private static let deliveries = [
        nil, .answered(500), .fault(.forbiddenAddress), .fault(.unknownName), .fault(.timeout), .fault(.unreachable),
        .fault(.off), .answered(200),
    ].enumerated().map { (index: Int, result: WebhookDelivery.Result?) in
        var delivery = WebhookDelivery(
            id: testIDs.next(), endpointID: webhooks[index % 5].id, customerID: owner.id,
            event: WebhookEvent.Kind.allCases[index], body: "{}", createdAt: testNow)
        delivery.result = result
        delivery.attempts = index
        delivery.state = WebhookDelivery.State.allCases[index % 3]
        return delivery
    }

    /// A day of trouble, one that was half looked at, and one on which all was well.
    private static let days = [(0, 288, 3), (1, 100, 0), (2, 288, 0)].flatMap { days, probes, failures in
        StatusPart.allCases.map { part in
            let day = StatusDay.start(of: testNow) - .days(Int64(days))
            return StatusDay(
                part: part, day: day, probes: Int64(probes), failures: part == .model ? Int64(failures) : 0,
                isUp: part != .model || days > 0, since: day, probedAt: day)
        }
    }

    private static let owner: Customer = {
        var customer = Customer.sample()
        customer.email = "ana@example.com"
        return customer
    }()

    private static let checkout = Checkout.sample(of: .sample(of: .sample()))

    /// One message with each card.
    static let conversation: [ChatMessage] = {
        let cards: [ChatMessage.Card?] = [
            .choices(["Writing", "Planning"]), nil, .plans(recommended: .pro),
            .telegram(url: "https://t.me/claw?start=abcdefgh23456789"),
            .checkout(testIDs.next()), .agent(testIDs.next()),
        ]
        return cards.enumerated().map { index, card in
            ChatMessage(
                position: Int64(index) + 1, role: card == nil ? .visitor : .agent, text: "Message \(index)", card: card,
                createdAt: testNow)
        }
    }()
}

extension BoxSnapshot {
    static func sample(
        status: BoxStatus, desired: DesiredState = .running, quota: Quota? = nil, calls: Int = 0, reminders: Int = 0,
        subscription: Subscription.Status = .active
    ) -> BoxSnapshot {
        let customer = Customer.sample()
        var box = Box.sample(of: customer, botID: 1, desired: desired)
        box.status = status
        box.observedGeneration = box.generation
        box.restarts = status == .failed ? 3 : 0
        return BoxSnapshot(
            box: box, checkout: .sample(of: box),
            subscription: .sample(of: box, stripeID: "sub_1", status: subscription), quota: quota,
            recentCalls: (0..<calls).map { number in
                UsageEvent(
                    requestID: "r\(number)", customerID: customer.id, boxID: box.id, periodStart: testNow, model: "k2p5",
                    usage: TokenUsage(input: 12_000, cached: 8000, output: 345), estimated: number == 0,
                    interrupted: number == 0, createdAt: testNow)
            }, reminders: (0..<reminders).map { .sample(of: box, number: $0) },
            failedReminders: (0..<reminders).map { .sample(of: box, number: $0, end: .refused) },
            causes: calls > 0 ? [nil, .message].map { CauseUse(cause: $0, calls: calls, units: 9_000) } : [],
            forecast: calls > 0 ? .until(testNow + .days(20)) : nil,
            hold: status == .running && calls > 0 ? AgentHold(reason: .unasked, since: testNow) : nil)
    }
}

extension Quota {
    static func sample(used: Int, limit: Int = 5_000_000) -> Quota {
        Quota(periodStart: testNow, periodEnd: testNow + .days(30), limit: limit, used: used, reserved: 0)
    }
}

extension Reminder {
    static func sample(of box: Box, number: Int, end: End? = nil) -> Reminder {
        let repetition = Repetition.allCases[number % Repetition.allCases.count]
        return Reminder(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, number: Int64(number), text: "Pay the rent",
            repetition: repetition, localTime: LocalTime(testNow, in: box.zone), occursAt: testNow,
            endedAt: end.map { _ in testNow }, end: end)
    }
}
