import Core
import FoundationEssentials

/// One visitor of the evaluation set: what they say, what must be known at the end, and what must never happen.
///
/// Source of the format: `docs/onboarding.md`.
struct Visitor: Sendable, Decodable {
    let id: String
    /// What this visitor is an example of.
    let kind: String
    /// The language of the page they come to; English without it.
    var page: Language?
    /// Said first, one after the other, whatever is answered.
    var opens: [Line]?
    /// Said when that is the question, one after the other.
    var purpose: [Line]?
    var name: [Line]?
    var usage: [Line]?
    var plan: [Line]?
    /// Said when something is to be confirmed; "yes" without it.
    var confirm: [Line]?
    /// Said when the link to Telegram stands, and when the summary does.
    var telegram: [Line]?
    var payment: [Line]?
    let expect: Expectation
    var never: Never?

    /// A message, and what the answer to it must hold, if it was a question.
    struct Line: Sendable, Decodable {
        let say: String
        /// One of these; in lower case.
        var hears: [String]?

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                say = text
                return
            }
            let values = try decoder.container(keyedBy: CodingKeys.self)
            say = try values.decode(String.self, forKey: .say)
            hears = try values.decode([String].self, forKey: .hears)
        }

        enum CodingKeys: String, CodingKey { case say, hears }
    }

    struct Expectation: Sendable, Decodable {
        var name: String?
        /// Words that the purpose holds; in lower case.
        var purpose: [String]?
        var plan: Tier?
        var language: Language?
        var owner: String?
        var ownerLanguage: String?
        var budget: Int?
    }

    struct Never: Sendable, Decodable {
        /// Names and plans that must not stand at any time.
        var names: [String]?
        var plans: [Tier]?
        /// Words that the purpose must not hold; in lower case.
        var purpose: [String]?
    }

    /// The set in `Tests/Visitors`.
    static func all() throws -> [Visitor] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Visitors")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
            .sorted()
        return try names.flatMap { name in
            try JSONDecoder().decode([Visitor].self, from: try Data(contentsOf: folder.appending(path: name)))
        }
    }
}
