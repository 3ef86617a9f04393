import AsyncHTTPClient
import Logging

/// Asks the model, and turns its refusals into words for the person.
struct AgentModel: Sendable {
    enum Answer: Sendable, Hashable {
        /// The model's own words.
        case said(String)
        /// The agent's words about why there are none; they don't belong into the conversation's memory.
        case excused(String)

        var text: String {
            switch self {
            case .said(let text), .excused(let text): text
            }
        }
    }

    private static let mostRateLimitRetries = 10
    private static let mostOverloadRetries = 8
    /// Texts with these words are shown to the person, if they are short.
    private static let telling = ["monthly limit", "usage limit", "resets", "try again in"]
    private static let longestTelling = 300

    let httpClient: HTTPClient
    let settings: AgentConfiguration.Model
    let workspace: String
    let backoff: AgentBackoff
    let logger: Logger

    /// - Throws: `CancellationError` when the agent is told to end while it waits to ask again; nothing else.
    func answer(to text: String, after history: [AgentSession.Message], texts: AgentTexts) async throws -> Answer {
        let prompt = AgentWorkspace(directory: workspace).systemPrompt
        let messages =
            (prompt.isEmpty ? [] : [.init(role: "system", content: prompt)]) + history
            + [AgentSession.Message(role: "user", content: text)]
        let completion = AgentCompletion(httpClient: httpClient, settings: settings)
        let deadline = ContinuousClock.now + backoff.patience
        var attempt = 0
        while true {
            let refusal: AgentCompletion.Refusal
            do {
                return .said(try await completion.ask(messages))
            } catch let error as AgentCompletion.Refusal {
                refusal = error
            }
            logger.warning("the model refused", metadata: ["status": "\(refusal.status)", "attempt": "\(attempt)"])
            if let excuse = excuse(for: refusal, attempt: attempt, texts: texts) { return .excused(excuse) }
            let pause = backoff.wait(attempt: attempt, atLeast: refusal.retryAfter)
            if ContinuousClock.now + pause > deadline {
                return .excused(refusal.status == 429 ? texts.tooBusy : texts.apology)
            }
            try await backoff.sleep(attempt: attempt, atLeast: refusal.retryAfter)
            attempt += 1
        }
    }

    /// - Returns: what to say instead of trying again; `nil` if trying again makes sense.
    private func excuse(for refusal: AgentCompletion.Refusal, attempt: Int, texts: AgentTexts) -> String? {
        switch refusal.status {
        case 401, 403: return texts.signInFailed
        case 402: return texts.billingFailed
        case 429:
            let message = refusal.message
            if message.count <= Self.longestTelling, Self.telling.contains(where: message.lowercased().contains) {
                return message
            }
            return refusal.forbidsRetry || attempt >= Self.mostRateLimitRetries ? texts.tooBusy : nil
        case 400..<500: return texts.apology
        default: return refusal.forbidsRetry || attempt >= Self.mostOverloadRetries ? texts.apology : nil
        }
    }
}
