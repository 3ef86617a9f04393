import Core
import HTTPSupport
import HTTPTypes
import TestSupport

@testable import Web

/// Pages in every state that a template distinguishes.
struct SamplePages {
    let texts: Texts
    let views = BoxViews(plans: .builtIn, telegramLinkBase: "https://t.me")

    var all: [any PageModel] {
        [
            LandingPage(plans: .builtIn, publicURL: "https://claw.example", imageURL: "/assets/cover.png", texts: texts),
            PrivacyPage(texts: texts),
            chat(Self.conversation), chat(Array(Self.conversation.prefix(2))), CheckoutWaitingPage(), done(.provisioning),
            done(.running), dashboard(.running, quota: .sample(used: 1_234_567), calls: 2, reminders: 2), dashboard(.failed),
            LoginPage(email: "", fault: nil), LoginPage(email: "ana@", fault: texts["login_invalid"]),
            LoginSentPage(message: texts["login_sent_text"]), LoginConfirmPage(token: "abc"), AccountPage(.sample()),
            AccountPage(Self.owner),
            error(404), error(410),
            ErrorPage(
                Problem(status: .gone, code: "magic_link_expired", detail: "Any.", requestID: "req_64bc1f20aa"), texts: texts
            ),
        ]
    }

    func chat(_ messages: [ChatMessage]) -> ChatPage {
        ChatPage(
            messages, key: "k", isOpen: messages.count > 2, leftCheckout: messages.count > 2 ? Self.checkout : nil,
            plans: .builtIn, texts: texts)
    }

    func done(_ status: BoxStatus) -> CheckoutDonePage {
        CheckoutDonePage(ProgressView(.sample(status: status), views: views, texts: texts))
    }

    func dashboard(_ status: BoxStatus, quota: Quota? = nil, calls: Int = 0, reminders: Int = 0) -> DashboardPage {
        DashboardPage(
            .sample(status: status, quota: quota, calls: calls, reminders: reminders), views: views, texts: texts)
    }

    func error(_ status: Int) -> ErrorPage {
        ErrorPage(
            Problem(status: .init(code: status), code: "any", detail: "Any.", requestID: "req_1"), texts: texts)
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
            .telegram(url: "https://t.me/claw?start=abcdefgh2345"),
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
            failedReminders: (0..<reminders).map { .sample(of: box, number: $0, end: .refused) })
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
