/// What tokens weigh where a plan's limit is counted: as much as they cost upstream, in units of a prompt's token that wasn't
/// in the cache (Kimi K2.6: 0.95 USD a million, 0.16 from the cache, 4.00 of an answer). Follows the model.
package enum UnitWeights {
    /// So many tokens of a prompt that came from the cache weigh one unit.
    package static let cachedTokensOfAUnit = 6
    /// Units of one token of an answer; no token weighs more.
    package static let output = 4

    /// The most that a call can weigh: nothing of its prompt is in the cache, and its answer is as long as its cap.
    /// - Parameters:
    ///   - input: tokens of the prompt.
    ///   - output: tokens of the answer.
    package static func most(input: Int, output: Int) -> Int { input + Self.output * output }
}

extension TokenUsage {
    /// What counts against the plan, rounded up: never more than ``UnitWeights/most(input:output:)``.
    package var units: Int {
        let cached = min(max(cached, 0), input)
        let cachedUnits = (cached + UnitWeights.cachedTokensOfAUnit - 1) / UnitWeights.cachedTokensOfAUnit
        return UnitWeights.most(input: input - cached, output: output) + cachedUnits
    }
}
