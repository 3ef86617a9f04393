/// How a customer wants their agent to be, besides its name, purpose and language. Stored as JSON.
package struct AgentProfile: Sendable, Hashable {
    package var tone = Tone.warm
    /// What the agent is to do and to leave, in the customer's words; only some plans have it.
    package var instructions = ""
    package var workingHours: WorkingHours?
    /// What the agent may not do. All else it may.
    package var switchedOff: Set<Ability> = []

    package init() {}

    package enum Tone: String, Sendable, Hashable, Codable, CaseIterable {
        case warm, brief, formal, playful
    }

    /// What can be switched off.
    package enum Ability: String, Sendable, Hashable, Codable, CaseIterable {
        /// Reads public web pages.
        case web
        /// Sets reminders.
        case reminders
        /// Keeps notes and lists in files of its own.
        case files
        /// Looks up what it has written down.
        case memory
    }

    /// On the owner's clock; those that end before they begin go over midnight.
    package struct WorkingHours: Sendable, Hashable, Codable {
        /// `09:00`
        package let from: String
        package let until: String

        /// - Returns: `nil` unless both are times of day, such as `09:00`, and differ.
        package init?(from: String, until: String) {
            let time = /([01][0-9]|2[0-3]):[0-5][0-9]/
            guard from.wholeMatch(of: time) != nil, until.wholeMatch(of: time) != nil, from != until else { return nil }
            self.from = from
            self.until = until
        }
    }

    package func may(_ ability: Ability) -> Bool { !switchedOff.contains(ability) }
}

extension AgentProfile: Codable {
    private enum CodingKeys: CodingKey {
        case tone, instructions, workingHours, switchedOff
    }

    /// What is missing is as it is without a wish.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        tone = try values.decodeIfPresent(Tone.self, forKey: .tone) ?? .warm
        instructions = try values.decodeIfPresent(String.self, forKey: .instructions) ?? ""
        workingHours = try values.decodeIfPresent(WorkingHours.self, forKey: .workingHours)
        switchedOff = try values.decodeIfPresent(Set<Ability>.self, forKey: .switchedOff) ?? []
    }
}
