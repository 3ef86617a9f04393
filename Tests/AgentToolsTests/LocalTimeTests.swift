import Core
import FoundationEssentials
import Store
import Testing

/// Times on people's walls, through changes of summer time.
struct LocalTimeTests {
    @Test(arguments: [
        // Nothing special.
        ("America/Sao_Paulo", "2026-02-15T00:00", "2026-02-15T03:00:00Z"),
        ("Asia/Kathmandu", "2026-12-01T09:00", "2026-12-01T03:15:00Z"),
        ("UTC", "2026-12-01T09:00", "2026-12-01T09:00:00Z"),
        ("Pacific/Kiritimati", "2026-01-01T00:30", "2025-12-31T10:30:00Z"),
        // Clocks are put forward over it.
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z"),
        ("America/New_York", "2026-03-08T02:59", "2026-03-08T07:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T00:30", "2018-11-04T03:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"),
        // Clocks are put back over it: the first of two.
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z"),
        ("America/Sao_Paulo", "2018-02-17T23:30", "2018-02-18T01:30:00Z"),
    ])
    func hasAMoment(_ zone: String, _ local: String, _ moment: String) throws {
        let time = try #require(LocalTime(local))
        #expect(time.moment(in: try #require(TimeZone.named(zone))).description == moment)
    }

    @Test(arguments: ["2026-12-01T09:00", "2026-12-01 09:00", "2026-12-01T09:00:30"])
    func isReadAsModelsWriteIt(_ text: String) {
        #expect(LocalTime(text)?.description == "2026-12-01T09:00")
    }

    @Test(arguments: [
        "", "tomorrow", "2026-12-01", "2026-02-30T09:00", "2026-13-01T09:00", "2026-12-01T24:00", "2026-12-01T09:60",
        "2026-12-01T09:00Z", "2026-12-01T09:00+01:00", "26-12-01T09:00", "2026-12-01T9:00", "２026-12-01T09:00",
    ])
    func isNothingElse(_ text: String) {
        #expect(LocalTime(text) == nil)
    }

    @Test func isWhatTheWallShows() throws {
        let berlin = try #require(TimeZone.named("Europe/Berlin"))
        #expect(LocalTime(Timestamp(seconds: 1_767_225_659), in: berlin).description == "2026-01-01T01:00")
        #expect(LocalTime(Timestamp(seconds: -30), in: .gmt).description == "1969-12-31T23:59")
        #expect(LocalTime("1969-12-31T23:59")?.weekday == 2)
        #expect(LocalTime("2026-11-30T00:00")?.weekday == 0)
        #expect(LocalTime("2026-12-05T12:00")?.isWeekend == true)
        #expect(LocalTime("2024-02-28T12:00")?.adding(days: 1).description == "2024-02-29T12:00")
    }

    @Test(arguments: ["Europe/Berlin", "Asia/Kolkata", "Asia/Calcutta", "America/Argentina/Buenos_Aires", "UTC", "Etc/UTC"])
    func knowsZonesByTheirPlaces(_ name: String) {
        #expect(TimeZone.named(name) != nil)
    }

    @Test(arguments: ["", "Berlin", "CET", "EST", "GMT+3", "+03:00", "Mars/Olympus", "../etc/passwd", "Europe/\0Berlin"])
    func knowsNoOtherZones(_ name: String) {
        #expect(TimeZone.named(name) == nil)
    }
}

struct RepetitionTests {
    private static let start = Timestamp(seconds: 0)

    private static func times(
        _ repetition: Reminder.Repetition, from first: String, in zone: String, count: Int
    ) throws -> [String] {
        let zone = try #require(TimeZone.named(zone))
        var time = try #require(LocalTime(first))
        return try (0..<count).map { _ in
            time = try #require(repetition.nextOccurrence(after: time, now: time.moment(in: zone), in: zone))
            return "\(time) = \(time.moment(in: zone))"
        }
    }

    @Test func aDailyTimeStaysTheSameOnTheWall() throws {
        #expect(
            try Self.times(.daily, from: "2026-03-27T02:30", in: "Europe/Berlin", count: 3) == [
                "2026-03-28T02:30 = 2026-03-28T01:30:00Z", "2026-03-29T02:30 = 2026-03-29T01:00:00Z",
                "2026-03-30T02:30 = 2026-03-30T00:30:00Z",
            ])
        #expect(
            try Self.times(.daily, from: "2026-10-31T01:30", in: "America/New_York", count: 2) == [
                "2026-11-01T01:30 = 2026-11-01T05:30:00Z", "2026-11-02T01:30 = 2026-11-02T06:30:00Z",
            ])
    }

    @Test func weekdaysLeaveOutTheWeekend() throws {
        let found = try Self.times(.weekdays, from: "2026-12-03T09:00", in: "America/Sao_Paulo", count: 3)
        #expect(found.map { $0.prefix(10) } == ["2026-12-04", "2026-12-07", "2026-12-08"])
        for (asked, first) in [("2026-12-04", "2026-12-04"), ("2026-12-05", "2026-12-07"), ("2026-12-06", "2026-12-07")] {
            let time = try #require(LocalTime("\(asked)T09:00"))
            #expect(Reminder.Repetition.weekdays.first(from: time).description == "\(first)T09:00")
            #expect(Reminder.Repetition.daily.first(from: time) == time)
        }
    }

    @Test func aWeekIsAWeekAlsoWhenAnHourIsMissing() throws {
        #expect(
            try Self.times(.weekly, from: "2026-03-22T09:00", in: "Europe/Berlin", count: 2) == [
                "2026-03-29T09:00 = 2026-03-29T07:00:00Z", "2026-04-05T09:00 = 2026-04-05T07:00:00Z",
            ])
    }

    @Test func whatHasPassedIsLeftOut() throws {
        let time = try #require(LocalTime("2026-12-01T09:00"))
        let now = try #require(LocalTime("2026-12-04T09:00")).moment(in: .gmt)
        #expect(Reminder.Repetition.daily.nextOccurrence(after: time, now: now, in: .gmt)?.description == "2026-12-05T09:00")
        #expect(Reminder.Repetition.once.nextOccurrence(after: time, now: Self.start, in: .gmt) == nil)
    }
}
