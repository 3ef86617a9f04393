import Core
import SQL
import Store

/// What the words of a notice are about, read when it is sent.
struct NoticeContext: Sendable {
    let customer: Customer
    let box: Box
    let subscription: Subscription?
    let invoice: Invoice?
    /// Whether anything but a free trial was ever paid for.
    var hasPaidBefore = true
    let quota: Quota?
    let plans: PlanTable
    let publicURL: String
    let now: Timestamp

    var language: Language { customer.language }
    var agent: String { box.agentName }
    var dashboard: String { "\(publicURL)/dashboard" }

    /// - Returns: `nil` if the customer or the box is gone.
    static func load(
        _ job: TellCustomer, _ transaction: any Transaction, plans: PlanTable, publicURL: String, now: Timestamp
    ) throws -> NoticeContext? {
        guard let customerID = job.customerID, let customer = try CustomerStore(transaction).find(customerID),
            let box = try BoxStore(transaction).find(job.boxID, customerID: customerID)
        else { return nil }
        let billing = BillingStore(transaction)
        let invoice: Invoice? =
            if case .receipt(let id) = job.notice { try billing.invoice(id, customerID: customerID) } else { nil }
        return NoticeContext(
            customer: customer, box: box, subscription: try billing.subscription(boxID: box.id, customerID: customerID),
            invoice: invoice,
            hasPaidBefore: try billing.invoices(customerID: customerID).contains { $0.status == "paid" && $0.total > 0 },
            quota: try UsageStore(transaction).quota(customerID: customerID, at: now), plans: plans,
            publicURL: publicURL, now: now)
    }

    /// Until when the agent runs although a payment is missing.
    var graceEnd: Timestamp? { subscription?.pastDueSince.map { $0 + Subscription.gracePeriod } }
    /// When the data of an agent whose subscription has ended are deleted.
    var deletion: Timestamp? { subscription?.endedAt.map { $0 + Subscription.retention } }
}

extension Timestamp {
    private static let months: [(en: String, pt: String)] = [
        ("January", "janeiro"), ("February", "fevereiro"), ("March", "março"), ("April", "abril"), ("May", "maio"),
        ("June", "junho"), ("July", "julho"), ("August", "agosto"), ("September", "setembro"), ("October", "outubro"),
        ("November", "novembro"), ("December", "dezembro"),
    ]

    /// The day in UTC, as people write it: `30 December 2026`, `30 de dezembro de 2026`.
    func day(_ language: Language) -> String {
        let parts = description.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]) else { return String(description.prefix(10)) }
        let month = Self.months[parts[1] - 1]
        return switch language {
        case .english: "\(parts[2]) \(month.en) \(parts[0])"
        case .portuguese: "\(parts[2]) de \(month.pt) de \(parts[0])"
        }
    }
}

/// - Parameter amount: in the currency's smallest unit.
/// - Returns: `$19.00`, or `19.00 EUR` for other currencies than US dollars.
func money(_ amount: Int, _ currency: String) -> String {
    let cents = amount.magnitude % 100
    let figure = "\(amount < 0 ? "-" : "")\(amount.magnitude / 100).\(cents < 10 ? "0" : "")\(cents)"
    return currency == "usd" ? "$" + figure : "\(figure) \(currency.uppercased())"
}
