import HTTPSupport
import Jobs
import Kubernetes
import Logging
import ServiceLifecycle

/// Runs services in one of several processes at a time. The others wait, and take over within seconds when that one is gone.
struct LeaderElectedService: Service {
    enum Election: Sendable {
        /// By a Lease of the cluster that the services have to do with.
        case cluster(LeaderElection)
        /// Without a cluster.
        case database(LeaderLease)
    }

    let election: Election
    let services: [any Service]
    let isLeading: Gauge
    let logger: Logger

    /// - Throws: ``LeaderElection/Lost`` or ``LeaderLease/Lost``, after which the process must exit: another one is active
    ///   already.
    func run() async throws {
        do {
            switch election {
            case .cluster(let election):
                let start = try await cancelWhenGracefulShutdown { try await election.acquire() }
                try await election.hold(since: start) { try await runServices() }
            case .database(let lease):
                try await lease.hold { try await runServices() }
            }
        } catch is CancellationError {
            return
        }
    }

    private func runServices() async throws {
        isLeading.set(1)
        defer { isLeading.set(0) }
        try await ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: logger)).run()
    }
}
