import Core
import HTTPSupport
import Jobs
import Logging
import SQL
import Store

/// The figures that a host steers by and that are looked up in the database: whichever process is asked says the same.
actor PlatformFigures {
    private let database: any Database
    private let clock: WallClock
    private let metrics: MetricsRegistry
    private let logger: Logger
    private var lookedAt: ContinuousClock.Instant?

    /// However often somebody asks.
    private static let interval = Duration.seconds(5)

    init(database: any Database, clock: WallClock, metrics: MetricsRegistry, logger: Logger) {
        self.database = database
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
    }

    func refresh() async {
        if let lookedAt, .now - lookedAt < Self.interval { return }
        lookedAt = .now
        let now = clock.now
        do {
            let found = try await database.read { transaction in
                let store = FiguresStore(transaction)
                return (
                    jobs: try JobStore(transaction).figures(), boxes: try store.boxes(), events: try store.unhandledEvents(),
                    subscriptions: try store.subscriptions(), checkouts: try store.checkouts(since: now - .hours(24))
                )
            }
            setJobs(found.jobs, now)
            metrics.setGauge(
                "boxes", help: "Boxes, by what is wanted of them and what is so.",
                samples: samples(found.boxes.map { (["desired": $0.desired, "status": $0.status], Double($0.count)) }))
            metrics.setGauge(
                "stripe_events_unhandled", help: "Stripe's events that nobody has handled yet.",
                samples: [[:]: Double(found.events.count)])
            metrics.setGauge(
                "stripe_events_oldest_seconds", help: "Age of the first of Stripe's events that nobody has handled yet.",
                samples: [[:]: found.events.since.map { max(0, (now - $0).seconds) } ?? 0])
            metrics.setGauge(
                "subscriptions", help: "Subscriptions that haven't ended, by Stripe's word for their state.",
                samples: samples(found.subscriptions.map { (["status": $0.key], Double($0.value)) }))
            metrics.setGauge(
                "checkouts_last_day", help: "Payment pages of the last 24 hours.",
                samples: [
                    ["state": "opened"]: Double(found.checkouts.opened), ["state": "paid"]: Double(found.checkouts.paid),
                ])
        } catch {
            logger.warning("figures can't be looked up", metadata: ["error": "\(error)"])
        }
    }

    private func setJobs(_ jobs: [JobFigure], _ now: Timestamp) {
        metrics.setGauge(
            "jobs", help: "Jobs that wait, run or have failed, by kind.",
            samples: samples(jobs.map { (["kind": $0.kind, "state": $0.state.rawValue], Double($0.count)) }))
        let waiting = jobs.filter { $0.state == .queued }
        metrics.setGauge(
            "jobs_oldest_seconds", help: "For how long the first waiting job of a kind has been due.",
            samples: samples(waiting.map { (["kind": $0.kind], max(0, (now - $0.firstDue).seconds)) }))
    }

    private func samples(_ pairs: [([String: String], Double)]) -> [[String: String]: Double] {
        Dictionary(pairs, uniquingKeysWith: +)
    }
}
