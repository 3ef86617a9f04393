import Core

/// Walks a ``Journey`` step by step and prints each with its time.
struct DemoRun {
    let journey: Journey

    /// - Throws: ``Journey/Stuck`` if a step doesn't end as it should.
    func run() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await step("the landing page opens") { try await journey.openLandingPage() }
        try await step("the onboarding agent greets") { try await journey.openChat() }
        let link = try await step("a few questions answered; it asks for Telegram") { try await journey.chat(until: "telegram") }
        try await step("Telegram connected, bot created") { try await journey.connectTelegram(link) }
        let checkout = try await step("it shows the way to the payment") { try await journey.chat(until: "checkout") }
        let page = try await step("the payment page opens") { try await journey.openCheckout(checkout) }
        try await step("paid") { try await journey.pay(page) }
        let paid = clock.now
        let bot = try await step("the agent is running") { try await journey.agentIsRunning() }
        let answer = try await step("the agent answers") {
            try await journey.talk("Hello! What is 2 + 3?", to: bot)
        }
        let fromPaidToAnswer = clock.now - paid
        let usage = try await step("the tokens are counted") { try await journey.tokensAreCounted() }
        print("\n@\(bot): \(answer)")
        print("used \(usage.used) of \(usage.limit) tokens")
        print("paid → agent answers: \(fromPaidToAnswer.inSeconds) s; whole journey: \((clock.now - start).inSeconds) s")
    }

    private func step<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        let start = ContinuousClock.now
        do {
            let result = try await body()
            print("✓ \((ContinuousClock.now - start).inSeconds.leftPadded(to: 6)) s  \(name)")
            return result
        } catch {
            print("✗ \((ContinuousClock.now - start).inSeconds.leftPadded(to: 6)) s  \(name)")
            throw error
        }
    }
}

extension Duration {
    /// With two decimals.
    var inSeconds: String {
        let hundredths = milliseconds / 10
        return "\(hundredths / 100).\(String(hundredths % 100).leftPadded(to: 2, with: "0"))"
    }
}

extension String {
    func leftPadded(to width: Int, with filler: Character = " ") -> String {
        String(repeating: filler, count: max(0, width - count)) + self
    }
}
