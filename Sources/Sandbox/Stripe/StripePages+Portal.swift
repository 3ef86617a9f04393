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
        /// The prices that the session's configuration lets a subscription move to.
        let prices: [StripeValue]
        /// By id, those that are active.
        let schedules: [String: StripeValue]

        /// How long the link of a portal session works, in seconds.
        static let lifetime: Int64 = 3600

        init?(_ id: String, _ ledger: StripeLedger) throws {
            guard let session = try ledger.find("billing_portal.session", id),
                ledger.now < (session["created"].integer ?? 0) + Self.lifetime
            else { return nil }
            self.session = session
            subscriptions = try ledger.all("subscription", where: ["customer": session["customer"]])
            invoices = try ledger.all("invoice", where: ["customer": session["customer"]])
            let configuration = try ledger.find("billing_portal.configuration", session["configuration"].text ?? "") ?? [:]
            let update = configuration["features"]["subscription_update"]
            prices =
                try update["enabled"].isTrue
                ? update["products"].list.flatMap { $0["prices"].list }.compactMap {
                    try ledger.find("price", $0.text ?? "")
                }
                : []
            schedules = Dictionary(
                try ledger.all("subscription_schedule", where: ["status": "active"]).map { ($0.id, $0) },
                uniquingKeysWith: { first, _ in first })
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
                    "url": invoice["hosted_invoice_url"].text ?? "",
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
        let isLive = !isEnded
        var model: [String: Any] = [
            "isLive": isLive, "id": subscription.id, "name": account.productNames[item["price"]["product"].text ?? ""] ?? "",
            "amount": Self.money(StripeLedger.amount(of: subscription), subscription["currency"].text ?? ""),
            "period": words[item["price"]["recurring"]["interval"] == "month" ? "perMonth" : "perPeriod"] ?? "",
            "term": words[term] ?? "", "day": Self.day(isEnded ? subscription["ended_at"] : item["current_period_end"]),
            "isPastDue": subscription["status"] == "past_due", "canCancel": !isEnded && !isCancelling,
            "canResume": !isEnded && isCancelling,
        ]
        let next = account.schedules[subscription["schedule"].text ?? ""]?["phases"].list.last?["items"].list.first
        if let price = account.prices.first(where: { $0.id == next?["price"].text }), price.id != item["price"].id {
            model["next"] = account.productNames[price["product"].text ?? ""]
        }
        if isLive, subscription["schedule"] == .null, !isCancelling {
            model["plans"] = account.prices.filter { $0.id != item["price"].id }.map { price -> [String: Any] in
                [
                    "subscription": subscription.id, "price": price.id,
                    "name": account.productNames[price["product"].text ?? ""] ?? "",
                    "amount": Self.money(price["unit_amount"].integer ?? 0, price["currency"].text ?? ""),
                ]
            }
        }
        return model
    }

    // MARK: Changes

    /// Moves a subscription to another price: at once and for the difference where that is dearer, else at the period's end.
    func changePlan(_ id: String, _ form: StripeForm) async throws -> Response {
        try await change(id, form) { account, subscription, ledger in
            let wanted = form.fields.first { $0.name == "price" }?.value
            guard let price = account.prices.first(where: { $0.id == wanted }), subscription["schedule"] == .null else {
                return
            }
            let isDearer =
                price["unit_amount"].integer ?? 0 > subscription.item["price"]["unit_amount"].integer ?? 0
            if isDearer {
                let changed = try ledger.change(
                    subscription, price: price, quantity: 1, proration: .alwaysInvoice, behavior: "pending_if_incomplete")
                try ledger.update(changed)
                try ledger.emit("customer.subscription.updated", changed)
            } else {
                var schedule = ledger.schedule(of: subscription)
                let end = subscription.item["current_period_end"].integer ?? ledger.now
                schedule["phases"] = .list(
                    schedule["phases"].list + [
                        [
                            "start_date": .integer(end),
                            "end_date": .integer(StripeLedger.end(price, from: end, anchor: end)),
                            "items": [["price": .text(price.id), "quantity": 1]],
                        ]
                    ])
                var changed = subscription
                changed["schedule"] = .text(schedule.id)
                try ledger.insert(schedule)
                try ledger.update(changed)
                try ledger.emit("customer.subscription.updated", changed)
            }
        }
    }

    /// Takes back what was to change at the period's end.
    func keepPlan(_ id: String, _ form: StripeForm) async throws -> Response {
        try await change(id, form) { account, subscription, ledger in
            if let schedule = account.schedules[subscription["schedule"].text ?? ""] { _ = try ledger.release(schedule) }
        }
    }

    /// Takes another card, and charges it for what is open.
    func setCard(_ id: String, _ form: StripeForm) async throws -> Response {
        let number = (form.fields.first { $0.name == "number" }?.value ?? "").filter { $0 != " " }
        guard let card = StripeTestCard(number: number), card.declineCode == nil else {
            return try notice("expired", status: .unprocessableContent)
        }
        let now = now()
        let isKnown = try await database.write { [publicURL] transaction in
            let ledger = StripeLedger(transaction: transaction, now: now, publicURL: publicURL)
            guard let account = try Account(id, ledger) else { return false }
            try ledger.setCard(card, customer: account.session["customer"].text ?? "")
            return true
        }
        changed()
        guard isKnown else { return try notice("unknown", status: .notFound) }
        return redirect(to: "/portal/\(id)")
    }

    private func change(
        _ id: String, _ form: StripeForm, _ body: @escaping @Sendable (Account, StripeValue, StripeLedger) throws -> Void
    ) async throws -> Response {
        let now = now()
        let wanted = form.fields.first { $0.name == "subscription" }?.value
        let isKnown = try await database.write { [publicURL] transaction in
            let ledger = StripeLedger(transaction: transaction, now: now, publicURL: publicURL)
            guard let account = try Account(id, ledger),
                let subscription = account.subscriptions.first(where: { $0.id == wanted && $0["status"] != "canceled" })
            else { return false }
            try body(account, subscription, ledger)
            return true
        }
        changed()
        guard isKnown else { return try notice("unknown", status: .notFound) }
        return redirect(to: "/portal/\(id)")
    }

    /// Cancels a subscription at the end of its period, or takes that back; only one of the session's own customer.
    func setCancelling(_ cancels: Bool, _ id: String, _ form: StripeForm) async throws -> Response {
        try await change(id, form) { account, subscription, ledger in
            guard subscription["cancel_at_period_end"] != .bool(cancels) else { return }
            var changed = subscription.cancelling(cancels, now: ledger.now)
            if let schedule = account.schedules[subscription["schedule"].text ?? ""] {
                _ = try ledger.release(schedule)
                changed["schedule"] = nil
            }
            try ledger.update(changed)
            try ledger.emit("customer.subscription.updated", changed)
        }
    }

    /// `2026-11-22`, in UTC.
    static func day(_ time: StripeValue) -> String {
        String(Date(timeIntervalSince1970: Double(time.integer ?? 0)).formatted(.iso8601).prefix(10))
    }
}
