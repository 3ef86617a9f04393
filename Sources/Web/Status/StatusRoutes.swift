import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Jobs
import NIOCore
import SQL
import Store

/// `/status` and `/status.json`: how the parts of the service do, for anybody.
struct StatusRoutes: Sendable {
    private let site: Site
    private let record: StatusRecord

    init(site: Site, queue: WorkQueue) {
        self.site = site
        record = StatusRecord(queue: queue)
    }

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/status") { _, context in
            let (days, now) = try await record.days()
            return site.response(StatusPage(days, now: now, texts: site.texts(context.language)), context: context)
        }
        group.get("/status.json") { _, _ in
            let (days, now) = try await record.days()
            var response = try Response(json: StatusBody(days, now: now))
            response.headers[.cacheControl] = "public, max-age=60"
            return response
        }
    }
}

/// What the probes have found, looked up twice a minute however many ask.
private actor StatusRecord {
    private static let lifetime = Duration.seconds(30)

    private let queue: WorkQueue
    private var latest: (days: [StatusDay], at: Timestamp)?

    init(queue: WorkQueue) {
        self.queue = queue
    }

    func days() async throws -> (days: [StatusDay], now: Timestamp) {
        let now = queue.clock.now
        if let latest, now - latest.at < Self.lifetime { return (latest.days, now) }
        do {
            let days = try await queue.database.read { try StatusStore($0).days(now: now) }
            latest = (days, now)
            return (days, now)
        } catch {
            // The page is looked at when something is wrong: what was known last, which says how old it is.
            guard let latest else { throw error }
            return (latest.days, now)
        }
    }
}

/// How the service does, as programs read it.
struct StatusBody: Encodable, Sendable {
    let parts: [Part]

    struct Part: Encodable, Sendable {
        let part: StatusPart
        /// Left out where nobody has looked lately.
        let isUp: Bool?
        /// Since when that is so; left out like it.
        let since: String?
        let checkedAt: String?
        let days: [Day]
    }

    struct Day: Encodable, Sendable {
        let date: String
        let checks: Int64
        let failures: Int64
    }

    init(_ days: [StatusDay], now: Timestamp) {
        parts = StatusPart.allCases.map { part in
            let own = days.filter { $0.part == part }
            let isUp = own.first?.isUp(now: now)
            return Part(
                part: part, isUp: isUp, since: isUp == nil ? nil : own.first?.since.description,
                checkedAt: own.first?.probedAt.description,
                days: own.map {
                    Day(date: String($0.day.description.prefix(10)), checks: $0.probes, failures: $0.failures)
                })
        }
    }
}

extension StatusDay {
    /// What the part's youngest day says of the present.
    /// - Returns: `nil` where nobody has looked lately.
    func isUp(now: Timestamp) -> Bool? { now - probedAt > StatusPart.freshness ? nil : isUp }
}
