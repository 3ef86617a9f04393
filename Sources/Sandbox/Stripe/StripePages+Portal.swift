import FoundationEssentials
import HTTPTypes
import Hummingbird
import SQL
import Stripe

extension StripePages {
    /// Everything that the portal's page shows.
    private struct Account: Sendable {
        let session: StripeValue
        /// Youngest first.
        let subscriptions: [StripeValue]
        let invoices: [StripeValue]
        /// By product id.
        let productNames: [String: String]

        /// How long the link of a portal session works, in seconds.
        static let lifetime: Int64 = 3600

        init?(_ id: String, _ ledger: StripeLedger) throws {
            guard let session = try ledger.find("billing_portal.session", id),
                ledger.now < (session["created"].integer ?? 0) + Self.lifetime
            else { return nil }
            self.session = session
            let customer = session["customer"]
            subscriptions = try ledger.all("subscription").filter { $0["customer"] == customer }
            invoices = try ledger.all("invoice").filter { $0["customer"] == customer }
            productNames = Dictionary(
                try ledger.all("product").map { ($0.id, $0["name"].text ?? "") }, uniquingKeysWith: { first, _ in first })
        }
    }

    func portalPage(_ id: String) async throws -> Response {
        let now = now()
        let account = try await database.read { try Account(id, StripeLedger(transaction: $0, now: now)) }
        guard let account else { return try notice("unknown", status: .notFound) }
        let words = StripePageTexts.words(account.session["locale"].text)
        var model: [String: Any] = [
            "t": words, "session": id,
            "subscriptions": account.subscriptions.map { subscription($0, account, words) },
            "isEmpty": account.subscriptions.isEmpty, "hasInvoices": !account.invoices.isEmpty,
            "invoices": account.invoices.map { invoice -> [String: Any] in
                [
                    "number": invoice["number"].text ?? "", "date": Self.day(invoice["created"]),
                    "amount": Self.money(invoice["total"].integer ?? 0, invoice["currency"].text ?? ""),
                    "status": words[invoice["status"].text ?? ""] ?? "",
                ]
            },
        ]
        model["returnURL"] = account.session["return_url"].text
        return try page("portal", model)
    }

    private func subscription(
        _ subscription: StripeValue, _ account: Account, _ words: [String: String]
    ) -> [String: Any] {
        let item = subscription["items"]["data"].list.first ?? [:]
        let isEnded = subscription["status"] == "canceled"
        let isCancelling = subscription["cancel_at_period_end"].isTrue
        let term = isEnded ? "ended" : isCancelling ? "ends" : "renews"
        return [
            "id": subscription.id, "name": account.productNames[item["price"]["product"].text ?? ""] ?? "",
            "amount": Self.money(StripeLedger.amount(of: subscription), subscription["currency"].text ?? ""),
            "period": words[item["price"]["recurring"]["interval"] == "month" ? "perMonth" : "perPeriod"] ?? "",
            "term": words[term] ?? "", "day": Self.day(isEnded ? subscription["ended_at"] : item["current_period_end"]),
            "isPastDue": subscription["status"] == "past_due", "canCancel": !isEnded && !isCancelling,
            "canResume": !isEnded && isCancelling,
        ]
    }

    /// Cancels a subscription at the end of its period, or takes that back; only one of the session's own customer.
    func setCancelling(_ cancels: Bool, _ id: String, _ form: StripeForm) async throws -> Response {
        let now = now()
        let wanted = form.fields.first { $0.name == "subscription" }?.value
        let isKnown = try await database.write { transaction in
            let ledger = StripeLedger(transaction: transaction, now: now)
            guard let account = try Account(id, ledger),
                let subscription = account.subscriptions.first(where: { $0.id == wanted && $0["status"] != "canceled" })
            else { return false }
            if subscription["cancel_at_period_end"] != .bool(cancels) {
                let changed = subscription.cancelling(cancels, now: now)
                try ledger.update(changed)
                try ledger.emit("customer.subscription.updated", changed)
            }
            return true
        }
        changed()
        guard isKnown else { return try notice("unknown", status: .notFound) }
        return redirect(to: "/portal/\(id)")
    }

    /// `2026-11-22`, in UTC.
    private static func day(_ time: StripeValue) -> String {
        String(Date(timeIntervalSince1970: Double(time.integer ?? 0)).formatted(.iso8601).prefix(10))
    }
}
