import Core
import Synchronization

/// The handlers that a worker has running.
final class RunningJobs: Sendable {
    private let runs = Mutex<[Lease: Task<Void, any Error>]>([:])

    var leases: [Lease] { runs.withLock { Array($0.keys) } }

    func insert(_ lease: Lease, _ task: Task<Void, any Error>) {
        runs.withLock { $0[lease] = task }
    }

    func remove(_ lease: Lease) {
        runs.withLock { $0[lease] = nil }
    }

    func cancel(_ leases: some Sequence<Lease>) {
        let tasks = runs.withLock { runs in leases.compactMap { runs[$0] } }
        for task in tasks {
            task.cancel()
        }
    }
}
