/// The languages that people are spoken to in.
package enum Language: String, Sendable, Hashable, Codable, CaseIterable {
    case english = "en"
    case portuguese = "pt"

    /// As browsers know it (RFC 5646): the Portuguese is Brazil's.
    package var tag: String {
        switch self {
        case .english: "en"
        case .portuguese: "pt-BR"
        }
    }

    /// The best match for an `Accept-Language` header (RFC 9110, 12.5.4); English if none fits.
    package init(acceptLanguage header: String) {
        var best = (language: Language.english, quality: 0.0)
        for part in header.split(separator: ",") {
            let fields = part.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let tag = fields.first, let language = Language(rawValue: tag.prefix(2).lowercased()) else { continue }
            let weight = fields.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > best.quality { best = (language, weight) }
        }
        self = best.language
    }
}

/// A text in every language we speak, side by side, so that none can be forgotten.
package struct LocalizedText: Sendable, Hashable {
    package let english: String
    package let portuguese: String

    package init(en english: String, pt portuguese: String) {
        self.english = english
        self.portuguese = portuguese
    }

    package subscript(language: Language) -> String {
        switch language {
        case .english: english
        case .portuguese: portuguese
        }
    }
}
