package import Core
import Store

/// A mail as it would be sent to somebody, for the host to look at.
package struct MailSample: Sendable, Hashable {
    /// Stable, for a path: `payment_failed_0`.
    package let name: String
    package let subject: String
    package let text: String
    package let html: String
    /// What the agent's own chat says beside it; `nil` where it says nothing.
    package let chat: String?
}

/// Every mail that there is, with made-up people and figures.
package enum MailSamples {
    /// - Parameters:
    ///   - publicURL: the site's address, without a slash at its end.
    ///   - agentName: what the customer of the samples has called the agent.
    package static func all(
        in language: Language, plans: PlanTable, publicURL: String, agentName: String = "Ada"
    ) -> [MailSample] {
        let maker = SampleMaker(language: language, plans: plans, publicURL: publicURL, agentName: agentName)
        return maker.notices + maker.others
    }
}

private struct SampleMaker {
    let language: Language
    let plans: PlanTable
    let publicURL: String
    let agentName: String
    let day = Timestamp(seconds: 1_767_225_600)

    private func sample(_ name: String, _ mail: MailContent, chat: String? = nil) -> MailSample {
        MailSample(name: name, subject: mail.subject, text: mail.text, html: mail.html, chat: chat)
    }

    // MARK: Notices

    private enum Case {
        case paying, trial, unpaidTrial
    }

    var notices: [MailSample] {
        let paying: [Notice] = [
            .receipt(invoice: "in_1"), .usage(percent: 50), .usage(percent: 100), .paymentFailed(day: 0),
            .paymentFailed(day: 6), .suspended, .recovered, .planChanged(from: .starter, to: .team), .cancelled, .ended,
            .deletionNear, .deleted,
        ]
        return paying.compactMap { notice($0, .paying) }
            + [Notice.usage(percent: 80), .usage(percent: 100), .trialEnding, .trialRefused].compactMap {
                notice($0, .trial)
            } + [notice(.paymentFailed(day: 0), .unpaidTrial)].compactMap(\.self)
    }

    private func notice(_ notice: Notice, _ of: Case) -> MailSample? {
        let suffix =
            switch of {
            case .paying: ""
            case .trial where notice == .trialEnding || notice == .trialRefused: ""
            case .trial: "_in_trial"
            case .unpaidTrial: "_after_trial"
            }
        let name = String(notice.key("").dropLast()) + suffix
        guard let text = notice.text(context(notice, of)) else { return nil }
        let unsubscribe = notice.switchKind == nil ? nil : "\(publicURL)/unsubscribe/sample"
        return sample(
            name, text.mail(language, unsubscribeURL: unsubscribe), chat: notice.isForChat ? text.message(language) : nil)
    }

    private func context(_ notice: Notice, _ of: Case) -> NoticeContext {
        let customer = Customer(
            id: Customer.ID(bits: 1), email: "ana@example.com", language: language, createdAt: day)
        let desired: DesiredState =
            switch notice {
            case .suspended, .ended, .deletionNear: .suspended
            case .deleted: .deleted
            default: .running
            }
        let box = Box(
            id: Box.ID(bits: 2), customerID: customer.id, tier: .pro, agentName: agentName, purpose: "", language: language,
            bot: Box.Bot(id: 5, username: "ada_bot", sealedToken: "", ownerUserID: 7), desired: desired, createdAt: day)
        var subscription = Subscription(
            id: Subscription.ID(bits: 3), customerID: customer.id, boxID: box.id, tier: .pro, stripeID: "sub_1",
            stripeItemID: "si_1", status: of == .trial ? .trialing : .active, periodStart: day, periodEnd: day + .days(30))
        switch notice {
        case .paymentFailed, .suspended:
            subscription.pastDueSince = day
            subscription.paymentURL = "https://invoice.example/in_1"
        case .cancelled: subscription.cancelAt = subscription.periodEnd
        case .ended, .deletionNear, .deleted: subscription.endedAt = day
        default: break
        }
        let invoice = Invoice(
            id: "in_1", customerID: customer.id, subscriptionID: subscription.id, number: "N-1", status: "paid", tier: .pro,
            total: 4900, paid: 4900, refunded: 0, currency: "usd", url: nil, pdfURL: "https://invoice.example/in_1/pdf",
            createdAt: day)
        let quota = Quota(
            periodStart: day, periodEnd: day + .days(30), limit: 20_000_000, used: 10_000_000, reserved: 0)
        return NoticeContext(
            customer: customer, box: box, subscription: subscription, invoice: invoice, hasPaidBefore: of == .paying,
            quota: quota, plans: plans, publicURL: publicURL, now: day + .days(1))
    }

    // MARK: The others

    var others: [MailSample] {
        let dashboard = "\(publicURL)/dashboard"
        func link(_ number: Int) -> SignInLink {
            SignInLink(
                agentName: number == 3 ? nil : agentName, botUsername: number == 3 ? nil : "ada_bot", since: day,
                isProved: number == 1, url: Secret("\(publicURL)/login/sample-\(number)"))
        }
        return [
            sample(
                "welcome",
                .welcome(
                    agentName: agentName, botUsername: "ada_bot", botURL: "https://t.me/ada_bot", dashboardURL: dashboard,
                    language: language)),
            sample("sign_in", .magicLink([link(1)], minutes: 15, language: language)),
            sample("sign_in_several", .magicLink([link(1), link(2), link(3)], minutes: 15, language: language)),
            sample("confirm_email", .confirmEmail(url: "\(publicURL)/account/email/sample", language: language)),
            sample(
                "leave_email",
                .leaveEmail(for: "new@example.com", url: "\(publicURL)/account/email/sample", language: language)),
            sample("email_changing", .leaveEmail(for: "new@example.com", url: nil, language: language)),
            sample(
                "held_many_calls",
                .held(.manyCalls, agentName: agentName, dashboardURL: dashboard, language: language)),
            sample(
                "held_unasked", .held(.unasked, agentName: agentName, dashboardURL: dashboard, language: language)),
            sample("webhook_off", webhookOff(.failing)), sample("webhook_gone", webhookOff(.gone)),
            sample(
                "host_alert",
                .alert(
                    AlertHost(
                        subject: "A payment is disputed: in_1",
                        text: "Customer cst_1, subscription sub_1.\n\nThe agent is suspended until the dispute is decided."))
            ),
        ]
    }

    private func webhookOff(_ reason: WebhookEndpoint.OffReason) -> MailContent {
        .webhookOff(
            "https://hooks.example.com/openclaw", reason, pageURL: "\(publicURL)/account/webhooks", language: language)
    }
}
