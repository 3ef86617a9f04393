/// Whether a billing period's units last if they are used as they were in the last days.
package enum UsageForecast: Sendable, Hashable {
    /// They are used up before the period ends.
    case until(Timestamp)
    case toTheEnd

    /// How many days it looks back, within the period: the habits of a week.
    package static let days = 7
    /// Before so many days of the period are over, and on fewer days of use, nothing is foretold.
    package static let (leastDays, leastDaysOfUse) = (3, 2)

    /// - Parameters:
    ///   - unitsByDay: what was used in this period in the last 24 hours, in the 24 hours before them, and so on, for ``days`` at
    ///     most.
    ///   - now: a moment in the quota's period.
    /// - Returns: `nil` where there isn't enough to go by, and where nothing is left.
    package init?(unitsByDay: [Int], quota: Quota, at now: Timestamp) {
        let looked = min(now - quota.periodStart, .days(Int64(Self.days)))
        let units = unitsByDay.prefix(Self.days)
        guard looked >= .days(Int64(Self.leastDays)), units.count(where: { $0 > 0 }) >= Self.leastDaysOfUse,
            !quota.isUsedUp
        else { return nil }
        let rest = Double(quota.usable - quota.used) * Double(looked.milliseconds) / Double(units.reduce(0, +))
        self =
            rest < Double((quota.periodEnd - now).milliseconds)
            ? .until(now + .milliseconds(Int64(rest))) : .toTheEnd
    }
}
