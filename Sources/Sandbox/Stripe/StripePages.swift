import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import SQL
import Stripe

/// The pages that Stripe hosts: to pay on, and to manage a subscription on.
struct StripePages: Sendable {
    let database: any Database
    let publicURL: String
    let now: @Sendable () -> Int64
    /// Says that there may be something to deliver.
    let changed: @Sendable () -> Void
    private let library: MustacheLibrary

    /// - Throws: a parser error if a template is malformed.
    init(
        database: any Database, publicURL: String, now: @escaping @Sendable () -> Int64,
        changed: @escaping @Sendable () -> Void
    ) throws {
        self.database = database
        self.publicURL = publicURL
        self.now = now
        self.changed = changed
        func template(_ bytes: [UInt8]) throws -> MustacheTemplate {
            try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
        }
        library = MustacheLibrary(templates: [
            "notice": try template(PackageResources.stripe_notice_mustache),
            "pay": try template(PackageResources.stripe_pay_mustache),
            "portal": try template(PackageResources.stripe_portal_mustache),
            "invoice": try template(PackageResources.stripe_invoice_mustache),
            "style": try template(PackageResources.stripe_style_mustache),
        ])
    }

    func addRoutes(to router: Router<BasicRequestContext>) {
        router.get("/pay/:id") { _, context in
            try await payPage(context.parameters.get("id") ?? "")
        }
        router.post("/pay/:id") { request, context in
            try await pay(context.parameters.get("id") ?? "", try await form(of: request))
        }
        router.get("/portal/:id") { _, context in
            try await portalPage(context.parameters.get("id") ?? "")
        }
        router.get("/invoice/:id") { _, context in
            try await invoicePage(context.parameters.get("id") ?? "")
        }
        router.get("/invoice/:id/pdf") { _, context in
            try await invoiceDocument(context.parameters.get("id") ?? "")
        }
        router.post("/invoice/:id") { request, context in
            try await payInvoice(context.parameters.get("id") ?? "", try await form(of: request))
        }
        router.post("/portal/:id/card") { request, context in
            try await setCard(context.parameters.get("id") ?? "", try await form(of: request))
        }
        router.post("/portal/:id/plan") { request, context in
            try await changePlan(context.parameters.get("id") ?? "", try await form(of: request))
        }
        router.post("/portal/:id/keep") { request, context in
            try await keepPlan(context.parameters.get("id") ?? "", try await form(of: request))
        }
        router.post("/portal/:id/cancel") { request, context in
            try await setCancelling(true, context.parameters.get("id") ?? "", try await form(of: request))
        }
        router.post("/portal/:id/resume") { request, context in
            try await setCancelling(false, context.parameters.get("id") ?? "", try await form(of: request))
        }
    }

    func form(of request: Request) async throws -> StripeForm {
        guard let body = try? await request.body.collect(upTo: 16 << 10) else {
            throw HTTPError(.contentTooLarge, message: "The form is too large.")
        }
        guard let form = StripeForm(encoded: String(buffer: body)) else {
            throw HTTPError(.badRequest, message: "The form can't be read.")
        }
        return form
    }

    // MARK: Answers

    func page(_ name: String, _ model: [String: Any], status: HTTPResponse.Status = .ok) throws -> Response {
        guard let html = library.render(model, withTemplate: name) else {
            throw HTTPError(.internalServerError, message: "The page's template is missing.")
        }
        // No form-action: it would also forbid the redirect to the shop that follows a payment.
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy, .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    func notice(_ key: String, status: HTTPResponse.Status, locale: String? = nil, backURL: String? = nil) throws -> Response
    {
        let words = StripePageTexts.words(locale)
        var model: [String: Any] = [
            "t": words, "title": words[key + "Title"] ?? "", "text": words[key + "Text"] ?? "",
        ]
        model["backURL"] = backURL
        return try page("notice", model, status: status)
    }

    func redirect(to url: String) -> Response {
        Response(status: .seeOther, headers: [.location: url, .cacheControl: "no-store"])
    }

    /// `$19.00`, or `19.00 EUR` for other currencies.
    static func money(_ amount: Int64, _ currency: String) -> String {
        let cents = amount.magnitude % 100
        let figure = "\(amount < 0 ? "-" : "")\(amount.magnitude / 100).\(cents < 10 ? "0" : "")\(cents)"
        return currency == "usd" ? "$" + figure : "\(figure) \(currency.uppercased())"
    }
}
