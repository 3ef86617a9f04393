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
            #expect(try await patient.value == ["a"])
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
