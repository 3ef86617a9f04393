import Foundation
import TestSupport
import Testing

/// The journey in a real browser, as the customer walks it. Leaves screenshots in `.build/screenshots`.
@Suite(.serialized)
struct BrowserJourneyTests {
    @Test(arguments: Engine.allCases)
    func aVisitorBecomesACustomerWhoseAgentAnswers(on engine: Engine) async throws {
        try await engine.withServer { server in
            let album = Album(name: "journey-\(engine)")
            let browser = try await Browser(width: 1280, height: 900)
            do {
                try await walk(browser, on: server, album)
            } catch {
                try? await browser.screenshot(album.file("failure"))
                await browser.quit()
                throw error
            }
            await browser.quit()
        }
    }

    private func walk(_ browser: Browser, on server: ServerProcess, _ album: Album) async throws {
        try await browser.open(server.site)
        try await browser.screenshot(album.file("1-landing"))
        try await browser.clickElement("a[href='/chat']")

        for answer in ["I want help planning my week and my meals", "Luna", "Just me, every day for work"] {
            try await say(answer, browser)
        }
        try await browser.wait("the plans", until: "document.querySelector('.message .plans')")
        try await browser.screenshot(album.file("2-chat-plans"))
        try await browser.clickElement(".message .plans button[value='Pro']")

        try await browser.wait("the link to Telegram", until: "document.querySelector('a[href*=\"t.me\"]')")
        let link: String = try await browser.run("return document.querySelector('a[href*=\"t.me\"]').href")
        try await browser.open(link)
        try await browser.clickElement(".start")
        try await browser.clickElement(".keyboard button")
        try await browser.wait("the sheet", until: "document.querySelector('dialog[open] form')")
        try await browser.screenshot(album.file("3-phone-create"))
        try await browser.clickElement("dialog[open] button.primary")
        try await browser.wait("the bot's own chat", until: "location.pathname.startsWith('/t.me/luna')")
        let bot: String = try await browser.run("return location.pathname.split('/').pop()")

        try await browser.open(server.site + "/chat")
        try await browser.wait("the payment's button or a question", until: "document.querySelector('.message.agent')")
        if try await browser.run("return !document.querySelector('a[href^=\"/checkout/\"]')", as: Bool.self) {
            try await say("yes", browser)
        }
        try await browser.wait("the payment's button", until: "document.querySelector('a[href^=\"/checkout/\"]')")
        try await browser.screenshot(album.file("4-chat-pay"))
        try await browser.clickElement("a[href^='/checkout/']")

        try await browser.wait("the payment page", until: "location.pathname.startsWith('/pay/')")
        try await browser.screenshot(album.file("5-pay"))
        try await browser.type("ada@example.com", into: "input[name=email]")
        let paid = ContinuousClock.now
        try await browser.clickElement("form button")
        try await browser.wait("the end of the set-up", until: "document.querySelector('.progress-end a[href*=\"\(bot)\"]')")
        try await browser.screenshot(album.file("6-ready"))

        try await browser.open("\(server.sandbox)/t.me/\(bot)")
        try await browser.wait("the chat", until: "document.querySelector('.start, textarea')")
        if try await browser.run("return Boolean(document.querySelector('.start'))", as: Bool.self) {
            try await browser.clickElement(".start")
        }
        try await browser.type("Hello! What is 2 + 3?\u{E007}", into: "textarea")
        try await browser.wait("the agent's answer", until: "document.body.innerText.includes('5.')")
        let answered = ContinuousClock.now - paid
        try await browser.screenshot(album.file("7-agent"))

        try await browser.open(server.site + "/dashboard")
        try await browser.wait(
            "the usage",
            until: "Number(document.querySelector('.figures dd').innerText.split('/')[0].replace(/\\D/g, '')) > 0")
        try await browser.screenshot(album.file("8-dashboard"))
        print("from paid to the agent's answer, in the browser: \(answered)")
        #expect(answered < .seconds(5))
    }

    private func say(_ text: String, _ browser: Browser) async throws {
        try await browser.wait("the field", until: "document.querySelector('#text')")
        let count = "document.querySelectorAll('.message.agent').length"
        let before = try await browser.run("return \(count)", as: Int.self)
        try await browser.type(text + "\u{E007}", into: "#text")
        try await browser.wait("an answer to “\(text)”", until: "\(count) > \(before)")
    }

    /// Every page a visitor can open without signing in, in each language, on a phone and in the dark: nothing is wider than
    /// the screen, and every picture, field and button has a name that can be read out.
    @Test(arguments: ["en", "pt"], [false, true])
    func pagesFitAPhoneAndCanBeReadOut(in language: String, dark: Bool) async throws {
        let server = ServerProcess()
        try await server.start()
        defer { server.tearDown() }
        let browser = try await Browser(width: 390, height: 844, language: language, dark: dark)
        let album = Album(name: "phone-\(language)-\(dark ? "dark" : "light")")
        var faults: [String] = []
        for page in ["/", "/chat", "/login", "/privacy", "/no-such-page"] {
            try await browser.open(server.site + page)
            try await browser.screenshot(album.file(page == "/" ? "landing" : String(page.dropFirst())))
            faults += try await browser.run(Self.audit, as: [String].self).map { "\(page): \($0)" }
            if try await !browser.run("return document.documentElement.lang", as: String.self).hasPrefix(language) {
                faults.append("\(page): is not in \(language)")
            }
        }
        await browser.quit()
        #expect(faults == [])
    }

    static let audit = """
        const faults = [];
        if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen');
        if (!document.title) faults.push('no title');
        if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
        if (!document.querySelector('main')) faults.push('no main');
        for (const e of document.querySelectorAll('a, button, input:not([type=hidden]), textarea')) {
            const name = e.innerText || e.textContent || e.ariaLabel || [...(e.labels || [])].map(l => l.textContent).join('');
            if (!name.trim()) faults.push('nameless ' + e.outerHTML.slice(0, 80));
        }
        for (const e of document.querySelectorAll('img:not([alt]), svg:not([aria-hidden]):not([role])'))
            faults.push('undescribed ' + e.outerHTML.slice(0, 80));
        return faults;
        """
}

/// A folder of screenshots below `.build/screenshots`.
struct Album {
    let name: String

    func file(_ picture: String) -> URL {
        ServerProcess.buildFolder.appending(path: "screenshots/\(name)/\(picture).png")
    }
}
