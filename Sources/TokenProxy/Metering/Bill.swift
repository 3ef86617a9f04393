import Core
import ModelAPI

/// What a call is charged, from what was seen of its answer. Pure.
struct Bill: Hashable {
    let usage: TokenUsage
    let isEstimated: Bool

    enum Ending: Hashable {
        /// The answer came to its end.
        case complete
        /// It broke off. If everything that had arrived was read a moment ago, little can have been produced unseen.
        case broken(isCaughtUp: Bool)
    }

    /// For a call that no word was heard of.
    static let nothing = Bill(usage: TokenUsage(input: 0, output: 0), isEstimated: false)

    /// Tokens that an upstream may produce between our last look and its notice that nobody listens any more.
    static let unseenTokens = 256

    /// The upstream's own figures where it told them to the end. Otherwise an estimate that is not below the truth: no
    /// tokenizer makes more tokens than bytes, and the upstream was told the cap.
    init(_ meter: UsageMeter, reservation: CallReservation, ending: Ending) {
        let input = meter.input ?? reservation.input
        if meter.isFinal {
            usage = TokenUsage(input: input, cached: meter.cached, output: meter.output ?? 0)
            isEstimated = false
            return
        }
        let seen =
            switch ending {
            case .complete: meter.producedBytes
            // Nothing comes behind its last word.
            case .broken where meter.hasFinished: meter.producedBytes
            case .broken(isCaughtUp: true): meter.producedBytes + Self.unseenTokens
            case .broken(isCaughtUp: false): Int.max
            }
        usage = TokenUsage(
            input: input, cached: meter.cached, output: max(meter.output ?? 0, min(seen, reservation.output)))
        isEstimated = true
    }

    init(usage: TokenUsage, isEstimated: Bool) {
        self.usage = usage
        self.isEstimated = isEstimated
    }
}
