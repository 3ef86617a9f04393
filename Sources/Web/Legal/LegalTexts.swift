package import Core

/// What only the host can write: terms, an imprint, the rule for refunds. None is shown that isn't there.
package struct LegalTexts: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case terms, imprint, refunds
    }

    /// By kind and language.
    private let texts: [Kind: [Language: String]]

    /// - Parameter read: gives the text of a file, or `nil` where there is none. Asked for `terms.txt`, which is for every
    ///   language that has no `terms.pt.txt` of its own.
    package init(read: (String) -> String? = { _ in nil }) {
        texts = Kind.allCases.reduce(into: [:]) { texts, kind in
            let common = read("\(kind.rawValue).txt")
            for language in Language.allCases {
                texts[kind, default: [:]][language] = read("\(kind.rawValue).\(language.rawValue).txt") ?? common
            }
        }
    }

    func text(_ kind: Kind, _ language: Language) -> String? { texts[kind]?[language] }
}

/// `/terms`, `/imprint` and `/refunds`, as the host wrote them.
struct LegalPage: PageModel {
    static let template = "legal"

    let title: String
    let blocks: [Block]

    struct Block: Sendable {
        /// What begins with `# `.
        let heading: String?
        let paragraph: String?
    }

    /// - Parameter text: paragraphs with an empty line between them.
    init(title: String, text: String) {
        self.title = title
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        blocks = lines.split(whereSeparator: { $0.allSatisfy(\.isWhitespace) }).map { lines in
            let text = lines.joined(separator: " ")
            return text.hasPrefix("# ")
                ? Block(heading: String(text.dropFirst(2)), paragraph: nil) : Block(heading: nil, paragraph: text)
        }
    }
}
