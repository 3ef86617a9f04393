import Core
import Synchronization
import TestSupport

@testable import TokenProxy

/// A storage that remembers what it was told, leases from one pot, and fails when it is told to.
final class RecordingStorage: ProxyStorage {
    struct Mood: Error {}

    private struct State {
        var events: [UsageEvent] = []
        var ended: [(holder: String, isAllKnown: Bool)] = []
        var credentials: [String: ProxyCredential] = [:]
        var lookUps = 0
        var fails = false
        var hangs = false
        var holdsLookUps = false
        var isHolding = false
        var losesAnswers = false
        var limit = 0
        var heldByOthers = 0
        var leased = 0
        var requests: [LeaseRequest] = []
        var holds: [AgentHold.Reason] = []
    }

    private let state = Mutex(State())

    var events: [UsageEvent] { state.withLock { $0.events } }
    var ended: [(holder: String, isAllKnown: Bool)] { state.withLock { $0.ended } }
    var lookUps: Int { state.withLock { $0.lookUps } }
    var requests: [LeaseRequest] { state.withLock { $0.requests } }
    var holds: [AgentHold.Reason] { state.withLock { $0.holds } }
    var leased: Int { state.withLock { $0.leased } }
    var fails: Bool {
        get { state.withLock { $0.fails } }
        set { state.withLock { $0.fails = newValue } }
    }
    /// Whether a check, a look-up or a lease takes longer than anybody waits.
    var hangs: Bool {
        get { state.withLock { $0.hangs } }
        set { state.withLock { $0.hangs = newValue } }
    }
    /// Whether look-ups wait until this is taken back.
    var holdsLookUps: Bool {
        get { state.withLock { $0.holdsLookUps } }
        set { state.withLock { $0.holdsLookUps = newValue } }
    }
    var isHolding: Bool { state.withLock { $0.isHolding } }
    /// Whether what is done for a lease fails afterwards, as a commit does whose connection breaks.
    var losesAnswers: Bool {
        get { state.withLock { $0.losesAnswers } }
        set { state.withLock { $0.losesAnswers = newValue } }
    }
    var limit: Int {
        get { state.withLock { $0.limit } }
        set { state.withLock { $0.limit = newValue } }
    }
    var heldByOthers: Int {
        get { state.withLock { $0.heldByOthers } }
        set { state.withLock { $0.heldByOthers = newValue } }
    }
    var credentials: [String: ProxyCredential] {
        get { state.withLock { $0.credentials } }
        set { state.withLock { $0.credentials = newValue } }
    }

    private func tell<Result: Sendable>(_ body: (inout State) -> Result) throws -> Result {
        try state.withLock { state in
            if state.fails { throw Mood() }
            return body(&state)
        }
    }

    /// Until whoever gives up cancels it.
    private func hangIfToldTo() async throws {
        guard hangs else { return }
        let (answers, teller) = AsyncStream.makeStream(of: Never.self)
        for await _ in answers {}
        withExtendedLifetime(teller) {}
        throw CancellationError()
    }

    func credentials(tokenHashes: [String]) async throws -> [String: ProxyCredential] {
        try await hangIfToldTo()
        state.withLock { $0.isHolding = $0.holdsLookUps }
        while holdsLookUps { try await Task.sleep(for: .milliseconds(1)) }
        return try tell { state in
            state.lookUps += 1
            return state.credentials.filter { tokenHashes.contains($0.key) }
        }
    }

    func lease(_ request: LeaseRequest) async throws -> LeaseAnswer? {
        try await hangIfToldTo()
        let answer = try tell { state in
            state.requests.append(request)
            func quota() -> Quota {
                Quota(
                    periodStart: testNow, periodEnd: testNow + .days(30), limit: state.limit, used: 0,
                    reserved: state.leased + state.heldByOthers)
            }
            let granted = quota().slice(request)
            state.leased += granted
            return LeaseAnswer(granted: granted, held: state.leased, quota: quota())
        }
        if losesAnswers { throw Mood() }
        return answer
    }

    func giveBack(_ tokens: Int, holder: String, customerID: Customer.ID, periodStart: Timestamp) async throws {
        try tell { $0.leased -= tokens }
        if losesAnswers { throw Mood() }
    }

    func hold(boxID: Box.ID, customerID: Customer.ID, _ reason: AgentHold.Reason) async throws {
        try tell { $0.holds.append(reason) }
    }

    func renewLeases(holder: String) async throws { try tell { _ in } }
    func record(_ events: [UsageEvent], holder: String, isRepeated: Bool) async throws {
        try tell { state in
            state.events += events
            state.leased -= events.reduce(0) { $0 + $1.usage.units }
        }
    }
    func endLeases(holder: String, isAllKnown: Bool) async throws { try tell { $0.ended.append((holder, isAllKnown)) } }
    func endLostLeases() async throws { try tell { _ in } }

    func proxiesAtWork(with holder: String) async throws -> Int {
        1
    }

    func check() async throws {
        try await hangIfToldTo()
        try tell { _ in }
    }
}
