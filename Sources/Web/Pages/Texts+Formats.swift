import Core
import FoundationEssentials

extension Texts {
    /// With separated thousands: `1,000,000`.
    func number(_ value: Int) -> String {
        let separator =
            switch language {
            case .english: ","
            case .portuguese: "."
            }
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += separator }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// - Parameter cents: US cents.
    /// - Returns: `$19`, or `$19.50` where there are cents; `US$ 19,50` in Portuguese.
    func dollars(_ cents: Int) -> String {
        let sign =
            switch language {
            case .english: "$"
            case .portuguese: "US$\u{A0}"
            }
        let whole = sign + number(cents / 100)
        let rest = cents % 100
        guard rest != 0 else { return whole }
        let point =
            switch language {
            case .english: "."
            case .portuguese: ","
            }
        return whole + point + (rest < 10 ? "0" : "") + String(rest)
    }

    /// The day in UTC: `22 November 2026`.
    func date(_ time: Timestamp) -> String {
        let parts = Self.components(time)
        return self(
            "date",
            ["day": String(parts.day ?? 0), "month": self["month_\(parts.month ?? 0)"], "year": String(parts.year ?? 0)])
    }

    /// The day on the clocks of a zone: `22 November`.
    func dayAndMonth(_ time: Timestamp, in zone: TimeZone) -> String {
        // Texts write times in UTC, which a time on somebody's wall is taken for here.
        let parts = Self.components(LocalTime(time, in: zone).moment(in: .gmt))
        return self("day_and_month", ["day": String(parts.day ?? 0), "month": self["month_\(parts.month ?? 0)"]])
    }

    /// Day and time in UTC, short enough for a table: `22 Nov, 16:54`.
    func moment(_ time: Timestamp) -> String {
        let parts = Self.components(time)
        let minute = parts.minute ?? 0
        let month = self["month_\(parts.month ?? 0)"].prefix(3)
        return "\(parts.day ?? 0) \(month), \(parts.hour ?? 0):\(minute < 10 ? "0" : "")\(minute)"
    }

    private static func components(_ time: Timestamp) -> DateComponents {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.dateComponents([.year, .month, .day, .hour, .minute], from: time.date)
    }
}
