import Core

/// `/status`: each part now, and on each of the last days.
struct StatusPage: PageModel {
    static let template = "status_page"

    let summary: String
    let tone: String
    let updated: String?
    let parts: [PartView]
    let days: [DayView]
    let hasDays: Bool

    struct PartView: Sendable {
        let name: String
        let state: String
        /// Since when, in words.
        let since: String?
        let tone: String
    }

    struct DayView: Sendable {
        let date: String
        let cells: [CellView]
    }

    struct CellView: Sendable {
        let text: String
        let isBad: Bool
    }

    /// - Parameter days: the youngest first.
    init(_ days: [StatusDay], now: Timestamp, texts: Texts) {
        let latest = StatusPart.allCases.map { part in (part: part, day: days.first { $0.part == part }) }
        parts = latest.map { part, day in
            let isUp = day?.isUp(now: now)
            return PartView(
                name: Self.name(part, texts),
                state: isUp.map { $0 ? texts["status_up"] : texts["status_down"] } ?? texts["status_unknown_part"],
                since: isUp == nil ? nil : day.map { texts("status_since", ["when": texts.moment($0.since)]) },
                tone: Self.tone(isUp))
        }
        let isGood = latest.allSatisfy { $0.day?.isUp(now: now) == true }
        let isBad = latest.contains { $0.day?.isUp(now: now) == false }
        summary = isBad ? texts["status_bad"] : isGood ? texts["status_good"] : texts["status_unknown"]
        tone = Self.tone(isBad ? false : isGood ? true : nil)
        updated = days.first.map { day in
            texts("status_updated", ["when": texts.moment(days.map(\.probedAt).max() ?? day.probedAt)])
        }
        var views: [DayView] = []
        var rest = days[...]
        while let day = rest.first?.day {
            let own = rest.prefix { $0.day == day }
            rest = rest.dropFirst(own.count)
            views.append(
                DayView(
                    date: texts.date(day),
                    cells: StatusPart.allCases.map { part in
                        CellView(own.first { $0.part == part }, isToday: day == StatusDay.start(of: now), texts: texts)
                    }))
        }
        self.days = views
        hasDays = !views.isEmpty
    }

    private static func tone(_ isUp: Bool?) -> String { isUp.map { $0 ? "good" : "bad" } ?? "" }

    private static func name(_ part: StatusPart, _ texts: Texts) -> String {
        switch part {
        case .site: texts["status_part_site"]
        case .model: texts["status_part_model"]
        case .telegram: texts["status_part_telegram"]
        case .payments: texts["status_part_payments"]
        case .agents: texts["status_part_agents"]
        }
    }
}

extension StatusPage.CellView {
    /// A day of which much is missing says for how long it was looked at: nobody looks while the platform is down.
    init(_ day: StatusDay?, isToday: Bool, texts: Texts) {
        guard let day, day.probes > 0 else {
            self.init(text: "–", isBad: false)
            return
        }
        // Never rounded up: one failure is less than a hundred.
        let tenths = Int((day.probes - day.failures) * 1000 / day.probes)
        let percent = texts("status_percent", ["share": Self.number(tenths, texts.language)])
        let whole = Duration.days(1).milliseconds / StatusPart.interval.milliseconds
        let isPartly = !isToday && day.probes * 100 < whole * 95
        let hours = Int(day.probes * StatusPart.interval.milliseconds / Duration.hours(1).milliseconds)
        self.init(
            text: isPartly ? texts("status_measured", ["share": percent, "hours": texts.number(hours)]) : percent,
            isBad: tenths < 990)
    }

    private static func number(_ tenths: Int, _ language: Language) -> String {
        guard !tenths.isMultiple(of: 10) else { return String(tenths / 10) }
        let point =
            switch language {
            case .english: "."
            case .portuguese: ","
            }
        return "\(tenths / 10)\(point)\(tenths % 10)"
    }
}
