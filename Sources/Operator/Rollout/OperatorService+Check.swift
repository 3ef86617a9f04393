import Core
import Store

/// Before the first box moves to a new image, that image's program is asked if it takes the box's configuration.
extension OperatorService {
    enum Verdict: Hashable {
        case goesOn
        case notYet
        case halt(String)
    }

    /// - Throws: what the check throws.
    func verdict(on step: RolloutStep, image: String) async throws -> Verdict {
        guard let checksImage, let canary = step.canary else { return .goesOn }
        return switch try await checksImage(AgentReference(canary), image) {
        case .underWay: .notYet
        case .accepted: .goesOn
        case .refused(let words): .halt("\(image) refuses the configuration of \(canary.id): \(words)")
        case .undecided(let why): .halt("\(image) couldn't be asked if it takes the configuration of \(canary.id): \(why)")
        }
    }
}
