import HTTPTypes
import Hummingbird
import SQL
import Stripe

extension StripePages {
    /// A session with what it sells, for the page.
    private struct Sale: Sendable {
        let session: StripeValue
        let order: StripeValue
        let price: StripeValue
        let product: StripeValue
        let customer: StripeValue

        var locale: String? { session["locale"].text }

        /// Where a payment leads.
        var successURL: String {
            (session["success_url"].text ?? "/").replacing("{CHECKOUT_SESSION_ID}", with: session.id)
        }

        init?(_ id: String, _ ledger: StripeLedger) throws {
            guard let session = try ledger.find("checkout.session", id),
                let order = try ledger.find("sandbox.order", StripeLedger.orderID(of: id)),
                let price = try ledger.find("price", order["price"].text ?? ""),
                let product = try ledger.find("product", price["product"].text ?? "")
            else { return nil }
            self.session = session
            self.order = order
            self.price = price
            self.product = product
            customer = try session["customer"].text.flatMap { try ledger.find("customer", $0) } ?? .null
        }
    }

    func payPage(_ id: String) async throws -> Response {
        let now = now()
        let sale = try await database.read { try Sale(id, StripeLedger(transaction: $0, now: now)) }
        guard let sale else { return try notice("unknown", status: .notFound) }
        let email = sale.customer["email"].text ?? sale.session["customer_email"].text ?? ""
        return try payPage(sale, StripePaymentForm(email: email, now: now))
    }

    /// Takes the payment. However often the form is sent, the session is paid once.
    func pay(_ id: String, _ form: StripeForm) async throws -> Response {
        let now = now()
        let payment = StripePaymentForm(form)
        let outcome = payment.check(now: now)
        if form.fields.contains(where: { $0.name == "apply" }) { return try await applyCode(id, payment) }
        if case .accepted(let card) = outcome, card.asksOnThePage, form.fields.last(where: { $0.name == "bank" }) == nil {
            return try await askBank(id, payment)
        }
        if form.fields.last(where: { $0.name == "bank" })?.value == "no" { return try await refusedByBank(id, payment) }
        let sale = try await database.write { [publicURL] transaction -> Sale? in
            let ledger = StripeLedger(transaction: transaction, now: now, publicURL: publicURL)
            guard let sale = try Sale(id, ledger) else { return nil }
            guard case .accepted(let card) = outcome, sale.session["status"] == "open" else { return sale }
            _ = try ledger.pay(sale.session, payment, card: card)
            return try Sale(id, ledger)
        }
        changed()
        guard let sale else { return try notice("unknown", status: .notFound) }
        if case .refused(let reason) = outcome { return try payPage(sale, payment, refusal: reason) }
        return try payPage(sale, payment)
    }

    /// Shows what a promotion code makes of the price.
    private func applyCode(_ id: String, _ payment: StripePaymentForm) async throws -> Response {
        let now = now()
        let sale = try await database.read { try Sale(id, StripeLedger(transaction: $0, now: now)) }
        guard let sale else { return try notice("unknown", status: .notFound) }
        return try payPage(sale, payment, refusal: StripePromotionCode(payment.code) == nil ? "codeWrong" : nil)
    }

    /// The bank's own page, on which the card's owner says yes or no (3-D Secure).
    private func askBank(_ id: String, _ payment: StripePaymentForm) async throws -> Response {
        let now = now()
        let sale = try await database.read { try Sale(id, StripeLedger(transaction: $0, now: now)) }
        guard let sale else { return try notice("unknown", status: .notFound) }
        return try payPage(sale, payment, asksBank: true)
    }

    private func refusedByBank(_ id: String, _ payment: StripePaymentForm) async throws -> Response {
        let now = now()
        let sale = try await database.read { try Sale(id, StripeLedger(transaction: $0, now: now)) }
        guard let sale else { return try notice("unknown", status: .notFound) }
        return try payPage(sale, payment, refusal: "bankRefused")
    }

    private func payPage(
        _ sale: Sale, _ form: StripePaymentForm, refusal: String? = nil, asksBank: Bool = false
    ) throws -> Response {
        switch sale.session["status"].text {
        case "complete":
            return redirect(to: sale.successURL)
        case "open":
            let words = StripePageTexts.words(sale.locale)
            var model = model(sale, form, words)
            model["asksBank"] = asksBank
            // A nil in the model would be shown as a word; what isn't in it is left out.
            model["refusal"] = refusal.flatMap { words[$0] }
            model["cancelURL"] = sale.session["cancel_url"].text
            return try page("pay", model, status: refusal == nil ? .ok : .unprocessableContent)
        default:
            return try notice("expired", status: .gone, locale: sale.locale, backURL: sale.session["cancel_url"].text)
        }
    }

    private func model(_ sale: Sale, _ form: StripePaymentForm, _ words: [String: String]) -> [String: Any] {
        let isMonthly = sale.price["recurring"]["interval"].text == "month"
        let code = sale.session["allow_promotion_codes"].isTrue ? StripePromotionCode(form.code) : nil
        let today = StripeLedger.dueToday(sale.order, price: sale.price, code: code)
        let period = StripeLedger.firstPeriod(sale.order, price: sale.price, code: code)
        func money(_ amount: Int64) -> String { Self.money(amount, sale.session["currency"].text ?? "") }
        var model: [String: Any] = [
            "t": words, "id": sale.session.id, "product": sale.product["name"].text ?? "",
            "amount": money(period.total), "today": money(today.total),
            "period": words[isMonthly ? "perMonth" : "perPeriod"] ?? "", "email": form.email, "number": form.number,
            "expiry": form.expiry, "cvc": form.cvc, "name": form.name, "code": form.code, "business": form.business,
            "taxID": form.taxID, "takesCodes": sale.session["allow_promotion_codes"].isTrue,
            "takesTaxID": sale.session["tax_id_collection"]["enabled"].isTrue,
        ]
        if let days = sale.order["trial_days"].integer { model["trialDays"] = String(days) }
        if period.discount != 0 { model["discount"] = "-" + money(period.discount) }
        if period.tax != 0 { model["tax"] = money(period.tax) }
        return model
    }
}
