import FoundationEssentials
import JSON
package import Logging

/// Makes sure that only one of several processes is active, with a Lease that it renews
/// (https://kubernetes.io/docs/concepts/architecture/leases/).
///
/// As in client-go, other machines' clocks aren't trusted: a lease is taken over when it hasn't been seen to change for as long
/// as it is valid, by this machine's clock.
package struct LeaderElection: Sendable {
    /// The lease was lost: this process must stop leading at once, because another one leads now.
    package struct Lost: Error, CustomStringConvertible {
        package let description = "The lease of the leader was lost to another process."
    }

    private let client: KubernetesClient
    private let namespace: String
    private let name: String
    private let identity: String
    private let timing: Timing
    private let logger: Logger

    package struct Timing: Sendable {
        /// How long a lease is valid after its last renewal.
        package var validity: Duration = .seconds(10)
        /// How long an answer to its renewal may take, and to its acquisition; less than the validity.
        package var renewalLimit: Duration = .seconds(7)
        /// Between two attempts, both of the holder and of those who wait.
        package var interval: Duration = .seconds(2)

        package init() {}
    }

    /// - Parameter identity: tells this process from all others.
    package init(
        client: KubernetesClient, namespace: String, name: String, identity: String, timing: Timing = Timing(),
        logger: Logger
    ) {
        self.client = client
        self.namespace = namespace
        self.name = name
        self.identity = identity
        self.timing = timing
        self.logger = logger
    }

    /// Runs `body` while this process leads, and gives the lease back.
    /// - Parameter start: what ``acquire()`` has returned.
    /// - Throws: ``Lost``, after `body` was cancelled, when another one has the lease; what `body` throws; `CancellationError`.
    package func hold(
        since start: ContinuousClock.Instant, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        logger.info("leading now", metadata: ["lease": "\(namespace)/\(name)", "identity": "\(identity)"])
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body() }
                group.addTask { try await keepRenewing(since: start) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch let error as Lost {
            throw error
        } catch {
            await release()
            throw error
        }
        await release()
    }

    /// Waits until this process leads.
    /// - Returns: from when on the lease is valid, for ``hold(since:_:)``.
    /// - Throws: `CancellationError`; ``CredentialError``.
    package func acquire() async throws -> ContinuousClock.Instant {
        var seen: (holder: String, renewal: String, since: ContinuousClock.Instant)?
        while true {
            do {
                let lease = try await client.get(.leases, name, namespace: namespace)
                let spec = lease?["spec"] ?? [:]
                let holder = spec["holderIdentity"]?.string ?? ""
                let renewal = spec["renewTime"]?.string ?? ""
                if seen?.holder != holder || seen?.renewal != renewal { seen = (holder, renewal, .now) }
                let validity = spec["leaseDurationSeconds"]?.integer.map { Duration.seconds($0) } ?? timing.validity
                let isFree = holder.isEmpty || holder == identity || seen.map { .now - $0.since >= validity } ?? true
                if isFree {
                    let start = ContinuousClock.now
                    try await write(over: lease)
                    if .now - start < timing.renewalLimit { return start }
                    // Others count from when it was written. Since then it may have run out, and be another one's.
                    logger.warning("lease was written too slowly", metadata: ["lease": "\(namespace)/\(name)"])
                }
            } catch let error as KubernetesError where error.isConflict || error.isPassing {
                logger.debug("lease can't be taken yet", metadata: ["error": "\(error)"])
            } catch let error as KubernetesError {
                // An API server that has just started refuses everybody for a moment, before it knows who may do what.
                logger.warning("lease is refused", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: timing.interval)
        }
    }

    /// Renews the lease until another one has it.
    ///
    /// While the API server doesn't answer, the leader can't write to the cluster either, and nobody else can take the lease
    /// from that server: leading goes on, and the first answer tells whether it still is this one's turn.
    private func keepRenewing(since start: ContinuousClock.Instant) async throws {
        var attempted = start
        var isOverdue = false
        while true {
            try await Task.sleep(until: attempted + timing.interval, clock: .continuous)
            attempted = .now
            do {
                // With a deadline of its own, as a server may hang.
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let lease = try await client.get(.leases, name, namespace: namespace)
                        guard lease?["spec"]?["holderIdentity"]?.string == identity else { throw Lost() }
                        try await write(over: lease)
                    }
                    group.addTask {
                        try await Task.sleep(for: timing.renewalLimit)
                        throw NoAnswer()
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                }
                if isOverdue { logger.notice("the lease is renewed again", metadata: ["lease": "\(namespace)/\(name)"]) }
                isOverdue = false
            } catch let error where error is KubernetesError || error is CredentialError || error is NoAnswer {
                logger.log(
                    level: isOverdue ? .debug : .warning, "lease can't be renewed", metadata: ["error": "\(error)"])
                isOverdue = true
            }
        }
    }

    private struct NoAnswer: Error, CustomStringConvertible {
        let description = "the API server doesn't answer"
    }

    private func write(over lease: KubernetesObject?, holder: String? = nil) async throws {
        let holder = holder ?? identity
        let now = Self.microTime(Date())
        var spec = lease?["spec"] ?? [:]
        let isHandedOver = spec["holderIdentity"]?.string != holder
        if isHandedOver {
            spec["acquireTime"] = .string(now)
            spec["leaseTransitions"] = .integer((spec["leaseTransitions"]?.integer ?? -1) + 1)
        }
        spec["holderIdentity"] = .string(holder)
        spec["leaseDurationSeconds"] = .integer(timing.validity.components.seconds)
        spec["renewTime"] = .string(now)
        if var lease {
            lease.json["spec"] = spec
            _ = try await client.replace(lease, fieldManager: identity)
        } else {
            let lease = KubernetesObject(.leases, name: name, namespace: namespace, body: ["spec": spec])
            _ = try await client.create(lease, fieldManager: identity)
        }
    }

    /// So that the next one needn't wait. Where that fails, it waits.
    private func release() async {
        try? await Task {
            let lease = try await client.get(.leases, name, namespace: namespace)
            guard lease?["spec"]?["holderIdentity"]?.string == identity else { return }
            try await write(over: lease, holder: "")
        }.value
    }

    /// RFC 3339 with microseconds, as the API wants it in a Lease.
    private static func microTime(_ date: Date) -> String {
        let microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded(.down))
        let whole = Date(timeIntervalSince1970: Double(microseconds / 1_000_000))
        let fraction = String(microseconds % 1_000_000)
        let padded = String(repeating: "0", count: 6 - fraction.count) + fraction
        return whole.formatted(.iso8601).dropLast() + ".\(padded)Z"
    }
}
