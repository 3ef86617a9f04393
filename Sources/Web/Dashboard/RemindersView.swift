import Core
import FoundationEssentials

/// What the agent will remind its owner of: the `reminders` part of the dashboard.
struct RemindersView: Sendable {
    static let template = "reminders"

    let waiting: [Item]
    let hasWaiting: Bool
    /// What was to come and didn't.
    let failed: [Item]
    /// Whose clock the times are of.
    let zone: String

    struct Item: Sendable {
        let id: String
        let text: String
        let timestamp: String
        let when: String
        /// How it repeats, or why it didn't come; empty where there is nothing to tell.
        let note: String
        /// Read out instead of the button's one word.
        let cancelLabel: String
    }

    init(_ snapshot: BoxSnapshot, texts: Texts) {
        waiting = snapshot.reminders.map { Item($0, note: Self.repetition($0.repetition, texts), texts: texts) }
        hasWaiting = !waiting.isEmpty
        failed = snapshot.failedReminders.map { Item($0, note: Self.failure($0.end, texts), texts: texts) }
        zone =
            snapshot.box.timeZone.map { texts("reminders_zone", ["zone": $0.replacing("_", with: " ")]) }
            ?? texts["reminders_zone_unknown"]
    }

    private static func repetition(_ repetition: Reminder.Repetition, _ texts: Texts) -> String {
        switch repetition {
        case .once: ""
        case .daily: texts["reminders_daily"]
        case .weekdays: texts["reminders_weekdays"]
        case .weekly: texts["reminders_weekly"]
        }
    }

    private static func failure(_ end: Reminder.End?, _ texts: Texts) -> String {
        switch end {
        case .refused: texts["reminders_refused"]
        case .suspended: texts["reminders_suspended"]
        case .undelivered: texts["reminders_undelivered"]
        case .sent, .cancelled, nil: ""
        }
    }
}

extension RemindersView.Item {
    fileprivate init(_ reminder: Reminder, note: String, texts: Texts) {
        // Texts write times in UTC, which a time on somebody's wall is taken for here.
        let wall = reminder.localTime.moment(in: .gmt)
        self.init(
            id: reminder.id.rawValue, text: reminder.text, timestamp: reminder.occursAt.description,
            when: "\(texts.date(wall)), \(reminder.localTime.description.suffix(5))", note: note,
            cancelLabel: texts("reminders_cancel_label", ["text": reminder.text]))
    }
}
