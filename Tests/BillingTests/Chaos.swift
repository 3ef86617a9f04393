import Core
import FoundationEssentials
import SQL
import Synchronization
import TestSupport

@testable import Jobs

/// The worker died here.
struct Death: Error {
    let failpoint: Failpoint
}

/// Where it can die.
enum Failpoint: String, CaseIterable, Sendable {
    case beforeCommit, afterCommit, afterAcknowledgement, afterLease, afterEffect
}

/// Decides who dies, from a seed.
final class Fate: Sendable {
    private struct State {
        var random: SplitMix64
        var deaths: [Failpoint: Int] = [:]
        var isMerciful = false
    }

    private let state: Mutex<State>
    private let rate: Double

    /// - Parameter rate: of a hundred that pass a failpoint, so many die.
    init(seed: UInt64, rate: Double) {
        state = Mutex(State(random: SplitMix64(state: seed)))
        self.rate = rate
    }

    var deaths: [Failpoint: Int] { state.withLock { $0.deaths } }

    func spareAll() { state.withLock { $0.isMerciful = true } }

    func strikes(_ failpoint: Failpoint) -> Bool {
        state.withLock { state in
            guard !state.isMerciful, Double.random(in: 0..<100, using: &state.random) < rate else { return false }
            state.deaths[failpoint, default: 0] += 1
            return true
        }
    }

    func pass(_ failpoint: Failpoint) throws {
        if strikes(failpoint) { throw Death(failpoint: failpoint) }
    }

    func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var random = SplitMix64(state: state.withLock { $0.random.next() })
        return elements.shuffled(using: &random)
    }

    func isNow(oneIn count: Int) -> Bool { state.withLock { Int.random(in: 0..<count, using: &$0.random) == 0 } }
}

/// A database whose process dies before a transaction is committed, or right after it.
struct DyingDatabase: Database {
    let inner: any Database
    let fate: Fate

    var dialect: Dialect { inner.dialect }

    func read<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        try await inner.read(body)
    }

    func write<Result: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        let dies = fate.strikes(.beforeCommit)
        let result = try await inner.write { transaction in
            let result = try body(transaction)
            if dies { throw Death(failpoint: .beforeCommit) }
            return result
        }
        try fate.pass(.afterCommit)
        return result
    }

    func close() async {}
}

/// SplitMix64: the same seed gives the same chaos.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// A worker that runs one job after the other until it dies; another one then takes its place.
struct MortalWorker: Sendable {
    let queue: WorkQueue
    /// The same database, for what the survivors do.
    let survivors: WorkQueue
    let clock: ManualClock
    let handlers: JobHandlers
    let fate: Fate

    private static let lease = Duration.seconds(60)

    /// - Returns: whether there was a job to run.
    func step() async throws -> Bool {
        do {
            return try await run()
        } catch is Death {
            // Its lease ends before anyone else touches the job.
            clock.advance(by: Self.lease + .seconds(1))
            _ = try await survivors.write { try JobStore($0.transaction).rescue(leasesEndingBefore: $0.now, now: $0.now) }
            return true
        }
    }

    private func run() async throws -> Bool {
        let kinds = handlers.handlers.keys.sorted()
        let lease = try await queue.write { work in
            try JobStore(work.transaction).claim(
                kinds: kinds, limit: 1, holder: UUID().uuidString, now: work.now, until: work.now + Self.lease
            ).first
        }
        guard let lease, let handler = handlers.handlers[lease.job.kind] else { return false }
        try fate.pass(.afterLease)
        let end: JobEnd
        do {
            try await handler(
                Data(lease.job.arguments.utf8), JobContext(id: lease.job.id, attempt: lease.job.attempt))
            end = .complete
        } catch let death as Death {
            throw death
        } catch {
            end = JobEnd(error, attempt: lease.job.attempt, limit: 20)
        }
        try fate.pass(.afterEffect)
        _ = try await queue.write { try JobStore($0.transaction).finish(lease, end, now: $0.now) }
        return true
    }
}
