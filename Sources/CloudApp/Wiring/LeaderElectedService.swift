import Kubernetes
import Logging
import ServiceLifecycle

/// Runs services in one of several processes at a time. The others wait, and take over within seconds when that one is gone.
struct LeaderElectedService: Service {
    let election: LeaderElection
    let services: [any Service]
    let logger: Logger

    /// - Throws: ``LeaderElection/Lost``, upon which the process has to end: another one is at work already.
    func run() async throws {
        let start: ContinuousClock.Instant
        do {
            start = try await cancelWhenGracefulShutdown { try await election.acquire() }
        } catch is CancellationError {
            return
        }
        try await election.hold(since: start) {
            try await ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: logger)).run()
        }
    }
}
