import HTTPSupport
import Jobs
import Logging
import ServiceLifecycle

/// Runs a service in one of several processes at a time. The others wait, and take over within seconds when that one is gone.
struct SingleService: Service {
    let lease: LeaderLease
    let service: any Service
    let isLeading: Gauge

    func run() async throws {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await lease.hold { [service, isLeading] in
                    isLeading.set(1)
                    defer { isLeading.set(0) }
                    try await service.run()
                }
                return
            } catch is LeaderLease.Lost {
                continue
            } catch is CancellationError {
                return
            }
        }
    }
}
