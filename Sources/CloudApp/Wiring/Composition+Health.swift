import Core
import HTTPSupport
import Jobs
import Kubernetes
import Operator
import SQL
import TokenProxy

extension Composition {
    /// What says whether this process can do its work, and the figures.
    static func health(
        _ platform: Platform, roles: Set<Role>, metrics: MetricsRegistry, proxyFigures: ProxyFigures
    ) -> HealthRoutes {
        var checks = [
            ReadinessCheck("database") { [database = platform.database] in
                _ = try await database.read { try $0.query("SELECT 1 AS one", []) }
            }
        ]
        if roles.contains(.operator), let cluster = platform.cluster {
            let namespace = platform.configuration.cluster.settings.platformNamespace
            checks.append(ReadinessCheck("cluster") { _ = try await cluster.get(.namespaces, namespace) })
            if roles == [.operator] {
                checks.append(
                    ReadinessCheck("lease") {
                        _ = try await cluster.get(.leases, OperatorAccess.lease, namespace: namespace)
                    })
            }
        }
        // Each process has its own counters; what is looked up is the same everywhere, and the billing worker is always there.
        let figures =
            roles.contains(.billingWorker)
            ? PlatformFigures(
                database: platform.database, clock: platform.clock, metrics: metrics, logger: platform.logger) : nil
        return HealthRoutes(
            checks: checks, metrics: metrics, refresh: { await figures?.refresh() }, more: { await proxyFigures.text() })
    }

    /// Counts and times the runs of jobs.
    var jobEnds: @Sendable (JobRun) -> Void {
        let ends = metrics.counter("job_runs_total", help: "Runs of jobs, by kind and how they ended.")
        let durations = metrics.histogram("job_run_duration_seconds", help: "How long runs of jobs took.")
        return { run in
            ends.increment(labels: ["kind": run.kind, "end": run.end])
            durations.observe(run.duration.seconds, labels: ["kind": run.kind])
        }
    }
}
