import Core

/// What has used the month, in messages and in units: the `causes` part of the dashboard.
struct CausesView: Sendable {
    static let template = "causes"

    /// How many messages were answered, and what one took.
    let summary: String
    let causes: [Cause]
    let hasCauses: Bool

    struct Cause: Sendable {
        let name: String
        let calls: String
        let units: String
        /// Of all units, such as `12%`.
        let share: String
    }

    init(_ uses: [CauseUse], texts: Texts) {
        let all = uses.reduce(0) { $0 + $1.units }
        causes = uses.map { use in
            let percent = all > 0 ? use.units * 100 / all : 0
            return Cause(
                name: Self.name(use.cause, texts), calls: texts.number(use.calls),
                units: texts.number(use.units), share: use.units > 0 && percent == 0 ? "<1%" : "\(percent)%")
        }
        hasCauses = !causes.isEmpty
        let messages = uses.messages
        let units = texts.number(messages.unitsEach)
        summary =
            switch messages.count {
            case 0: texts["causes_no_messages"]
            case 1: texts("causes_one_message", ["units": units])
            default: texts("causes_messages", ["count": texts.number(messages.count), "units": units])
            }
    }

    private static func name(_ cause: UsageCause?, _ texts: Texts) -> String {
        switch cause {
        case .message: texts["cause_message"]
        case .tool: texts["cause_tool"]
        case .resumed: texts["cause_resumed"]
        case .background: texts["cause_background"]
        case .transcription: texts["cause_transcription"]
        case nil: texts["cause_unknown"]
        }
    }
}
