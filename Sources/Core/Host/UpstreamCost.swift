/// What model calls cost the host upstream. Kimi K2.6, in US dollars a million tokens: 0.95 of a prompt, 0.16 from the cache,
/// 4.00 of an answer (https://platform.moonshot.ai/docs/pricing/chat). Follows the model, as ``UnitWeights`` do.
package enum UpstreamCost {
    /// In billionths of a dollar.
    package static let ofPromptToken: Int64 = 950
    package static let ofCachedToken: Int64 = 160
    package static let ofAnswerToken: Int64 = 4000
}

/// What was used in some time, and what that came to.
package struct UsageSum: Sendable, Hashable {
    package let calls: Int64
    /// Tokens of prompts, those from the cache included.
    package let input: Int64
    package let cached: Int64
    package let output: Int64
    /// See ``UnitWeights``.
    package let units: Int64

    package init(calls: Int64 = 0, input: Int64 = 0, cached: Int64 = 0, output: Int64 = 0, units: Int64 = 0) {
        self.calls = calls
        self.input = input
        self.cached = cached
        self.output = output
        self.units = units
    }

    /// In billionths of a US dollar.
    package var cost: Int64 {
        (input - cached) * UpstreamCost.ofPromptToken + cached * UpstreamCost.ofCachedToken
            + output * UpstreamCost.ofAnswerToken
    }
}
