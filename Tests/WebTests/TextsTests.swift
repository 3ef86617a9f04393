import Core
import FoundationEssentials
import Testing

@testable import Web

struct TextsTests {
    private let english: Texts
    private let portuguese: Texts

    init() throws {
        english = try Texts(.english)
        portuguese = try Texts(.portuguese)
    }

    @Test func bothLanguagesHaveTheSameKeys() {
        #expect(Set(english.entries.keys) == Set(portuguese.entries.keys))
    }

    @Test func bothLanguagesFillTheSamePlaces() {
        for (key, text) in english.entries {
            #expect(places(text) == places(portuguese[key]), "\(key)")
        }
    }

    /// A text that is the same in both languages was forgotten, unless it is a name, a number or an international word.
    @Test func everyTextIsTranslated() {
        let international: Set = [
            "sandbox_part_telegram", "stage_telegram", "landing_sample_agent", "status_running", "privacy_cookies_title",
            "backups_size", "status_part_telegram",
        ]
        for (key, text) in english.entries where text == portuguese[key] {
            #expect(international.contains(key), "\(key): \(text)")
        }
    }

    /// The customer has an agent; what it lives in is our word.
    @Test func noTextSpeaksOfBoxes() {
        for (key, text) in english.entries { #expect(text.firstMatch(of: /\bbox(es)?\b/) == nil, "\(key)") }
        for (key, text) in portuguese.entries { #expect(text.firstMatch(of: /\bcaixas?\b/) == nil, "\(key)") }
    }

    /// Words and forms that are Portugal's, or that make a man of the agent.
    @Test func portugueseIsBrazils() {
        let european =
            /(?i)\b(ficheiro|ligação|ligações|subscri|prima|telemóvel|ecrã|utilizador|registos|partilh|demasiado|noutr|numa?\b|tem de|(está|estamos|estão) a [a-zé]+r\b|^a (?!partir)[a-z]+r\b|para si\b)/
        let gendered = /(?i)\{agent\} (está|foi|fica) (?!no\b)\w+o\b|bem-vindo/
        for (key, text) in portuguese.entries {
            #expect(text.firstMatch(of: european) == nil, "\(key): \(text)")
            #expect(text.firstMatch(of: gendered) == nil, "\(key): \(text)")
        }
    }

    @Test func noTextIsEmpty() {
        #expect(english.entries.values.allSatisfy { !$0.isEmpty } && portuguese.entries.values.allSatisfy { !$0.isEmpty })
    }

    @Test func everyKeyThatIsUsedExistsAndEveryKeyIsUsed() throws {
        var used = Set((1...12).map { "month_\($0)" } + ["date", "day_and_month"])
        for bytes in Templates.all.values {
            let template = String(decoding: bytes, as: UTF8.self)
            used.formUnion(template.matches(of: /\{\{t\.([a-z0-9_]+)\}\}/).map { String($0.1) })
        }
        for file in try sources() {
            used.formUnion(file.matches(of: /texts(?:\[|\()\s*"([a-z0-9_]+)"/).map { String($0.1) })
        }
        // A key that a condition chooses stands on a line of its own, behind `texts`.
        #expect(used.subtracting(english.entries.keys).isEmpty)
        #expect(Set(english.entries.keys).subtracting(used).isEmpty)
    }

    @Test func placesAreFilledOnce() throws {
        #expect(english("plan_messages", ["messages": "1,000"]) == "About 1,000 messages a day")
        #expect(english("login_sent_text", ["email": "{email}"]).contains("If {email} belongs"))
    }

    @Test(arguments: [
        (0, "0", "0"), (999, "999", "999"), (1000, "1,000", "1.000"), (20_000_000, "20,000,000", "20.000.000"),
        (-1234, "-1,234", "-1.234"),
    ])
    func numbersAreGrouped(_ value: Int, _ inEnglish: String, _ inPortuguese: String) {
        #expect(english.number(value) == inEnglish)
        #expect(portuguese.number(value) == inPortuguese)
    }

    @Test func pricesShowCentsOnlyWhereThereAreAny() {
        #expect(english.dollars(1900) == "$19")
        #expect(english.dollars(1905) == "$19.05")
        #expect(portuguese.dollars(129_950) == "US$\u{A0}1.299,50")
    }

    @Test func datesAreWrittenOut() {
        let time = Timestamp(seconds: 1_795_366_489)
        #expect(english.date(time) == "22 November 2026")
        #expect(portuguese.date(time) == "22 de novembro de 2026")
        #expect(english.moment(time) == "22 Nov, 16:54")
    }

    private func places(_ text: String) -> Set<String> {
        Set(text.matches(of: /\{[a-z]+\}/).map { String($0.0) })
    }

    private func sources() throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Web").standardized
            .path
        let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
        return try files.map { try String(contentsOfFile: root + "/" + $0, encoding: .utf8) }
    }
}
