import JSON
import Synchronization
import Testing

@testable import Kubernetes

@Suite(.timeLimit(.minutes(1)))
struct LeaderElectionTests {
    @Test func doesNotLeadOnAnAnswerThatCameTooLate() async throws {
        let shelf = LeaseShelf()
        try await ScriptedAPIServer.run(answer: { call in
            let answer = shelf.answer(call)
            if call.method == "POST" {
                // It is written at once, and another one takes it over before the answer comes.
                shelf.holder = "second"
                try await Task.sleep(for: .milliseconds(350))
            } else if call.method == "GET", call.turn == 2 {
                shelf.holder = ""
            }
            return answer
        }) { client, server in
            let election = candidate(client, renewalLimit: .milliseconds(300))
            let start = try await election.acquire()
            #expect(server.calls.prefix(5).map(\.method) == ["GET", "POST", "GET", "GET", "PUT"])
            #expect(shelf.holder == "first")
            let last = try #require(server.calls.last)
            #expect(start <= last.instant, "others count from when it was written")
        }
    }

    @Test func leadsOnWhileTheServerIsAwayAndEndsWhenAnotherOneHasTheLease() async throws {
        let shelf = LeaseShelf()
        let renewed = Milestone()
        let silent = Mutex(5)
        try await ScriptedAPIServer.run(answer: { call in
            let isSilent = silent.withLock { left in
                left -= 1
                return left >= 0
            }
            if isSilent { try await Task.sleep(for: .seconds(600)) }
            let answer = shelf.answer(call)
            if call.method == "PUT" { renewed.reach() }
            return answer
        }) { client, _ in
            shelf.holder = "first"
            let election = candidate(client, renewalLimit: .milliseconds(100))
            let start = ContinuousClock.now.advanced(by: .seconds(-600))
            await #expect(throws: LeaderElection.Lost.self) {
                try await election.hold(since: start) {
                    try await renewed.wait()
                    shelf.holder = "second"
                    try await Task.sleep(for: .seconds(600))
                }
            }
            #expect(shelf.holder == "second", "it isn't ours to give back")
        }
    }

    @Test func leadsOnThoughItHasNoCredentialsForAMoment() async throws {
        try await ConfigurationFolder.with { folder in
            let script = "[ -e runs ] || { echo run >> runs; exit 1; }\n" + ExecPluginStage.prints(#""token": "t$n""#)
            let plugin = try ExecPluginStage.plugin(script, in: folder)
            let shelf = LeaseShelf()
            let renewed = Milestone()
            try await ScriptedAPIServer.run(
                credentials: .exec(plugin),
                answer: { call in
                    let answer = shelf.answer(call)
                    if call.method == "PUT" { renewed.reach() }
                    return answer
                }
            ) { client, _ in
                shelf.holder = "first"
                try await candidate(client, renewalLimit: .seconds(60)).hold(since: .now) { try await renewed.wait() }
            }
            #expect(try folder.lines("runs").count == 2)
            #expect(shelf.holder == "", "it is given back")
        }
    }

    private func candidate(_ client: KubernetesClient, renewalLimit: Duration) -> LeaderElection {
        var timing = LeaderElection.Timing()
        timing.renewalLimit = renewalLimit
        timing.interval = .milliseconds(10)
        return LeaderElection(
            client: client, namespace: "n", name: "lease", identity: "first", timing: timing,
            logger: ScriptedAPIServer.logger)
    }
}

/// The one Lease that there is, as an API server keeps it.
private final class LeaseShelf: Sendable {
    private let lease = Mutex<JSONValue?>(nil)

    func answer(_ call: ScriptedAPIServer.Call) -> ScriptedAPIServer.Answer {
        lease.withLock { lease in
            if call.method != "GET" { lease = call.body }
            guard let lease else { return .json(["kind": "Status", "reason": "NotFound", "code": 404], status: 404) }
            return .json(lease)
        }
    }

    var holder: String {
        get { lease.withLock { $0?["spec"]?["holderIdentity"]?.string ?? "" } }
        set {
            lease.withLock { lease in
                if lease == nil { lease = ["metadata": ["name": "lease", "namespace": "n"], "spec": [:]] }
                lease?["spec"]?["holderIdentity"] = .string(newValue)
            }
        }
    }
}
