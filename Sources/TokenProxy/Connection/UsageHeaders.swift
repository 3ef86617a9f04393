import Core

/// What a client learns of its month.
struct UsageHeaders {
    let remaining: Int
    let percentUsed: Int
    let resets: Timestamp

    func write(to head: inout ResponseEncoder) {
        head.field("x-usage-remaining" as StaticString, String(max(0, remaining)))
        if percentUsed >= 80 {
            head.field(
                "x-usage-warning" as StaticString,
                "\(min(percentUsed, 100))% of this month's usage is used up; resets on \(resets.dayAndMonth)")
        }
    }
}
