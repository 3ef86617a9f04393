import Core
import FoundationEssentials
import Jobs
import SMTP
import Store
import TestSupport
import Testing

@testable import Notifications

struct NoticeTests {
    @Test func whatIsNotSoAnyMoreIsNotSaid() {
        var context = Self.context(.suspended, .english)
        context = NoticeContext(
            customer: context.customer, box: Self.box(.running, context.customer), subscription: context.subscription,
            invoice: nil, quota: nil, plans: .builtIn, publicURL: "https://site.example", now: testNow + .days(8))
        #expect(Notice.suspended.text(context) == nil, "it runs again")
        #expect(Notice.paymentFailed(day: 6).text(context) == nil, "the grace is over")
        #expect(Notice.usage(percent: 80).text(context) == nil, "there is no such month")
    }

    @Test(arguments: Language.allCases) func aTrialIsCalledOne(_ language: Language) throws {
        let word = LocalizedText(en: "free trial", pt: "teste grátis")[language]
        for notice in [Notice.usage(percent: 80), .usage(percent: 100)] {
            let paid = try #require(notice.text(Self.context(notice, language)))
            #expect(!paid.message(language).contains(word))
            let trial = try #require(notice.text(Self.context(notice, language, isTrial: true)))
            #expect(trial.message(language).contains(word) && trial.mail(language).subject.contains(word))
        }
        let failed = try #require(
            Notice.paymentFailed(day: 0).text(Self.context(.paymentFailed(day: 0), language, isTrial: true)))
        #expect(failed.mail(language).text.contains(word), "nothing was ever paid, so there is no day's share")
    }

    @Test func theEndOfATrialSaysWhatMayChangeTheSum() throws {
        var context = Self.context(.trialEnding, .english)
        #expect(Notice.trialEnding.text(context)?.mail(.english).text.contains("$49.00 a month") == true)
        #expect(Notice.trialEnding.text(context)?.mail(.english).text.contains("payment page") == false)
        var plans = PlanTable.builtIn
        plans.terms = SaleTerms(takesPromotionCodes: true, reckonsTax: true)
        context = NoticeContext(
            customer: context.customer, box: context.box, subscription: context.subscription, invoice: nil, quota: nil,
            plans: plans, publicURL: context.publicURL, now: context.now)
        let text = try #require(Notice.trialEnding.text(context)?.mail(.english).text)
        #expect(text.contains("A promotion code and tax count as on the payment page."))
    }

    private static func box(_ desired: DesiredState, _ customer: Customer) -> Box {
        .sample(of: customer, botID: 5, desired: desired)
    }

    private static func context(
        _ notice: Notice, _ language: Language, isTrial: Bool = false
    ) -> NoticeContext {
        var customer = Customer.sample(email: "ana@example.com")
        customer.language = language
        let desired: DesiredState =
            switch notice {
            case .suspended, .ended, .deletionNear: .suspended
            case .deleted: .deleted
            default: .running
            }
        let box = box(desired, customer)
        var subscription = Subscription.sample(of: box, stripeID: "sub_1", status: isTrial ? .trialing : .active)
        switch notice {
        case .paymentFailed, .suspended:
            subscription.pastDueSince = testNow
            subscription.paymentURL = "https://invoice.example/in_1"
        case .trialEnding: subscription.status = .trialing
        case .cancelled: subscription.cancelAt = subscription.periodEnd
        case .ended, .deletionNear, .deleted: subscription.endedAt = testNow
        default: break
        }
        let invoice = Invoice(
            id: "in_1", customerID: customer.id, subscriptionID: subscription.id, number: "N-1", status: "paid", tier: .pro,
            total: 4900, paid: 4900, refunded: 0, currency: "usd", url: nil, pdfURL: "https://invoice.example/in_1/pdf",
            createdAt: testNow)
        return NoticeContext(
            customer: customer, box: box, subscription: subscription, invoice: invoice, hasPaidBefore: !isTrial,
            quota: Quota(
                periodStart: testNow, periodEnd: testNow + .days(30), limit: 20_000_000, used: 10_000_000, reserved: 0),
            plans: .builtIn, publicURL: "https://site.example", now: testNow + .days(1))
    }

    @Test func aNoticeIsMailedToTheOwner() async throws {
        try await MailRoom.run { room in
            let customer = Customer.sample(email: "ana@example.com")
            let box = Box.sample(of: customer, botID: 5, desired: .running)
            try await room.insert(customer, box: box)
            try await room.perform(
                TellCustomer(.recovered, key: "recovered/in_1", boxID: box.id, customerID: customer.id))
            let mail = try #require(try await room.mails().first)
            #expect(mail.contains("Subject: Ada is paid, thank you"))
        }
    }

    @Test(arguments: [50, 95, 100])
    func aMailThatMayBeSwitchedOffSaysHow(_ percent: Int) async throws {
        try await MailRoom.run { room in
            let (customer, job) = try await Self.usage(percent, room)
            try await room.perform(job)
            let mail = try #require(try await room.mails().first)
            let header = mail.firstMatch(of: /\r\nList-Unsubscribe: <https:\/\/site\.example\/unsubscribe\/([^>]+)>\r\n/)
            let oneClick = mail.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
            #expect(oneClick == (percent < 100) && (header != nil) == oneClick)
            guard let header else { return }
            let link = try #require(UnsubscribeToken(String(header.1), vault: testVault))
            #expect(link == UnsubscribeToken(customerID: customer.id, kind: .usage))
        }
    }

    @Test(arguments: [80, 100]) func whatIsSwitchedOffIsNotMailed(_ percent: Int) async throws {
        try await MailRoom.run { room in
            let (customer, job) = try await Self.usage(percent, room)
            try await room.platform.queue.write { work in
                try NoticeSwitchStore(work.transaction).set(
                    NoticeSwitch(.usage, .mail), isOn: false, customerID: customer.id, now: work.now)
            }
            try await room.perform(job)
            #expect(try await room.mails().count == (percent < 100 ? 0 : 1), "what stops the agent is always told")
        }
    }

    private static func usage(_ percent: Int, _ room: MailRoom) async throws -> (Customer, TellCustomer) {
        let customer = Customer.sample(email: "ana@example.com")
        let box = Box.sample(of: customer, botID: 5, desired: .running)
        try await room.insert(customer, box: box)
        try await room.platform.queue.write { work in
            try UsageStore(work.transaction).setQuota(
                customerID: customer.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: 1000)
        }
        return (customer, TellCustomer(.usage(percent: percent), key: "u", boxID: box.id, customerID: customer.id))
    }
}
