import Core
import FoundationEssentials
import Testing

@testable import Notifications

#if canImport(Glibc)
    import Glibc
#endif

/// How every mail reads and looks.
struct MailTests {
    private static func samples(_ language: Language, agentName: String = "Ada") -> [MailSample] {
        MailSamples.all(in: language, plans: .builtIn, publicURL: "https://site.example", agentName: agentName)
    }

    /// After a change on purpose: UPDATE_GOLDEN=1, and look at the difference. `mails.<language>.html` can be looked at in a
    /// browser, one mail below the other.
    @Test(arguments: Language.allCases) func everyMailIsAsItsGoldenFileHasIt(_ language: Language) throws {
        let samples = Self.samples(language)
        let text = samples.map { mail in
            "== \(mail.name)\nSubject: \(mail.subject)\n\n\(mail.text)"
                + (mail.chat.map { "-- in the chat --\n\($0)\n" } ?? "") + "\n"
        }.joined()
        let html = samples.map { "<!-- \($0.name) -->\n\($0.html)" }.joined()
        for (kind, content) in [("txt", text), ("html", html)] {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "Golden/mails.\(language.rawValue).\(kind)")
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
                try content.write(to: file, atomically: true, encoding: .utf8)
            }
            #expect(try String(contentsOf: file, encoding: .utf8) == content)
        }
    }

    @Test func thereIsASampleOfEveryNotice() {
        let names = Set(Self.samples(.english).map(\.name))
        let notices: [Notice] = [
            .receipt(invoice: ""), .usage(percent: 50), .usage(percent: 100), .paymentFailed(day: 0), .paymentFailed(day: 6),
            .suspended, .recovered, .planChanged(from: .pro, to: .team), .trialEnding, .trialRefused, .cancelled, .ended,
            .deletionNear, .deleted,
        ]
        for notice in notices { #expect(names.contains(String(notice.key("").dropLast())), "\(notice)") }
        #expect(names.count == Self.samples(.english).count, "each has a name of its own")
        #expect(names == Set(Self.samples(.portuguese).map(\.name)))
    }

    @Test(arguments: Language.allCases) func everyLinkOfOneFormIsInTheOther(_ language: Language) {
        for mail in Self.samples(language) {
            let links = mail.html.matches(of: /href="([^"]+)"/).map { String($0.1).replacing("&amp;", with: "&") }
            #expect(mail.html.matches(of: /<a class="button"/).count <= 1, "\(mail.name) has one thing to press above all")
            #expect(mail.name == "host_alert" || mail.name == "email_changing" || !links.isEmpty, "\(mail.name)")
            let written = mail.text.matches(of: /https?:\/\/\S+/).map { String($0.0) }
            #expect(Set(links) == Set(written), "\(mail.name)")
        }
    }

    @Test(arguments: Language.allCases) func nothingIsLoadedFromAnywhereAndTheNightIsThoughtOf(_ language: Language) {
        for mail in Self.samples(language) {
            for word in ["<img", "<script", "src=", "url(", "@import", "<link", "nil", "Optional("] {
                #expect(!mail.html.contains(word), "\(mail.name) has \(word)")
            }
            for word in [
                "<html lang=\"\(language.tag)\">", "color-scheme", "prefers-color-scheme: dark", "role=\"presentation\"",
            ] {
                #expect(mail.name == "host_alert" || mail.html.contains(word), "\(mail.name) lacks \(word)")
            }
        }
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title></style><b>", "'; color: red", "A&B",
    ])
    func aNameCanNotBreakOutOfAnyMail(_ name: String) {
        let tags = /<\/?[a-z!][^>]*>/
        for language in Language.allCases {
            for (mail, plain) in zip(Self.samples(language, agentName: name), Self.samples(language)) {
                #expect(
                    mail.html.matches(of: tags).map { String($0.0) } == plain.html.matches(of: tags).map { String($0.0) },
                    "\(mail.name)")
                #expect(!mail.subject.contains("\n"))
            }
        }
    }

    /// The figures of WCAG 2, as the site is held to them.
    @Test(arguments: [
        ("16282d", "fffdf9"), ("4f5f62", "f6f3ed"), ("fffaf5", "bd4025"), ("bd4025", "fffdf9"), ("f4efe5", "12343b"),
        ("eaf0ed", "142328"), ("a5b8b9", "0e191d"), ("2b0f07", "ff9278"), ("ff9278", "142328"), ("f4efe5", "1a3a41"),
    ])
    func everyPairOfColoursCanBeRead(_ ink: String, _ ground: String) throws {
        let html = try #require(Self.samples(.english).first).html
        #expect(html.contains("#" + ink) && html.contains("#" + ground))
        let (one, other) = (Self.luminance(ink) + 0.05, Self.luminance(ground) + 0.05)
        #expect(max(one, other) / min(one, other) >= 4.5)
    }

    private static func luminance(_ colour: String) -> Double {
        let parts = stride(from: 0, to: 6, by: 2).map { start -> Double in
            let value = Double(Int(colour.dropFirst(start).prefix(2), radix: 16) ?? 0) / 255
            return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
}
