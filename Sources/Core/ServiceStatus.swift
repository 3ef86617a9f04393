/// A part of the service as its customers see it, which the platform probes.
package enum StatusPart: String, Sendable, Hashable, Codable, CaseIterable {
    case site
    /// The way of every model call: the token proxy and what is behind it.
    case model
    case telegram, payments, agents

    /// How often each is probed.
    package static let interval = Duration.seconds(300)
    /// How old the last probe may get before nobody knows how the part does.
    package static let freshness = Duration.seconds(900)
}

/// What the probes of one part have found on one day.
package struct StatusDay: Sendable, Hashable {
    package let part: StatusPart
    /// Its first moment, in UTC.
    package let day: Timestamp
    package let probes: Int64
    package let failures: Int64
    /// What the last probe found.
    package let isUp: Bool
    /// Since when that is so, as far as it was looked at without a gap.
    package let since: Timestamp
    package let probedAt: Timestamp

    package init(
        part: StatusPart, day: Timestamp, probes: Int64, failures: Int64, isUp: Bool, since: Timestamp, probedAt: Timestamp
    ) {
        self.part = part
        self.day = day
        self.probes = probes
        self.failures = failures
        self.isUp = isUp
        self.since = since
        self.probedAt = probedAt
    }

    /// The first moment of the day in UTC.
    package static func start(of time: Timestamp) -> Timestamp {
        let day = Duration.days(1).milliseconds
        return Timestamp(milliseconds: time.milliseconds / day * day)
    }
}

/// Ask every part of the service whether it works.
package struct ProbeParts: JobArguments {
    package static let kind = "status.probe"
    package static let priority = JobPriority.background
    /// Those that have just failed and are asked once more; `nil`: all of them.
    package let again: [StatusPart]?
    package var customerID: Customer.ID? { nil }
    package var uniqueKey: String? { again == nil ? "all" : "again" }

    package init(again: [StatusPart]? = nil) {
        self.again = again
    }
}
