import Core
import HTTPSupport
import Hummingbird

/// What only the host can write; 404 where nothing is written.
struct LegalRoutes: Sendable {
    let site: Site

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        for kind in LegalTexts.Kind.allCases {
            group.get("/\(kind.rawValue)") { _, context in
                guard let text = site.legal.text(kind, context.language) else {
                    throw DomainError(.notFound, code: "not_found", "There is nothing here.")
                }
                return site.response(
                    LegalPage(title: site.texts(context.language).title(of: kind), text: text), context: context)
            }
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
