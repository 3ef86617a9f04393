import Core
import Jobs
import SQL
import Synchronization
import TestSupport
import Testing

/// One of several processes at a time.
struct LeaderLeaseTests {
    @Test(arguments: Engine.allCases)
    func oneIsAtWorkAtATimeAndTheNextFollowsAtOnce(_ engine: Engine) async throws {
        try await TestPlatform.run(on: engine) { platform in
            let counts = Counts()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["a", "b", "c"] {
                    group.addTask {
                        try await lease(platform, name).hold {
                            let count = counts.atWork.add(1, ordering: .relaxed).newValue
                            #expect(count == 1)
                            try await Task.sleep(for: .milliseconds(50))
                            counts.atWork.subtract(1, ordering: .relaxed)
                            counts.turns.add(1, ordering: .relaxed)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let count = counts.turns.load(ordering: .relaxed)
            #expect(count == 3)
        }
    }

    @Test(arguments: Engine.allCases)
    func theDeadAreReplacedWhenTheirLeaseEndsAndNotBefore(_ engine: Engine) async throws {
        try await TestPlatform.run(on: engine) { platform in
            try await occupy(platform, by: "dead", for: .seconds(8))
            let counts = Counts()
            let heir = Task { try await lease(platform, "heir").hold { _ = counts.turns.add(1, ordering: .relaxed) } }
            platform.clock.advance(by: .seconds(7))
            try await Task.sleep(for: .milliseconds(100))
            let isEarly = counts.turns.load(ordering: .relaxed) > 0
            #expect(!isEarly)
            platform.clock.advance(by: .seconds(2))
            try await heir.value
            let isInTime = counts.turns.load(ordering: .relaxed) > 0
            #expect(isInTime)
        }
    }

    @Test(arguments: Engine.allCases)
    func whoseLeaseWasTakenStops(_ engine: Engine) async throws {
        try await TestPlatform.run(on: engine) { platform in
            let (begun, signal) = AsyncStream.makeStream(of: Void.self)
            let holder = Task {
                try await lease(platform, "slow").hold {
                    signal.yield()
                    try await Task.sleep(for: .seconds(600))
                }
            }
            for await _ in begun { break }
            // As if its clock or its process had stood still for long.
            try await occupy(platform, by: "other", for: .seconds(600))
            await #expect(throws: LeaderLease.Lost.self) { try await holder.value }
        }
    }

    private final class Counts: Sendable {
        let atWork = Atomic(0)
        let turns = Atomic(0)
    }

    private func lease(_ platform: TestPlatform, _ holder: String) -> LeaderLease {
        var timing = LeaderLease.Timing()
        timing.heartbeat = .milliseconds(20)
        return LeaderLease(queue: platform.queue, name: "test", holder: holder, timing: timing, logger: quiet)
    }

    private func occupy(_ platform: TestPlatform, by holder: String, for duration: Duration) async throws {
        let end = platform.clock.now + duration
        _ = try await platform.database.write {
            try $0.execute(
                """
                INSERT INTO leader_leases (name, holder, expires_at) VALUES ('test', ?1, ?2)
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
                """, [.text(holder), .integer(end.milliseconds)])
        }
    }
}
