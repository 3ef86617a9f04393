package import Core
import FoundationEssentials

/// A month of the calendar, in UTC.
package struct Month: Sendable, Hashable, CustomStringConvertible {
    /// `2026-11`
    package let description: String
    package let start: Timestamp
    /// When the next one begins.
    package let end: Timestamp

    /// - Parameter text: `2026-11`
    package init?(_ text: String) {
        guard let match = text.wholeMatch(of: /([0-9]{4})-([0-9]{2})/), let year = Int(match.1), let month = Int(match.2),
            let start = LocalTime("\(text)-01T00:00")?.moment(in: .gmt)
        else { return nil }
        let (nextYear, nextMonth) = month == 12 ? (year + 1, 1) : (year, month + 1)
        let next = "\(nextYear)-\(nextMonth < 10 ? "0" : "")\(nextMonth)"
        guard let end = LocalTime("\(next)-01T00:00")?.moment(in: .gmt) else { return nil }
        description = text
        self.start = start
        self.end = end
    }

    /// The month that contains a moment.
    package init?(containing time: Timestamp) {
        self.init(String(time.description.prefix(7)))
    }
}
