import Core
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import TokenProxy

struct ReadinessTests {
    @Test func saysThatTheStorageIsAwayThoughThatHangs() async throws {
        try await withServices { services, storage in
            storage.hangs = true
            let start = ContinuousClock.now
            let answer = await services.readiness()
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.body.contains(#"{"name":"storage","status":"unavailable"}"#))
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func isReadyWithAllThatItNeeds() async throws {
        try await withServices { services, _ in
            #expect(await services.readiness().status == .ok)
        }
    }

    @Test func asksTheStorageOnceASecondHoweverManyWantToKnow() async {
        let probe = StorageProbe()
        let asked = Mutex(0)
        func answer(at now: Duration) async -> Bool {
            await probe.answer(now: now) {
                asked.withLock {
                    $0 += 1; return $0 == 1
                }
            }
        }
        for _ in 0..<3 { #expect(await answer(at: .seconds(5))) }
        #expect(await answer(at: .milliseconds(5999)))
        #expect(await !answer(at: .seconds(6)))
        #expect(asked.withLock { $0 } == 2)
    }

    @Test func saysThatTheStorageFails() async throws {
        try await withServices { services, storage in
            storage.fails = true
            #expect(await services.readiness().status == .serviceUnavailable)
        }
    }

    private func withServices(_ body: (ProxyServices, RecordingStorage) async throws -> Void) async throws {
        try await withFolder { root in
            let storage = RecordingStorage()
            let upstream = UpstreamConfiguration(
                name: "kimi", openAIBaseURL: "http://127.0.0.1:9/v1", anthropicBaseURL: "http://127.0.0.1:9",
                keys: [Secret("sk-x")], models: ["k2p5": "kimi-k2.6"])
            let services = ProxyServices(
                configuration: TokenProxyConfiguration(journalFolder: root, upgradeURL: "https://u"), storage: storage,
                upstreams: try UpstreamDirectory([upstream]),
                journal: try Journal(root: root, holder: "h", slots: 8, logger: quiet), holder: "h",
                clock: WallClock { testNow }, logger: quiet)
            try await body(services, storage)
        }
    }
}
