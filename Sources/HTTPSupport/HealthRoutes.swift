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

/// `/healthz` (the process lives), `/readyz` (it can do its work, by named checks) and `/metrics`.
package struct HealthRoutes: Sendable {
    private static let patience = Duration.seconds(2)

    private let checks: [ReadinessCheck]
    private let metrics: MetricsRegistry

    package init(checks: [ReadinessCheck], metrics: MetricsRegistry) {
        self.checks = checks
        self.metrics = metrics
    }

    package func addRoutes(to router: Router<AppRequestContext>) {
        router.get("/healthz") { _, _ in try Response(json: ["status": "ok"]) }
        router.get("/readyz") { _, context in try await readiness(context) }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text())))
        }
    }

    private struct Readiness: Encodable {
        let status: String
        let checks: [String: String]
    }

    private func readiness(_ context: AppRequestContext) async throws -> Response {
        let results = await withTaskGroup(of: (String, String).self) { group in
            for check in checks {
                group.addTask { (check.name, await result(of: check, context.logger)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let isReady = results.values.allSatisfy { $0 == "ok" }
        return try Response(
            json: Readiness(status: isReady ? "ready" : "not_ready", checks: results),
            status: isReady ? .ok : .serviceUnavailable)
    }

    /// - Returns: `ok`, `failed` or `timed_out`; the reason is for the log only, it may name hosts.
    private func result(of check: ReadinessCheck, _ logger: Logger) async -> String {
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
                do { try await Task.sleep(for: Self.patience) } catch { return "cancelled" }
                return "timed_out"
            }
            defer { group.cancelAll() }
            return await group.next() ?? "failed"
        }
    }
}
