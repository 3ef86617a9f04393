import HTTPTypes
import Hummingbird
import NIOCore
import SQL
import Stripe

extension StripePages {
    /// Stripe's page for an invoice, on which an open one can be paid.
    func invoicePage(_ id: String) async throws -> Response {
        try invoicePage(try await stored(id), refusal: nil)
    }

    func payInvoice(_ id: String, _ form: StripeForm) async throws -> Response {
        let number = (form.fields.first { $0.name == "number" }?.value ?? "").filter { $0 != " " }
        guard let card = StripeTestCard(number: number) else {
            return try invoicePage(try await stored(id), refusal: "numberWrong")
        }
        if let code = card.declineCode { return try invoicePage(try await stored(id), refusal: code) }
        let now = now()
        try await database.write { [publicURL] transaction in
            let ledger = StripeLedger(transaction: transaction, now: now, publicURL: publicURL)
            guard let invoice = try ledger.find("invoice", id), invoice["status"] == "open" else { return }
            if var subscription = try ledger.find("subscription", invoice.invoicedSubscription ?? "") {
                subscription["default_payment_method"] = .text(card.paymentMethod)
                try ledger.update(subscription)
            }
            _ = try ledger.collect(invoice, isOwnerHere: true)
        }
        changed()
        return redirect(to: "/invoice/\(id)")
    }

    /// A document that says what the page says: plain, but a PDF.
    func invoiceDocument(_ id: String) async throws -> Response {
        guard let invoice = try await stored(id) else { return try notice("unknown", status: .notFound) }
        let text =
            "\(invoice["number"].text ?? "")  \(Self.day(invoice["created"]))  "
            + Self.money(invoice["total"].integer ?? 0, invoice["currency"].text ?? "")
        return Response(
            status: .ok, headers: [.contentType: "application/pdf", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: Self.pdf(text))))
    }

    private func stored(_ id: String) async throws -> StripeValue? {
        let now = now()
        return try await database.read { try StripeLedger(transaction: $0, now: now).find("invoice", id) }
    }

    private func invoicePage(_ invoice: StripeValue?, refusal: String?) throws -> Response {
        guard let invoice else { return try notice("unknown", status: .notFound) }
        let words = StripePageTexts.words(nil)
        var model: [String: Any] = [
            "t": words, "id": invoice.id, "number": invoice["number"].text ?? "", "date": Self.day(invoice["created"]),
            "amount": Self.money(invoice["amount_due"].integer ?? 0, invoice["currency"].text ?? ""),
            "status": words[invoice["status"].text ?? ""] ?? "", "isOpen": invoice["status"] == "open",
        ]
        model["refusal"] = refusal.flatMap { words[$0] }
        return try page("invoice", model, status: refusal == nil ? .ok : .unprocessableContent)
    }

    /// One page with one line.
    private static func pdf(_ text: String) -> String {
        let line = text.filter { $0.isASCII && $0 != "(" && $0 != ")" && $0 != "\\" }
        let stream = "BT /F1 14 Tf 60 760 Td (\(line)) Tj ET"
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            "<</Length \(stream.utf8.count)>>\nstream\n\(stream)\nendstream",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
        var document = "%PDF-1.4\n"
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(document.utf8.count)
            document += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let start = document.utf8.count
        let entries = offsets.map { offset in
            String(repeating: "0", count: 10 - String(offset).count) + "\(offset) 00000 n \n"
        }
        document += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n\(entries.joined())"
        return document + "trailer<</Size \(objects.count + 1)/Root 1 0 R>>\nstartxref\n\(start)\n%%EOF\n"
    }
}
