import Core
import HTTPSupport
import Hummingbird

/// What only the host can write; 404 where nothing is written.
struct LegalRoutes: Sendable {
    private let pages: [(kind: LegalTexts.Kind, page: StaticPage)]

    init(site: Site) {
        pages = LegalTexts.Kind.allCases.map { kind in
            let page = StaticPage(site) { texts in
                site.legal.text(kind, texts.language).map { LegalPage(title: texts.title(of: kind), text: $0) }
            }
            return (kind, page)
        }
    }

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        for (kind, page) in pages {
            group.get("/\(kind.rawValue)") { request, context in try page.response(to: request, context) }
        }
    }
}

extension Texts {
    func title(of kind: LegalTexts.Kind) -> String {
        let texts = self
        return switch kind {
        case .terms: texts["footer_terms"]
        case .imprint: texts["footer_imprint"]
        case .refunds: texts["footer_refunds"]
        }
    }
}
