import Core
import FoundationEssentials
import Onboarding
import Telegram

/// The customer's journey over HTTP, on the site and on the sandbox's phone.
///
/// Every step first looks where the journey stands and then does what comes next, as a person would: after a failure, or
/// after the platform was killed, the same call goes on from there.
package struct Journey: Sendable {
    package let site: String
    /// Where the JSON API is; under `serve` that is the site.
    package let api: String
    package let sandbox: String
    package let browser: JourneyClient
    /// Whether it takes a failure for a passing one and tries again, as when the platform is being killed and restarted.
    let isStubborn: Bool
    /// What is said in the chat, in this order; after them, "yes".
    let answers: [String]
    /// Told once of what takes longer than a person expects.
    var isWaiting: @Sendable (String) -> Void = { _ in }

    /// A start of OpenClaw takes 16 seconds on two quiet cores, and several times that on busy ones.
    private static let agentPatience = Duration.seconds(180)

    package init(
        site: String, api: String? = nil, sandbox: String, isStubborn: Bool = false,
        answers: [String] = [
            "I need help planning my week and my meals", "Luna", "Just me, every day for work", "Pro",
        ]
    ) {
        self.site = site
        self.api = api ?? site
        self.sandbox = sandbox
        self.isStubborn = isStubborn
        browser = JourneyClient()
        self.answers = answers
    }

    /// Why the journey can't go on.
    package struct Stuck: Error, CustomStringConvertible {
        package let description: String
    }

    // MARK: The chat

    struct Message: Decodable {
        let position: Int
        let role: String
        let text: String
        let card: Card?

        struct Card: Decodable {
            let type: String
            let url: String?
        }
    }

    func openLandingPage() async throws {
        try expect(200, try await browser.get(site + "/"))
    }

    func openChat() async throws {
        try expect(200, try await browser.get(site + "/chat"))
        guard try await !messages().isEmpty else { throw Stuck(description: "the onboarding agent doesn't greet") }
    }

    func messages() async throws -> [Message] {
        try expect(200, try await browser.get(site + "/chat/messages?after=0")).json()
    }

    /// Answers the onboarding agent until it shows a card of this kind.
    /// - Returns: where the card leads.
    func chat(until card: String) async throws -> String {
        var spokenAt: ContinuousClock.Instant?
        return try await eventually("the chat shows the \(card) card") {
            let messages = try await messages()
            if let url = messages.last(where: { $0.card?.type == card })?.card?.url { return url }
            guard let last = messages.last, last.role == "agent" else { return nil }
            let said = messages.count { $0.role == "visitor" }
            // All questions are answered: wait, and look again from time to time.
            if said >= answers.count, let spokenAt, .now - spokenAt < .seconds(2) { return nil }
            spokenAt = .now
            let text = said < answers.count ? answers[said] : "yes"
            let answer = try await browser.post(
                form: [("text", text), ("key", "journey-\(said)")], to: site + "/chat/messages")
            guard (200..<400).contains(answer.status) else { throw Stuck(description: "the chat answered \(answer.status)") }
            return nil
        }
    }

    // MARK: The phone

    private struct Conversation: Decodable {
        let chat: Chat
        let messages: [PhoneMessage]

        struct Chat: Decodable {
            let keyboard: ReplyKeyboard?
        }
    }

    struct PhoneMessage: Decodable {
        let from: String
        let text: String
    }

    private func conversation(with bot: String) async throws -> Conversation {
        try expect(200, try await browser.get("\(sandbox)/phone/chats/\(bot)/messages?after=0")).json()
    }

    func send(_ text: String, to bot: String) async throws {
        let answer = try await browser.post(json: ["text": text], to: "\(sandbox)/phone/chats/\(bot)/messages")
        guard answer.status == 201 else { throw Stuck(description: "the phone answered \(answer.status): \(answer.body)") }
    }

    /// Follows the link from the chat, presses START and lets the manager create the agent's bot.
    func connectTelegram(_ link: String) async throws {
        try expect(200, try await browser.get(link))
        let parts = link.split(separator: "/").last?.split(separator: "?start=") ?? []
        guard parts.count == 2 else { throw Stuck(description: "\(link) is no deep link") }
        let (manager, code) = (String(parts[0]), String(parts[1]))
        let request = try await eventually("the manager bot offers to create a bot") { () -> RequestManagedBot? in
            let conversation = try await conversation(with: manager)
            let buttons = conversation.chat.keyboard?.keyboard.flatMap { $0 } ?? []
            if let request = buttons.compactMap(\.requestManagedBot).first { return request }
            if !conversation.messages.contains(where: { $0.text == "/start \(code)" }) {
                try await send("/start \(code)", to: manager)
            }
            return nil
        }
        struct NewBot: Encodable {
            let manager: String
            let requestID: Int64
            let name: String
            let username: String

            enum CodingKeys: String, CodingKey {
                case manager, name, username
                case requestID = "request_id"
            }
        }
        let bot = NewBot(
            manager: manager, requestID: request.requestID, name: request.suggestedName ?? "Luna",
            username: request.suggestedUsername ?? "luna_agent_bot")
        let answer = try await browser.post(json: bot, to: sandbox + "/phone/managed-bots")
        guard answer.status == 201 else { throw Stuck(description: "the phone answered \(answer.status): \(answer.body)") }
    }

    /// Says something to the agent, unless the words are there already.
    /// - Parameter answer: the answer that is waited for; `nil` for any.
    /// - Returns: what the agent answered.
    func talk(_ text: String, to bot: String, until answer: String? = nil) async throws -> String {
        try await eventually("the agent answers", within: Self.agentPatience) {
            let messages = try await conversation(with: bot).messages
            guard let asked = messages.lastIndex(where: { $0.from == "person" && $0.text == text }) else {
                try await send(text, to: bot)
                return nil
            }
            // What it says by itself answers nothing.
            let answers = messages[asked...].filter { $0.from == "bot" && !Hello.isOne($0.text) }
            return answers.first { answer == nil || $0.text == answer }?.text
        }
    }

    /// - Returns: everything that the person has said to a bot, the oldest first.
    func heard(by bot: String) async throws -> [String] {
        try await conversation(with: bot).messages.filter { $0.from == "person" }.map(\.text)
    }

    /// - Returns: everything that a bot has said, the oldest first.
    package func said(by bot: String) async throws -> [String] {
        try await conversation(with: bot).messages.filter { $0.from == "bot" }.map(\.text)
    }

    /// - Returns: what the new agent has said by itself.
    func hello(of bot: String) async throws -> String {
        try await eventually("the agent says hello by itself") { try await said(by: bot).first(where: Hello.isOne) }
    }

    // MARK: Payment

    /// Goes from the chat's card to the payment page.
    /// - Returns: the page's address; our own `/checkout/<id>/done` once it has been paid.
    func openCheckout(_ path: String) async throws -> String {
        try await eventually("the payment page is open") {
            let answer = try await browser.get(site + path)
            return answer.status == 303 ? answer.location : nil
        }
    }

    /// Pays with the test card that the page suggests; a second call changes nothing.
    func pay(_ page: String) async throws {
        guard page.hasPrefix(sandbox) else { return }
        try expect(200, try await browser.get(page))
        let answer = try await browser.post(
            form: [
                ("email", "ada@example.com"), ("number", "4242 4242 4242 4242"), ("expiry", "12 / 34"), ("cvc", "123"),
                ("name", "Ada Lovelace"),
            ], to: page)
        guard (200..<400).contains(answer.status) else {
            throw Stuck(description: "the payment page answered \(answer.status)")
        }
    }

    // MARK: The dashboard's figures

    struct BoxState: Decodable {
        let id: String
        let status: String
        let detail: String?
        let bot: Bot?

        struct Bot: Decodable {
            let username: String
        }
    }

    package struct Usage: Sendable, Decodable {
        package let limit: Int
        package let used: Int
        package let reserved: Int
    }

    /// - Returns: the username of the agent's bot.
    func agentIsRunning() async throws -> String {
        try await eventually("the agent is running", within: Self.agentPatience) {
            let answer = try await browser.get(api + "/v1/box")
            guard answer.status == 200 else { return nil }
            let box: BoxState = try answer.json()
            return box.status == "running" ? box.bot?.username : nil
        }
    }

    /// - Returns: what has been used, once it doesn't grow any more: the token proxy books every tenth of a second.
    func tokensAreCounted() async throws -> Usage {
        var last = 0
        var since = ContinuousClock.now
        return try await eventually("the tokens are counted", every: .milliseconds(50)) {
            let answer = try await browser.get(api + "/v1/usage")
            guard answer.status == 200 else { return nil }
            let usage: Usage = try answer.json()
            if usage.used != last { (last, since) = (usage.used, .now) }
            return usage.used > 0 && ContinuousClock.now - since > .milliseconds(300) ? usage : nil
        }
    }

    // MARK: Waiting

    @discardableResult
    private func expect(_ status: Int, _ answer: JourneyClient.Answer) throws -> JourneyClient.Answer {
        guard answer.status == status else {
            throw Stuck(description: "expected \(status), got \(answer.status): \(answer.body.prefix(300))")
        }
        return answer
    }

    private func eventually<Value>(
        _ what: String, every interval: Duration = .milliseconds(25), within patience: Duration = .seconds(30),
        _ look: () async throws -> Value?
    ) async throws -> Value {
        let patience = isStubborn ? max(patience, .seconds(120)) : patience
        let start = ContinuousClock.now
        var isTold = false
        while ContinuousClock.now - start < patience {
            if !isTold, ContinuousClock.now - start > .seconds(3) {
                isTold = true
                isWaiting("waiting until \(what), for \(patience.components.seconds) s at most")
            }
            do {
                if let value = try await look() { return value }
            } catch  where isStubborn && !Task.isCancelled {
                // Looked at again, like everything else.
            }
            try await Task.sleep(for: interval)
        }
        throw Stuck(description: "waited \(patience) until \(what)")
    }
}
