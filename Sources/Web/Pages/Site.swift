import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore

/// What a page shows; its view is the template of that name in `Resources`.
protocol PageModel: Sendable {
    static var template: String { get }
    /// Whether only those see it who have bought an agent, or are about to.
    static var isForCustomers: Bool { get }
}

extension PageModel {
    static var isForCustomers: Bool { false }
}

/// Renders pages and parts of pages.
struct Site: Sendable {
    let assets: Assets
    private let templates: MustacheLibrary
    private let english: Texts
    private let portuguese: Texts
    private let sandbox: SandboxBar?
    private let contact: String?
    let legal: LegalTexts

    /// - Parameter contact: the e-mail address in the footer.
    /// - Throws: a `DecodingError` or a `MustacheTemplate.Error` if what was built in is malformed.
    init(sandbox: SandboxBar?, contact: String? = nil, legal: LegalTexts = LegalTexts()) throws {
        assets = Assets()
        templates = try Templates.library()
        english = try Texts(.english)
        portuguese = try Texts(.portuguese)
        self.sandbox = sandbox
        self.contact = contact
        self.legal = legal
    }

    func texts(_ language: Language) -> Texts {
        switch language {
        case .english: english
        case .portuguese: portuguese
        }
    }

    func response<Model: PageModel>(
        _ model: Model, status: HTTPResponse.Status = .ok, context: AppRequestContext
    ) -> Response {
        let html = render(
            model, language: context.language, isCustomer: Model.isForCustomers || context.isCustomer)
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .contentLanguage: context.language.tag,
                .cacheControl: "no-store",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// A whole page.
    func render<Model: PageModel>(_ model: Model, language: Language, isCustomer: Bool) -> String {
        let data = pageData(model, language: language, isCustomer: isCustomer)
        return templates.render(data, withTemplate: Model.template) ?? ""
    }

    /// A part of a page, for those who have the rest already.
    func fragment(_ template: String, _ model: some Sendable, language: Language) -> String {
        let part = templates.getTemplate(named: template)
        // The texts lie below the model on the stack of contexts, as they do on a page.
        let frame = try? MustacheTemplate(string: "{{#model}}{{>\(template)}}{{/model}}")
        guard part != nil, let frame else { return "" }
        return frame.render(["t": texts(language), "model": model] as [String: Any], library: templates)
    }

    /// What a page's template sees: `t` for texts, `page` for what every page has, `model` for what is its own.
    func pageData(_ model: some PageModel, language: Language, isCustomer: Bool) -> [String: Any] {
        let frame = PageFrame(
            languageTag: language.tag, isEnglish: language == .english, isSignedIn: isCustomer, assets: assets.urls,
            sandbox: sandbox.map { SandboxView($0, texts: texts(language)) }, contact: contact,
            legal: LegalTexts.Kind.allCases.filter { legal.text($0, language) != nil }.map {
                PageFrame.Link(path: "/\($0.rawValue)", title: texts(language).title(of: $0))
            })
        return ["t": texts(language), "page": frame, "model": model]
    }
}

extension AppRequestContext {
    /// Whether somebody has paid, or is about to.
    var isCustomer: Bool { customer?.stripeCustomerID != nil }
}

/// What every page has around its content.
struct PageFrame: Sendable {
    /// As browsers know it (RFC 5646).
    let languageTag: String
    let isEnglish: Bool
    let isSignedIn: Bool
    let assets: Assets.URLs
    let sandbox: SandboxView?
    let contact: String?
    /// What the host has written.
    let legal: [Link]

    struct Link: Sendable {
        let path: String
        let title: String
    }
}

/// What the sandbox plays, and where its pages are.
package struct SandboxBar: Sendable, Hashable {
    package let parts: [String]
    package let phone: String?
    package let outbox: String?

    /// - Parameters:
    ///   - parts: `kimi`, `stripe`, `telegram`, `mail`.
    ///   - phone: URL of the page that plays the phone; `nil` where Telegram is the real one.
    ///   - outbox: URL of the page that shows the mails; `nil` where they are sent.
    package init(parts: [String], phone: String?, outbox: String?) {
        self.parts = parts
        self.phone = phone
        self.outbox = outbox
    }
}

struct SandboxView: Sendable {
    let note: String
    let phone: String?
    let outbox: String?

    init(_ bar: SandboxBar, texts: Texts) {
        let names = [
            "kimi": texts["sandbox_part_kimi"], "stripe": texts["sandbox_part_stripe"],
            "telegram": texts["sandbox_part_telegram"], "mail": texts["sandbox_part_mail"],
        ]
        let parts = bar.parts.compactMap { names[$0] }.joined(separator: ", ")
        note =
            bar.parts.contains("stripe")
            ? texts("sandbox_note", ["parts": parts]) : texts("sandbox_note_paid", ["parts": parts])
        phone = bar.phone
        outbox = bar.outbox
    }
}
