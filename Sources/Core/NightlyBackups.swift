import FoundationEssentials

/// When agents' states are saved without anybody's asking, and which of those backups are kept.
package enum NightlyBackups {
    /// The hours of the owner's night in which it happens: from one o'clock until five.
    private static let firstHour = 1
    private static let minutes = 4 * 60
    /// Of each of the last so many nights one is kept …
    package static let days = 7
    /// … and then of each week, for so many days.
    private static var longest: Int64 { Retention.nightlyBackups.days }
    /// How long after a failure it is tried again.
    package static let pause = Duration.hours(1)

    /// Boxes are spread over the night by their ids.
    /// - Parameter timeZone: an IANA name; UTC's night for one that is missing or unknown.
    /// - Returns: the next night's moment after this one.
    package static func next(of box: Box.ID, timeZone: String?, after time: Timestamp) -> Timestamp {
        let zone = timeZone.flatMap(TimeZone.named) ?? .gmt
        // FNV-1a (RFC 9923): ids of one day begin alike.
        let hash = box.body.utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let minute = Int(hash % UInt32(minutes))
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(digits(firstHour + minute / 60)):\(digits(minute % 60))"
        let today = LocalTime(time, in: zone).description.prefix(10)
        guard var moment = LocalTime("\(today)T\(clock)") else { return time + .hours(24) }
        while moment.moment(in: zone) <= time { moment = moment.adding(days: 1) }
        return moment.moment(in: zone)
    }

    /// Whether a failure is the first one of the second night in a row that has brought no backup, which the host is told.
    /// - Parameter backups: the box's nightly ones, in any order.
    package static func isSecondNight(_ backups: [Backup]) -> Bool {
        let ended = backups.filter { $0.state != .running }.sorted { $0.createdAt < $1.createdAt }
        let failures = ended.suffix(while: { $0.state == .failed }).map(\.createdAt)
        guard let first = failures.first, let last = failures.last else { return false }
        func isLater(_ time: Timestamp) -> Bool { time - first >= .hours(12) }
        return isLater(last) && !failures.dropLast().contains(where: isLater)
    }

    /// Whether a failure is tried again in the same night.
    /// - Parameter backups: the box's nightly ones, in any order.
    package static func isTriedAgain(_ backups: [Backup], now: Timestamp) -> Bool {
        backups.count { $0.state == .failed && now - $0.createdAt < .hours(12) } < 3
    }

    /// - Parameter backups: one box's nightly ones, in any order.
    /// - Returns: those that aren't kept any more.
    package static func surplus(_ backups: [Backup], now: Timestamp) -> [Backup] {
        var kept: Set<Int64> = []
        return backups.sorted { $0.createdAt > $1.createdAt }.filter { backup in
            switch backup.state {
            case .running: return false
            case .failed: return now - backup.createdAt >= .days(Int64(days))
            case .done: break
            }
            let age = (now - backup.createdAt).milliseconds / Duration.days(1).milliseconds
            if age < Int64(days) { return false }
            // The youngest of each week.
            let week = backup.createdAt.milliseconds / Duration.days(7).milliseconds
            return age >= longest || !kept.insert(week).inserted
        }
    }
}

extension Sequence {
    /// The last elements that satisfy a condition without a gap.
    fileprivate func suffix(while isPart: (Element) -> Bool) -> [Element] {
        reversed().prefix(while: isPart).reversed()
    }
}
