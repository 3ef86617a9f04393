import Core
import TestSupport
import Testing

@testable import TokenProxy

struct BodyMemoryTests {
    private let memory = BodyMemory(limit: 8 << 20)
    private let one = Account(testIDs.next())
    private let two = Account(testIDs.next())

    private func take(_ bytes: Int, _ account: Account) -> Bool { memory.take(bytes, length: bytes, account) }

    @Test func givesEachAccountItsShare() {
        #expect(take(1 << 20, one))
        #expect(!take(100_000, one))
        #expect(take(1 << 20, two))
        memory.free(1 << 20, one)
        #expect(take(1 << 20, one))
    }

    @Test func countsABodyThatComesInParts() {
        #expect(memory.take(500_000, length: 500_000, one))
        #expect(memory.take(500_000, length: 1_000_000, one))
        #expect(!memory.take(100_000, length: 1_100_000, one))
        // The refusal took nothing.
        #expect(memory.take(40_000, length: 1_040_000, one))
    }

    @Test func letsSmallBodiesInWhateverLargeOnesTake() {
        let greedy = (0..<8).map { _ in Account(testIDs.next()) }
        let taken = greedy.map { take(1 << 20, $0) }
        #expect(taken == Array(repeating: true, count: 7) + [false])
        #expect(take(BodyMemory.smallBody, one))
        #expect(take(BodyMemory.smallBody, greedy[0]))
        #expect(!take(BodyMemory.smallBody + 1, one))
    }

    @Test func takesNoMoreThanThereIs() {
        let small = (0..<200).map { _ in take(BodyMemory.smallBody, Account(testIDs.next())) }
        #expect(small.count { $0 } == 8 << 20 / BodyMemory.smallBody)
    }

    @Test func theProxyRefusesABodyBeyondItsCustomersShare() async throws {
        try await ProxyLab.run(
            configure: {
                $0.bodyMemory = 1 << 20
                $0.plans = ProxyLimitTests.unhurried
            }
        ) { lab async throws in
            let refused = try await lab.post(ProxyLab.body(String(repeating: "x", count: 200_000)))
            #expect(refused.status == 503)
            #expect(refused.body.contains("server_busy"))
            // What an answered call held is free again.
            for _ in 0..<10 {
                #expect(try await lab.post(ProxyLab.body(String(repeating: "x", count: 100_000))).status == 200)
            }
        }
    }
}
