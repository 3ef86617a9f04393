import Core

extension Timestamp {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let portugueseMonths = [
        "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
        "dezembro",
    ]
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

    /// In UTC, such as `1 Dec`.
    var dayAndMonth: String {
        let (_, month, day) = date
        return "\(day) \(Self.months[month - 1])"
    }

    /// In UTC, such as `1 de dezembro`.
    var dayAndMonthInPortuguese: String {
        let (_, month, day) = date
        return "\(day) de \(Self.portugueseMonths[month - 1])"
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    var httpDate: String {
        let (year, month, day) = date
        let seconds = Int((milliseconds / 1000) % 86_400)
        let weekday = Self.days[Int((milliseconds / 86_400_000) % 7)]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        return "\(weekday), \(two(day)) \(Self.months[month - 1]) \(year) "
            + "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) GMT"
    }

    /// From `2026-11-22T16:54:49Z`.
    private var date: (year: Int, month: Int, day: Int) {
        let fields = description.prefix { $0 != "T" }.split(separator: "-").compactMap { Int($0) }
        guard fields.count == 3, Self.months.indices.contains(fields[1] - 1) else { return (1970, 1, 1) }
        return (fields[0], fields[1], fields[2])
    }
}
