import Core
import Stripe

extension BillingService {
    /// Asks Stripe for all that the rules decide from.
    /// - Returns: `nil` if the subscription is of a kind that isn't ours.
    /// - Throws: ``StripeError``.
    func facts(of fetched: StripeSubscription, boughtAs tier: Tier) async throws -> (BillingFacts, [StripeInvoice])? {
        guard let status = Subscription.Status(rawValue: fetched.status), let item = fetched.item else { return nil }
        let invoices = try await stripe.invoices(ofSubscription: fetched.id)
        let charges = try await stripe.charges(ofCustomer: fetched.customer)
        var disputes: [String: BillingFacts.Bill.Dispute] = [:]
        for charge in charges where charge.disputed {
            disputes[charge.id] = try await stripe.disputes(ofCharge: charge.id).compactMap(\.state).first
        }
        var bills: [BillingFacts.Bill] = []
        for invoice in invoices {
            let payments = charges.filter { charge in
                invoice.paymentReferences.contains { $0 == charge.id || $0 == charge.paymentIntent }
            }
            if let bill = try await bill(invoice, payments, disputes) { bills.append(bill) }
        }
        let period = BillingFacts.Period(
            start: Timestamp(seconds: item.currentPeriodStart), end: Timestamp(seconds: item.currentPeriodEnd))
        return (
            BillingFacts(
                status: status, tier: item.price.metadata["tier"].flatMap(Tier.init) ?? tier, period: period,
                cancelAt: fetched.cancelAt.map(Timestamp.init(seconds:)) ?? (fetched.cancelAtPeriodEnd ? period.end : nil),
                endedAt: fetched.endedAt.map(Timestamp.init(seconds:)),
                nextTier: try await nextTier(of: fetched, period), invoices: bills),
            invoices
        )
    }

    private func bill(
        _ invoice: StripeInvoice, _ payments: [StripeCharge], _ disputes: [String: BillingFacts.Bill.Dispute]
    ) async throws -> BillingFacts.Bill? {
        guard let id = invoice.id, let status = invoice.status.flatMap(BillingFacts.Bill.Status.init) else { return nil }
        var lines: [BillingFacts.Line] = []
        for line in invoice.lines.hasMore ? try await stripe.lines(ofInvoice: id) : invoice.lines.data {
            let tier: Tier? = if let price = line.price { try await prices.tier(ofPrice: price) } else { nil }
            lines.append(
                BillingFacts.Line(
                    tier: tier,
                    period: .init(start: Timestamp(seconds: line.period.start), end: Timestamp(seconds: line.period.end)),
                    amount: line.amount, isProration: line.isProration))
        }
        var bill = BillingFacts.Bill(
            id: id, status: status, createdAt: Timestamp(seconds: invoice.created), attempts: invoice.attemptCount,
            total: invoice.total, lines: lines, url: invoice.hostedInvoiceUrl,
            isRefunded: payments.contains(where: \.refunded),
            dispute: payments.compactMap { disputes[$0.id] }.max { $0.weight < $1.weight })
        bill.paidAt = invoice.paidAt.map { Timestamp(seconds: $0) }
        bill.refunded = payments.reduce(0) { $0 + $1.amountRefunded }
        return bill
    }

    /// The plan that a schedule changes to at the period's end.
    private func nextTier(of fetched: StripeSubscription, _ period: BillingFacts.Period) async throws -> Tier? {
        guard let id = fetched.schedule, let schedule = try await found({ try await stripe.schedule(id) }),
            schedule.isActive, let phase = schedule.phases.first(where: { $0.startDate >= period.end.milliseconds / 1000 }),
            let price = phase.items.first?.price, price != fetched.item?.price.id
        else { return nil }
        return try await prices.tier(ofPrice: price)
    }
}

extension BillingFacts.Bill.Dispute {
    fileprivate var weight: Int {
        switch self {
        case .won: 0
        case .lost: 1
        case .open: 2
        }
    }
}

extension StripeDispute {
    /// `nil` for an inquiry, which takes no money back.
    fileprivate var state: BillingFacts.Bill.Dispute? {
        switch status {
        case "won": .won
        case "lost": .lost
        case let status where status.hasPrefix("warning_"): nil
        default: .open
        }
    }
}
