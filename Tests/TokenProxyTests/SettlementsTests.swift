import Core
import Synchronization
import TestSupport
import Testing

@testable import TokenProxy

struct SettlementsTests {
    private let settlement = Settlement(
        requestID: "req_1", customerID: testIDs.next(), usage: TokenUsage(input: 1, output: 2), isEstimated: false)

    @Test func keepsWhatTheStorageDoesNotTakeAndTriesAgain() async {
        let storage = MoodyStorage()
        let settlements = Settlements(storage: storage, logger: quiet)
        storage.fails.withLock { $0 = true }
        await settlements.settle(settlement)
        #expect(settlements.overdueCount == 1)
        await settlements.settleOverdue()
        #expect(settlements.overdueCount == 1)
        storage.fails.withLock { $0 = false }
        await settlements.settleOverdue()
        #expect(settlements.overdueCount == 0)
        #expect(storage.settled.withLock { $0 } == [settlement])
    }

    @Test func settlesForAClientThatHasGone() async {
        let storage = MoodyStorage()
        let settlements = Settlements(storage: storage, logger: quiet)
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await settlements.settle(settlement)
        }
        await call.value
        #expect(storage.settled.withLock { $0 } == [settlement])
    }
}

/// A storage that fails when it is told to, and when its caller was cancelled.
private final class MoodyStorage: ProxyStorage {
    struct Mood: Error {}

    let fails = Mutex(false)
    let settled = Mutex<[Settlement]>([])

    func authenticate(tokenHash: String) async throws -> ProxyCredential? { nil }
    func reserve(_ wish: Reservation, minimumOutput: Int) async throws -> ReservationOutcome { .noPeriod }
    func check() async throws {}

    func settle(_ settlement: Settlement) async throws {
        try Task.checkCancellation()
        if fails.withLock({ $0 }) { throw Mood() }
        settled.withLock { $0.append(settlement) }
    }
}
