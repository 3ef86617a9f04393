import Core

extension Journey {
    /// How the journey went.
    package struct Outcome: Sendable {
        /// The username of the agent's bot.
        package let bot: String
        package let answer: String
        package let usage: Usage
        /// From the payment to the agent's first answer.
        package let fromPaidToAnswer: Duration
        package let whole: Duration
    }

    /// A step that has ended.
    package struct Step: Sendable {
        package let name: String
        package let duration: Duration
        package let hasFailed: Bool
    }

    /// Walks from the landing page to the agent's answer and the figures on the dashboard.
    /// - Throws: ``Stuck`` if a step doesn't end as it should; a connection's error.
    package func walk(report: (Step) -> Void = { _ in }) async throws -> Outcome {
        let clock = ContinuousClock()
        let start = clock.now
        try await step("the landing page opens", report) { try await openLandingPage() }
        try await step("the onboarding agent greets", report) { try await openChat() }
        let link = try await step("a few questions answered; it asks for Telegram", report) {
            try await chat(until: "telegram")
        }
        try await step("Telegram connected, bot created", report) { try await connectTelegram(link) }
        let checkout = try await step("it shows the way to the payment", report) { try await chat(until: "checkout") }
        let page = try await step("the payment page opens", report) { try await openCheckout(checkout) }
        try await step("paid", report) { try await pay(page) }
        let paid = clock.now
        let bot = try await step("the agent is running", report) { try await agentIsRunning() }
        let answer = try await step("the agent answers", report) { try await talk("Hello! What is 2 + 3?", to: bot) }
        let answered = clock.now
        let usage = try await step("the tokens are counted", report) { try await tokensAreCounted() }
        return Outcome(
            bot: bot, answer: answer, usage: usage, fromPaidToAnswer: answered - paid, whole: clock.now - start)
    }

    private func step<Result>(
        _ name: String, _ report: (Step) -> Void, _ body: () async throws -> Result
    ) async throws -> Result {
        let start = ContinuousClock.now
        while true {
            do {
                let result = try await body()
                report(Step(name: name, duration: ContinuousClock.now - start, hasFailed: false))
                return result
            } catch  where isStubborn && !(error is Stuck) && !Task.isCancelled {
                // Every step looks first where the journey stands, so it can simply be done again.
                try await Task.sleep(for: .milliseconds(50))
            } catch {
                report(Step(name: name, duration: ContinuousClock.now - start, hasFailed: true))
                throw error
            }
        }
    }
}

// MARK: - The books

extension Journey {
    /// The customer's usage as the API tells it, call by call.
    package struct Books: Sendable {
        package let used: Int
        package let eventIDs: [String]
        /// Units of all calls.
        package let eventUnits: Int
        /// Tokens of all calls.
        package let eventTokens: Int
        /// Tokens of the calls whose figures the upstream told.
        package let exactTokens: Int
    }

    private struct EventPage: Decodable {
        let data: [Event]
        let nextCursor: String?

        struct Event: Decodable {
            let requestID: String
            let inputTokens: Int
            let outputTokens: Int
            let units: Int
            let estimated: Bool

            enum CodingKeys: String, CodingKey {
                case units, estimated
                case requestID = "request_id"
                case inputTokens = "input_tokens"
                case outputTokens = "output_tokens"
            }
        }

        enum CodingKeys: String, CodingKey {
            case data
            case nextCursor = "next_cursor"
        }
    }

    /// - Throws: ``Stuck`` while a call is under way for too long.
    package func books() async throws -> Books {
        let usage = try await tokensAreCounted()
        var events: [EventPage.Event] = []
        var cursor: String?
        var isWhole = false
        while !isWhole {
            let page: EventPage = try await browser.get(
                api + "/v1/usage/events?limit=100" + (cursor.map { "&cursor=\($0)" } ?? "")
            ).json()
            events += page.data
            cursor = page.nextCursor
            isWhole = cursor == nil
        }
        return Books(
            used: usage.used, eventIDs: events.map(\.requestID),
            eventUnits: events.reduce(0) { $0 + $1.units },
            eventTokens: events.reduce(0) { $0 + $1.inputTokens + $1.outputTokens },
            exactTokens: events.filter { !$0.estimated }.reduce(0) { $0 + $1.inputTokens + $1.outputTokens })
    }
}
