import FoundationEssentials
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// Something that a service needs to do its work.
package struct ReadinessCheck: Sendable {
    package let name: String
    let run: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - name: in snake case, such as `database`.
    ///   - run: throws if what is needed isn't there; gets two seconds.
    package init(_ name: String, _ run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.run = run
    }
}

/// `/healthz` (the process lives), `/readyz` (it can do its work, by named checks) and, for the host alone, `/metrics`.
package struct HealthRoutes: Sendable {
    private let readiness: Readiness
    private let metrics: MetricsRegistry
    private let refresh: @Sendable () async -> Void
    private let more: @Sendable () async -> String

    /// - Parameters:
    ///   - refresh: brings figures that are looked up, and not counted, up to date before they are written out.
    ///   - more: figures that are kept elsewhere, in the same format.
    package init(
        checks: [ReadinessCheck], metrics: MetricsRegistry, refresh: @escaping @Sendable () async -> Void = {},
        more: @escaping @Sendable () async -> String = { "" }
    ) {
        readiness = Readiness(checks)
        self.metrics = metrics
        self.refresh = refresh
        self.more = more
    }

    /// For the port that only the host reaches.
    package func addRoutes(to router: Router<AppRequestContext>) {
        addProbes(to: router)
        router.get("/metrics") { [metrics, refresh, more] _, _ in
            await refresh()
            let text = metrics.text() + (await more())
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// Without figures: for load balancers, on a port that strangers reach.
    package func addProbes(to router: Router<AppRequestContext>) {
        router.get("/healthz") { _, _ in try Response(json: ["status": "ok"]) }
        router.get("/readyz") { [readiness] _, context in
            let report = await readiness.report(context.logger)
            return try Response(json: report, status: report.status == "ready" ? .ok : .serviceUnavailable)
        }
    }
}

/// Asks for what is needed once a second at most: strangers ask, too, and must not load the database with it.
private actor Readiness {
    private static let patience = Duration.seconds(2)
    private static let lifetime = Duration.seconds(1)

    struct Report: Encodable, Sendable {
        let status: String
        let checks: [String: String]
    }

    private let checks: [ReadinessCheck]
    private var latest: (at: ContinuousClock.Instant, report: Task<Report, Never>)?

    init(_ checks: [ReadinessCheck]) {
        self.checks = checks
    }

    func report(_ logger: Logger) async -> Report {
        let now = ContinuousClock.now
        if let latest, now - latest.at < Self.lifetime { return await latest.report.value }
        let checks = checks
        // Not tied to one request: the first client may disconnect while others wait for the same result.
        let report = Task { await Self.run(checks, logger) }
        latest = (now, report)
        return await report.value
    }

    private static func run(_ checks: [ReadinessCheck], _ logger: Logger) async -> Report {
        let results = await withTaskGroup(of: (String, String).self) { group in
            for check in checks {
                group.addTask { (check.name, await result(of: check, logger)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let isReady = results.values.allSatisfy { $0 == "ok" }
        return Report(status: isReady ? "ready" : "not_ready", checks: results)
    }

    /// - Returns: `ok`, `failed` or `timed_out`; the reason is for the log only, it may name hosts.
    private static func result(of check: ReadinessCheck, _ logger: Logger) async -> String {
        await withTaskGroup(of: String.self) { group in
            group.addTask {
                do {
                    try await check.run()
                    return "ok"
                } catch {
                    logger.warning("not ready", metadata: ["check": "\(check.name)", "error": "\(error)"])
                    return "failed"
                }
            }
            group.addTask {
                do { try await Task.sleep(for: patience) } catch { return "cancelled" }
                return "timed_out"
            }
            defer { group.cancelAll() }
            return await group.next() ?? "failed"
        }
    }
}
