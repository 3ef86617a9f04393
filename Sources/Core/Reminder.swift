package import FoundationEssentials

/// Something that the owner of a box is told by it at a time of their choice.
package struct Reminder: Sendable, Hashable, Identified {
    package static let idPrefix = "rem"
    package typealias ID = Identifier<Reminder>

    /// Characters of a text, at most.
    package static let longestText = 1000

    package let id: ID
    package let customerID: Customer.ID
    package let boxID: Box.ID
    /// What agents call it by: short, and unique within the box.
    package let number: Int64
    package let text: String
    package let repetition: Repetition
    /// The next time at which it comes, or the last one once it has ended, as the owner's clock shows it.
    package let localTime: LocalTime
    /// The moment of ``localTime`` in the owner's time zone.
    package let occursAt: Timestamp
    package let endedAt: Timestamp?
    package let end: End?

    package enum Repetition: String, Sendable, Hashable, Codable, CaseIterable {
        case once, daily, weekdays, weekly

        /// The first day, at the same time of day, on which a reminder with this beginning comes.
        package func first(from time: LocalTime) -> LocalTime {
            self == .weekdays && time.isWeekend ? time.adding(days: 7 - time.weekday) : time
        }

        /// When it comes next; those times that have passed by now are left out.
        /// - Parameter time: when it came, or should have.
        /// - Returns: `nil` if it doesn't come again.
        package func nextOccurrence(after time: LocalTime, now: Timestamp, in zone: TimeZone) -> LocalTime? {
            var next = time
            repeat {
                switch self {
                case .once: return nil
                case .daily: next = next.adding(days: 1)
                case .weekdays: next = first(from: next.adding(days: 1))
                case .weekly: next = next.adding(days: 7)
                }
            } while next.moment(in: zone) <= now
            return next
        }
    }

    /// Why it doesn't come any more.
    package enum End: String, Sendable, Hashable, Codable {
        case sent
        case cancelled
        /// Telegram doesn't let the agent write to its owner, who has blocked it or never begun a chat.
        case refused
        /// Telegram couldn't be reached for a day.
        case undelivered
        /// The box was suspended when it was due.
        case suspended
    }

    package init(
        id: ID, customerID: Customer.ID, boxID: Box.ID, number: Int64, text: String, repetition: Repetition,
        localTime: LocalTime, occursAt: Timestamp, endedAt: Timestamp? = nil, end: End? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.boxID = boxID
        self.number = number
        self.text = text
        self.repetition = repetition
        self.localTime = localTime
        self.occursAt = occursAt
        self.endedAt = endedAt
        self.end = end
    }
}
