import Core
import TestSupport
import Testing

@testable import Web

struct TemplateTests {
    private static let bar = SandboxBar(
        parts: ["kimi", "stripe", "telegram", "mail"], phone: "http://127.0.0.1/phone", outbox: "http://127.0.0.1/outbox")

    private static let legal = LegalTexts { $0 == "terms.txt" ? "Terms." : nil }

    @Test func theBarNamesOnlyWhatIsPlayed() throws {
        func bar(_ sandbox: SandboxBar) throws -> String {
            let site = try Site(sandbox: sandbox)
            let html = site.render(
                PrivacyPage(texts: site.texts(.english)), language: .english, isCustomer: false)
            return String(try #require(html.firstMatch(of: #/<aside class="sandbox"[\s\S]*?<\/aside>/#)).0)
        }
        let all = try bar(Self.bar)
        #expect(all.contains("Nothing here costs money. Simulated: the model, payments, Telegram, mail."))
        let mail = try bar(SandboxBar(parts: ["mail"], phone: nil, outbox: "http://127.0.0.1/outbox"))
        #expect(mail.contains("Payments are real. Simulated: mail."))
        #expect(!mail.contains("openclaw-phone") && mail.contains("openclaw-outbox"))
    }

    @Test(arguments: Language.allCases)
    func everythingThatTemplatesShowHasAValue(_ language: Language) throws {
        var check = TemplateCheck()
        for sandbox in [nil, Self.bar] as [SandboxBar?] {
            let site = try Site(sandbox: sandbox, contact: sandbox == nil ? "hello@cloud.example" : nil, legal: Self.legal)
            for page in SamplePages(texts: site.texts(language)).all {
                check.check(
                    type(of: page).template, data: site.pageData(page, language: language, isCustomer: sandbox == nil))
            }
        }
        #expect(check.faults.isEmpty)
    }

    @Test func everySectionIsReachedBySomePage() throws {
        var check = TemplateCheck()
        for language in Language.allCases {
            for sandbox in [nil, Self.bar] as [SandboxBar?] {
                let site = try Site(
                    sandbox: sandbox, contact: sandbox == nil ? "hello@cloud.example" : nil, legal: Self.legal)
                for page in SamplePages(texts: site.texts(language)).all {
                    check.check(
                        type(of: page).template, data: site.pageData(page, language: language, isCustomer: sandbox == nil))
                }
            }
        }
        #expect(TemplateCheck.sections.subtracting(check.reached).isEmpty)
    }

    @Test(arguments: Language.allCases)
    func everyPageIsAWholeDocumentInItsLanguage(_ language: Language) throws {
        let site = try Site(sandbox: nil)
        for page in SamplePages(texts: site.texts(language)).all {
            let html = site.render(page, language: language, isCustomer: false)
            #expect(html.hasPrefix("<!doctype html>\n<html lang=\"\(language.tag)\">"))
            #expect(html.hasSuffix("</html>\n"))
            #expect(html.matches(of: #/<main /#).count == 1)
            #expect(html.matches(of: #/<h1[ >]/#).count == 1)
            #expect(!html.contains("{{"))
            #expect(!html.contains("<title> ·"), "the title is empty")
        }
    }

    @Test func noPageHasInlineScriptsOrStyles() throws {
        let site = try Site(sandbox: nil)
        for page in SamplePages(texts: site.texts(.english)).all {
            let html = site.render(page, language: .english, isCustomer: true)
            #expect(html.firstMatch(of: #/<style|<script(?! src="/assets/)|\sstyle=|\son[a-z]+=|javascript:/#) == nil)
        }
    }

    @Test func theFooterShowsTheAddressIfThereIsOne() throws {
        for (contact, isShown) in [("hello@cloud.example", true), (nil, false)] {
            let site = try Site(sandbox: nil, contact: contact)
            let html = site.render(PrivacyPage(texts: site.texts(.english)), language: .english, isCustomer: false)
            #expect(html.contains("<a href=\"mailto:hello@cloud.example\">hello@cloud.example</a>") == isShown)
            #expect(html.contains("mailto:") == isShown)
        }
    }

    @Test func whatPeopleWriteIsEscaped() throws {
        let site = try Site(sandbox: nil)
        let attack = "\"><script>alert(1)</script>"
        let pages = SamplePages(texts: site.texts(.english))
        let message = ChatMessage(
            position: 1, role: .visitor, text: attack, card: .choices([attack]), createdAt: .init(seconds: 1))
        var snapshot = BoxSnapshot.sample(status: .running)
        snapshot = BoxSnapshot(
            box: snapshot.box.named(attack), checkout: nil, subscription: nil, quota: nil, recentCalls: [])
        let models: [any PageModel] = [
            pages.chat([message]), DashboardPage(snapshot, views: pages.views, texts: pages.texts),
            CheckoutDonePage(ProgressView(snapshot, views: pages.views, texts: pages.texts)),
            LoginPage(email: attack, fault: nil), LoginSentPage(message: attack), LoginConfirmPage(token: attack),
        ]
        for model in models {
            let html = site.render(model, language: .english, isCustomer: false)
            #expect(html.contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"))
            #expect(!html.contains("<script>alert"))
        }
    }

    @Test(arguments: ["javascript:alert(1)", "data:text/html,x", "/t.me/x", ""])
    func onlyWebAddressesBecomeLinks(_ url: String) throws {
        let site = try Site(sandbox: nil)
        let message = ChatMessage(
            position: 1, role: .agent, text: "x", card: .telegram(url: url), createdAt: .init(seconds: 1))
        #expect(ChatMessageView(message, plans: .builtIn, texts: site.texts(.english)).telegramURL == nil)
    }

    @Test(arguments: [
        (Language.english, "interrupted, charged at most"), (.portuguese, "interrompida, cobrada pelo máximo"),
    ])
    func aCallThatThePlatformCutOffIsShownAsSuch(_ language: Language, _ words: String) throws {
        let site = try Site(sandbox: nil)
        for interrupted in [true, false] {
            let event = UsageEvent(
                requestID: "r", customerID: testIDs.next(), boxID: testIDs.next(), periodStart: testNow, model: "k2p5",
                usage: TokenUsage(input: 1, output: 2), estimated: true, interrupted: interrupted, createdAt: testNow)
            let view = RecentView([event], texts: site.texts(language))
            #expect(site.fragment(RecentView.template, view, language: language).contains(words) == interrupted)
        }
    }

    @Test func aPartAloneLooksAsItDoesOnItsPage() throws {
        let site = try Site(sandbox: nil)
        let pages = SamplePages(texts: site.texts(.portuguese))
        let page = pages.dashboard(.running, quota: .sample(used: 900))
        let html = site.render(page, language: .portuguese, isCustomer: true)
        #expect(html.contains(site.fragment(UsageView.template, page.usage, language: .portuguese)))
        #expect(html.contains(site.fragment(StatusView.template, page.status, language: .portuguese)))
    }
}

extension Box {
    fileprivate func named(_ name: String) -> Box {
        var box = self
        box.agentName = name
        return box
    }
}
