/// What the model takes and gives: agents are told so, and the token proxy holds them to it.
package enum ModelLimits {
    /// Tokens of a prompt and its answer together.
    package static let contextWindow = 262_144
    /// Tokens of one answer, at most.
    package static let completion = 32_768
}
