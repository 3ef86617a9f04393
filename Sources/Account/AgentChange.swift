package import Core
import FoundationEssentials

/// What a customer wants to be otherwise about their agent; what is `nil` stays.
package struct AgentChange: Sendable, Hashable {
    /// Characters: as many as the chat takes, and what it adds of the owner.
    package static let longestPurpose = 2200
    package static let longestInstructions = 2000

    package var agentName: String?
    package var purpose: String?
    package var language: Language?
    /// An IANA name.
    package var timeZone: String?
    package var tone: AgentProfile.Tone?
    package var instructions: String?
    /// `.some(nil)`: there are none any more.
    package var workingHours: AgentProfile.WorkingHours??
    package var switchedOff: Set<AgentProfile.Ability>?

    package init() {}

    /// - Returns: the box with what is wanted now.
    /// - Throws: ``DomainError`` with the code `invalid_agent_name`, `purpose_too_long`, `instructions_too_long`,
    ///   `instructions_not_in_plan`, `unknown_time_zone` or `invalid_text`.
    func applied(to old: Box, plan: Plan) throws(DomainError) -> Box {
        var box = old
        if let agentName {
            guard let name = AgentName.validated(agentName) else {
                throw DomainError(
                    .invalid, code: "invalid_agent_name",
                    "The name must have 1 to \(AgentName.longest) letters, digits and spaces.")
            }
            box.agentName = name
        }
        if let purpose { box.purpose = try Self.text(purpose, longest: Self.longestPurpose, code: "purpose_too_long") }
        if let language { box.language = language }
        if let timeZone {
            guard TimeZone.named(timeZone) != nil else {
                throw DomainError(
                    .invalid, code: "unknown_time_zone", "There is no such time zone. Give a name such as Europe/Lisbon.")
            }
            box.timeZone = timeZone
        }
        if let tone { box.profile.tone = tone }
        if let instructions {
            let text = try Self.text(instructions, longest: Self.longestInstructions, code: "instructions_too_long")
            guard plan.ownInstructions || text.isEmpty || text == old.profile.instructions else {
                throw DomainError(
                    .forbidden, code: "instructions_not_in_plan", "The plan \(plan.name) has no instructions of your own.")
            }
            box.profile.instructions = text
        }
        if let workingHours { box.profile.workingHours = workingHours }
        if let switchedOff { box.profile.switchedOff = switchedOff }
        return box
    }

    /// Browsers send line ends as two characters.
    private static func text(_ text: String, longest: Int, code: String) throws(DomainError) -> String {
        let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        var trimmed = lines[...]
        while trimmed.first?.isWhitespace == true { trimmed.removeFirst() }
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        guard trimmed.count <= longest, trimmed.utf8.count <= 4 * longest else {
            throw DomainError(.invalid, code: code, "This text must have at most \(longest) characters.")
        }
        let isControl: (Unicode.Scalar) -> Bool = { $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" }
        guard !trimmed.unicodeScalars.contains(where: isControl) else {
            throw DomainError(.invalid, code: "invalid_text", "A text must hold no control characters.")
        }
        return String(trimmed)
    }
}
