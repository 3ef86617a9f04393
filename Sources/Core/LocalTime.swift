package import FoundationEssentials

/// A date and a time of day as the clock on somebody's wall shows them, to the minute: `2026-12-01T09:00`.
package struct LocalTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Minutes since 1970-01-01T00:00 on the same wall.
    private let minutes: Int64

    private init(minutes: Int64) {
        self.minutes = minutes
    }

    /// - Parameter text: `2026-12-01T09:00`; a space may stand for the `T`, and seconds may follow, which are dropped.
    /// - Returns: `nil` for anything else, so also for days that no month has and for texts with an offset.
    package init?(_ text: String) {
        guard
            let match = text.wholeMatch(
                of: /([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(:[0-9]{2})?/),
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), let hour = Int(match.4),
            let minute = Int(match.5), hour < 24, minute < 60,
            let date = Self.calendar.date(
                from: DateComponents(year: year, month: month, day: day, hour: hour, minute: minute))
        else { return nil }
        self.init(minutes: Int64(date.timeIntervalSince1970) / 60)
        // The calendar takes 30 February for 2 March.
        guard description.prefix(10) == text.prefix(10) else { return nil }
    }

    /// What the wall shows at this moment; seconds are dropped.
    package init(_ time: Timestamp, in zone: TimeZone) {
        self.init(minutes: Self.floor(time.milliseconds / 1000 + zone.offset(at: time.milliseconds / 1000), by: 60))
    }

    package var description: String {
        let parts = Self.calendar.dateComponents(
            [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: Double(minutes * 60)))
        func digits(_ number: Int?, _ count: Int) -> String {
            let text = String(number ?? 0)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return "\(digits(parts.year, 4))-\(digits(parts.month, 2))-\(digits(parts.day, 2))"
            + "T\(digits(parts.hour, 2)):\(digits(parts.minute, 2))"
    }

    /// From 0 for Monday to 6 for Sunday.
    package var weekday: Int {
        // 1970 began on a Thursday.
        Int(Self.remainder(Self.floor(minutes, by: 24 * 60) + 3, by: 7))
    }

    package var isWeekend: Bool { weekday >= 5 }

    /// The same time of day.
    package func adding(days: Int) -> LocalTime {
        LocalTime(minutes: minutes + Int64(days) * 24 * 60)
    }

    /// The first moment at which a wall in this zone shows this time. Where clocks are put forward over it: the moment at
    /// which they are.
    package func moment(in zone: TimeZone) -> Timestamp {
        let seconds = minutes * 60
        // No zone changes its offset twice within these two days.
        let before = zone.offset(at: seconds - 24 * 3600)
        let after = zone.offset(at: seconds + 24 * 3600)
        for offset in [max(before, after), min(before, after)] where zone.offset(at: seconds - offset) == offset {
            return Timestamp(seconds: seconds - offset)
        }
        // Nobody's clock shows it: the offset grows on the way from `low` to `high`.
        var (low, high) = (seconds - after, seconds - before)
        while high - low > 1 {
            let middle = (low + high) / 2
            if zone.offset(at: middle) == after { high = middle } else { low = middle }
        }
        return Timestamp(seconds: high)
    }

    package static func < (left: LocalTime, right: LocalTime) -> Bool { left.minutes < right.minutes }

    private static let calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// Rounded towards the past, also before 1970.
    private static func floor(_ value: Int64, by divisor: Int64) -> Int64 {
        (value - remainder(value, by: divisor)) / divisor
    }

    private static func remainder(_ value: Int64, by divisor: Int64) -> Int64 {
        (value % divisor + divisor) % divisor
    }
}

extension TimeZone {
    /// A zone by the name of a place, such as `America/Sao_Paulo`, or `UTC`.
    ///
    /// The rules of the zones are a part of FoundationInternationalization; without it in the program there is `UTC` alone.
    /// - Returns: `nil` for other names; also for bare offsets, which know nothing of summer time.
    package static func named(_ name: String) -> TimeZone? {
        if name == "UTC" { return .gmt }
        guard name.contains("/"), name.utf8.count <= 64 else { return nil }
        return TimeZone(identifier: name)
    }

    /// - Parameter seconds: since 1970.
    /// - Returns: seconds to add to get what clocks show.
    fileprivate func offset(at seconds: Int64) -> Int64 {
        Int64(secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
}
