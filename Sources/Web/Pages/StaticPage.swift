import Core
import HTTPSupport
import Hummingbird

/// A page that shows everybody the same: rendered once in each language, for customers and for the others.
struct StaticPage: Sendable {
    private struct Kind: Hashable {
        let language: Language
        let isCustomer: Bool
    }

    private let contents: [Kind: StaticContent]

    /// - Parameter model: what the page shows in a language; `nil` where there is no such page.
    init<Model: PageModel>(_ site: Site, _ model: (Texts) -> Model?) {
        var contents: [Kind: StaticContent] = [:]
        for language in Language.allCases {
            guard let model = model(site.texts(language)) else { continue }
            for isCustomer in [false, true] {
                let html = site.render(model, language: language, isCustomer: isCustomer)
                contents[Kind(language: language, isCustomer: isCustomer)] = StaticContent(
                    Array(html.utf8),
                    headers: [
                        .contentType: "text/html; charset=utf-8", .contentLanguage: language.tag,
                        // Another language or a sign-in shows at once, as the browser asks each time.
                        .cacheControl: "private, no-cache", .vary: "Accept-Language, Cookie",
                    ])
            }
        }
        self.contents = contents
    }

    /// - Throws: `DomainError` with the code `not_found` where there is no such page in the reader's language.
    func response(to request: Request, _ context: AppRequestContext) throws -> Response {
        let kind = Kind(language: context.language, isCustomer: context.isCustomer)
        guard let content = contents[kind] else {
            throw DomainError(.notFound, code: "not_found", "There is nothing here.")
        }
        return content.response(to: request)
    }
}
