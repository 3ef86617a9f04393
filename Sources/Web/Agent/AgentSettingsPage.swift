import Account
import Core

/// `/dashboard/agent`: how the agent is to be, and what it may do.
struct AgentSettingsPage: PageModel {
    static let template = "agent"
    static let isForCustomers = true

    let agentName: String
    let purpose: String
    let longestName = AgentName.longest
    let longestPurpose = AgentChange.longestPurpose
    let tones: [Option]
    /// Whether the plan has instructions of one's own.
    let hasInstructions: Bool
    let instructions: String
    let longestInstructions = AgentChange.longestInstructions
    /// Said where the plan has none.
    let instructionsMissing: String
    let languages: [Option]
    let zones: [Option]
    let from: String
    let until: String
    let abilities: [Switch]
    let applied: AppliedView
    let isSaved: Bool
    /// What is wrong with what was sent.
    let fault: String?

    struct Option: Sendable {
        let value: String
        let label: String
        let isSelected: Bool
    }

    struct Switch: Sendable {
        let name: String
        let label: String
        let note: String
        let isOn: Bool
    }

    /// - Parameter box: with what was sent, where that has a fault.
    init(_ box: Box, plan: Plan, isSaved: Bool = false, fault: String? = nil, texts: Texts) {
        agentName = box.agentName
        purpose = box.purpose
        tones = AgentProfile.Tone.allCases.map {
            Option(value: $0.rawValue, label: Self.label($0, texts), isSelected: $0 == box.profile.tone)
        }
        hasInstructions = plan.ownInstructions
        instructions = box.profile.instructions
        instructionsMissing = texts("agent_instructions_missing", ["plan": plan.name])
        languages = [
            Option(value: "en", label: "English", isSelected: box.language == .english),
            Option(value: "pt", label: "Português", isSelected: box.language == .portuguese),
        ]
        zones = TimeZoneChoice.options(chosen: box.timeZone, texts: texts)
        from = box.profile.workingHours?.from ?? ""
        until = box.profile.workingHours?.until ?? ""
        abilities = AgentProfile.Ability.allCases.map { ability in
            let (label, note) = Self.words(ability, texts)
            return Switch(name: ability.rawValue, label: label, note: note, isOn: box.profile.may(ability))
        }
        applied = AppliedView(box, texts: texts)
        self.isSaved = isSaved
        self.fault = fault
    }

    private static func label(_ tone: AgentProfile.Tone, _ texts: Texts) -> String {
        switch tone {
        case .warm: texts["agent_tone_warm"]
        case .brief: texts["agent_tone_brief"]
        case .formal: texts["agent_tone_formal"]
        case .playful: texts["agent_tone_playful"]
        }
    }

    private static func words(_ ability: AgentProfile.Ability, _ texts: Texts) -> (label: String, note: String) {
        switch ability {
        case .web: (texts["agent_may_web"], texts["agent_may_web_note"])
        case .reminders: (texts["agent_may_reminders"], texts["agent_may_reminders_note"])
        case .files: (texts["agent_may_files"], texts["agent_may_files_note"])
        case .memory: (texts["agent_may_memory"], texts["agent_may_memory_note"])
        }
    }
}

/// Whether the agent is as it is wanted: the `applied` part of that page.
struct AppliedView: Sendable {
    static let template = "applied"

    /// `good`, `busy` or `bad`; empty while nothing is to run.
    let tone: String
    let label: String

    init(_ box: Box, texts: Texts) {
        (tone, label) =
            if box.desired != .running {
                ("", texts["agent_applied_later"])
            } else if box.status == .failed {
                ("bad", texts["agent_applied_failed"])
            } else if box.runs {
                ("good", texts["agent_applied"])
            } else {
                ("busy", texts["agent_applying"])
            }
    }
}

/// The time zones that are offered: a place for each that many people live in.
enum TimeZoneChoice {
    private static let names = [
        "UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Luanda", "Africa/Maputo", "Africa/Nairobi",
        "America/Bahia", "America/Belem", "America/Bogota", "America/Buenos_Aires", "America/Caracas", "America/Chicago",
        "America/Cuiaba", "America/Denver", "America/Fortaleza", "America/Halifax", "America/Lima", "America/Los_Angeles",
        "America/Manaus", "America/Mexico_City", "America/New_York", "America/Noronha", "America/Phoenix",
        "America/Recife", "America/Rio_Branco", "America/Santiago", "America/Sao_Paulo", "America/Toronto",
        "Asia/Bangkok", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata",
        "Asia/Manila", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Atlantic/Azores",
        "Atlantic/Cape_Verde", "Atlantic/Madeira", "Australia/Brisbane", "Australia/Perth", "Australia/Sydney",
        "Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Dublin", "Europe/Helsinki", "Europe/Istanbul",
        "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Moscow", "Europe/Paris", "Europe/Prague",
        "Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland",
        "Pacific/Honolulu",
    ]

    static func options(chosen: String?, texts: Texts) -> [AgentSettingsPage.Option] {
        let known = chosen.map { names.contains($0) ? names : [$0] + names } ?? names
        let none =
            chosen == nil
            ? [AgentSettingsPage.Option(value: "", label: texts["agent_zone_unknown"], isSelected: true)] : []
        return none
            + known.map { name in
                .init(value: name, label: name.replacing("_", with: " "), isSelected: name == chosen)
            }
    }
}
