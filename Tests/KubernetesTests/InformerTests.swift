import JSON
import Testing

@testable import Kubernetes

@Suite(.timeLimit(.minutes(1)))
struct InformerTests {
    // MARK: Waiting

    @Test func aWaiterThatIsCancelledWakesNobodyElse() async throws {
        let mayList = Milestone()
        try await withInformer(answer: { call in
            if call.isWatch { return .watch([], ends: false) }
            try await mayList.wait()
            return .list(["a"], version: 5)
        }) { informer, _ in
            let impatient = Task { try await informer.waitUntilSynced() }
            let patient = Task {
                try await informer.waitUntilSynced()
                return informer.all.map(\.name)
            }
            impatient.cancel()
            await #expect(throws: CancellationError.self) { try await impatient.value }
            mayList.reach()
            let names = try await patient.value
            #expect(names == ["a"])
        }
    }

    @Test func oneThatEndsBeforeItsFirstListIsNeverComplete() async throws {
        let asked = Milestone()
        try await withInformer(answer: { _ in
            asked.reach()
            return .watch([], ends: false)
        }) { informer, running in
            let waiting = Task { try await informer.waitUntilSynced() }
            try await asked.wait()
            running.cancel()
            await running.value
            await #expect(throws: CancellationError.self) { try await waiting.value }
            await #expect(throws: CancellationError.self) { try await informer.waitUntilSynced() }
        }
    }

    @Test func whatHasHappenedIsNotUndone() async throws {
        let milestone = Milestone()
        milestone.reach()
        milestone.abandon()
        try await milestone.wait()
    }

    // MARK: The copy

    @Test func doesNotBringBackWhatWasDeletedBeforeTheAnswerToItsWriteCame() async throws {
        let told = Milestone()
        try await withInformer(
            answer: { call in
                guard call.isWatch else { return .list([], version: 5) }
                return .watch(
                    [
                        ScriptedAPIServer.event("DELETED", "a", version: 101),
                        ScriptedAPIServer.event("ADDED", "b", version: 102),
                    ], ends: false)
            }, changed: { _ in told.reach() }
        ) { informer, _ in
            try await told.wait()
            informer.remember(object("a", version: 100))
            #expect(informer.all.map(\.name) == ["b"])
            informer.remember(object("a", version: 103))
            #expect(informer.object("a", namespace: "n")?.resourceVersion == "103")
        }
    }

    // MARK: The pace

    /// Waits are spread down to the half.
    private static let retryPolicy = RetryPolicy(
        attempts: 1, firstDelay: .milliseconds(100), longestDelay: .milliseconds(100))
    private static let shortestPause = Duration.milliseconds(50)

    @Test func aWatchThatEndsWithoutAWordIsReopenedEverMoreSlowly() async throws {
        let last = Milestone()
        let server = try await withInformer(
            retryPolicy: Self.retryPolicy,
            answer: { call in
                guard call.isWatch else { return .list([], version: 5) }
                guard call.turn == 4 else { return .watch([], ends: true) }
                last.reach()
                return .watch([], ends: false)
            }
        ) { _, _ in
            try await last.wait()
        }
        let watches = server.calls.filter(\.isWatch).map(\.instant)
        // The first may be opened again at once.
        for (earlier, later) in zip(watches.dropFirst(), watches.dropFirst(2)) {
            #expect(later - earlier >= Self.shortestPause)
        }
        #expect(server.calls.filter { !$0.isWatch }.count == 1, "there was nothing to list anew")
    }

    @Test func doesNotListAtFullSpeedWhereEveryWatchIsTooLate() async throws {
        let last = Milestone()
        let server = try await withInformer(
            retryPolicy: Self.retryPolicy,
            answer: { call in
                if call.isWatch { return .expired }
                if call.turn == 4 { last.reach() }
                return .list([], version: 5)
            }
        ) { _, _ in
            try await last.wait()
        }
        let lists = server.calls.filter { !$0.isWatch }.map(\.instant)
        for (earlier, later) in zip(lists.dropFirst(), lists.dropFirst(2)) {
            #expect(later - earlier >= Self.shortestPause)
        }
    }

    @Test func listsAtOnceAfterAWatchThatHasToldSomething() async throws {
        let again = Milestone()
        // A pause would last longer than the test may.
        let slow = RetryPolicy(attempts: 1, firstDelay: .seconds(600), longestDelay: .seconds(600))
        try await withInformer(
            retryPolicy: slow,
            answer: { call in
                guard call.isWatch else {
                    if call.turn == 2 { again.reach() }
                    return .list([], version: 5)
                }
                return .watch(
                    [
                        ScriptedAPIServer.event("ADDED", "a", version: 6),
                        ["type": "ERROR", "object": ["kind": "Status", "reason": "Expired", "code": 410]],
                    ], ends: true)
            }
        ) { _, _ in
            try await again.wait()
        }
    }

    // MARK: The stage

    /// Runs an informer of ConfigMaps against a server with these answers.
    @discardableResult
    private func withInformer(
        retryPolicy: RetryPolicy = RetryPolicy(attempts: 1, firstDelay: .milliseconds(1)),
        answer: @escaping @Sendable (ScriptedAPIServer.Call) async throws -> ScriptedAPIServer.Answer,
        changed: @escaping @Sendable (Informer.Change) -> Void = { _ in },
        _ body: (Informer, Task<Void, Never>) async throws -> Void
    ) async throws -> ScriptedAPIServer {
        var used: ScriptedAPIServer?
        try await ScriptedAPIServer.run(retryPolicy: retryPolicy, answer: answer) { client, server in
            used = server
            let informer = Informer(
                .configMaps, client: client, labelSelector: nil, logger: ScriptedAPIServer.logger, changed: changed)
            let running = Task { await informer.run() }
            defer { running.cancel() }
            try await body(informer, running)
        }
        return try #require(used)
    }

    private func object(_ name: String, version: Int) -> KubernetesObject {
        var object = KubernetesObject(.configMaps, name: name, namespace: "n")
        object.json["metadata"]?["resourceVersion"] = .string("\(version)")
        return object
    }
}
