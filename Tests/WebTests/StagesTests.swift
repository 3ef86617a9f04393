import Core
import FoundationEssentials
import Jobs
import Onboarding
import Store
import TestSupport
import Testing

@testable import Web

/// How far the set-up has come, at the top of the chat.
struct StagesTests {
    private func page(_ progress: SetUpProgress, _ language: Language = .english) throws -> String {
        let site = try Site(sandbox: nil, contact: nil)
        let page = ChatPage([], progress: progress, key: "k", isOpen: true, plans: .builtIn, texts: site.texts(language))
        return site.render(page, language: language, isCustomer: true)
    }

    @Test func namesTheStepsAndTheOneThatIsAskedFor() throws {
        let html = try page(SetUpProgress(done: [.agent], current: .plan))
        #expect(html.contains("role=\"status\">Step 2 of 4: Plan</p>"))
        #expect(html.contains("<li class=\"done\">Agent<span class=\"visually-hidden\"> (done)</span></li>"))
        #expect(html.contains("<li aria-current=\"step\">Plan</li><li>Telegram</li><li>Payment</li>"))
    }

    @Test func speaksPortuguese() throws {
        let html = try page(SetUpProgress(done: [.agent, .plan, .telegram], current: .payment), .portuguese)
        #expect(html.contains("Passo 4 de 4: Pagamento"))
    }

    /// Whoever has lost their bot has paid already.
    @Test func aStepMayBeDoneBeforeTheOneThatIsAskedFor() throws {
        let html = try page(SetUpProgress(done: [.agent, .plan, .payment], current: .telegram))
        #expect(html.contains("Step 3 of 4: Telegram"))
        #expect(html.contains("<li class=\"done\">Payment"))
    }

    @Test func inTheEndAllAreDone() throws {
        let html = try page(SetUpProgress(done: Set(SetUpProgress.Step.allCases), current: nil))
        #expect(html.contains("All 4 steps are done") && !html.contains("aria-current=\"step\""))
    }

    @Test func aWideScreenIsShownTheLinkToTelegramAsAPicture() throws {
        let url = "https://t.me/claw?start=abcdefgh23456789"
        let message = ChatMessage(position: 1, role: .agent, text: "Come", card: .telegram(url: url), createdAt: testNow)
        let site = try Site(sandbox: nil, contact: nil)
        let html = site.fragment(
            ChatMessageView.template, ChatMessageView(message, plans: .builtIn, texts: site.texts(.english)),
            language: .english)
        let path = try #require(QRCode(url)).path
        #expect(html.contains("<path d=\"\(path)\"/>"))
        #expect(html.contains("href=\"https://t.me/claw") && html.contains("<code>abcd efgh 2345 6789</code>"))
        #expect(html.contains("aria-label=\"The link to Telegram as a QR code\""))
    }
}
