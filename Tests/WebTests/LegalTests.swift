import Core
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Web

struct LegalTests {
    private let texts = LegalTexts { name in
        ["terms.txt": "# Scope\n\nThese are\nthe terms.\n\n<b>", "terms.pt.txt": "Os termos.", "imprint.txt": "Ana Ltd."][
            name]
    }

    @Test func aLanguageWithoutATextOfItsOwnHasTheCommonOne() {
        #expect(texts.text(.terms, .english)?.contains("the terms") == true)
        #expect(texts.text(.terms, .portuguese) == "Os termos.")
        #expect(texts.text(.imprint, .portuguese) == "Ana Ltd.")
        #expect(texts.text(.refunds, .english) == nil)
    }

    @Test func onlyWhatIsWrittenIsInTheFooter() throws {
        let site = try Site(sandbox: nil, legal: texts)
        let html = site.render(PrivacyPage(texts: site.texts(.english)), language: .english, isCustomer: false)
        #expect(html.contains("href=\"/terms\"") && html.contains("href=\"/imprint\"") && !html.contains("/refunds"))
    }

    @Test func aPageThatNobodyWroteIsNotThere() async throws {
        try await TestWeb.run { web in
            for path in ["/terms", "/terms?lang=pt"] {
                let page = try await web.get(path)
                #expect(page.status == .ok && page.text.contains("What the terms say."))
            }
            #expect(try await web.get("/imprint").status == .notFound)
            #expect(try await web.get("/refunds").status == .notFound)
        }
    }

    @Test func paragraphsAndHeadingsAreToldApartAndEscaped() throws {
        let page = LegalPage(title: "Terms", text: try #require(texts.text(.terms, .english)))
        #expect(page.blocks.map(\.heading) == ["Scope", nil, nil])
        #expect(page.blocks[1].paragraph == "These are the terms.")
        let site = try Site(sandbox: nil)
        #expect(site.render(page, language: .english, isCustomer: false).contains("<p>&lt;b&gt;</p>"))
    }
}
