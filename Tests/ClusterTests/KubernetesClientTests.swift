import AsyncHTTPClient
import FoundationEssentials
import JSON
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Kubernetes

/// The client against a real API server.
@Suite(.timeLimit(.minutes(2)))
struct KubernetesClientTests {
    /// A namespace of the test's own.
    private func withNamespace(_ body: (KubernetesClient, String) async throws -> Void) async throws {
        let client = try ClusterStage.client()
        let name = "client-\(UUID().uuidString.lowercased())"
        _ = try await client.create(KubernetesObject(.namespaces, name: name, namespace: nil), fieldManager: "test")
        let result = await Result<Void, any Error>.catching { try await body(client, name) }
        try await client.delete(.namespaces, name)
        await client.close()
        try result.get()
    }

    private func configMap(_ name: String, in namespace: String, _ data: [String: String]) -> KubernetesObject {
        KubernetesObject(.configMaps, name: name, namespace: namespace, body: ["data": JSONValue(data)])
    }

    @Test func speaksHTTP2WhereTheServerDoes() async throws {
        let client = try ClusterStage.client()
        let response = try await client.execute(.GET, "/version", Query(), limit: .seconds(10))
        #expect(response.version == .http2)
        _ = try await response.body.collect(upTo: 1 << 16)
        await client.close()
    }

    @Test func appliesAndGivesUpWhatItAppliesNoMore() async throws {
        try await withNamespace { client, namespace in
            _ = try await client.apply(configMap("a", in: namespace, ["x": "1", "y": "1"]), fieldManager: "one")
            let object = try await client.apply(configMap("a", in: namespace, ["x": "2"]), fieldManager: "one")
            #expect(object["data"] == ["x": "2"])
        }
    }

    @Test func refusesToApplyOverAnotherManagerUnlessForced() async throws {
        try await withNamespace { client, namespace in
            _ = try await client.apply(configMap("a", in: namespace, ["x": "1"]), fieldManager: "one")
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.apply(configMap("a", in: namespace, ["x": "2"]), fieldManager: "two", force: false)
            }
            #expect(error?.isConflict == true)
            let object = try await client.apply(configMap("a", in: namespace, ["x": "2"]), fieldManager: "two")
            #expect(object["data"] == ["x": "2"])
        }
    }

    @Test func readsListsInPages() async throws {
        try await withNamespace { client, namespace in
            for number in 0..<7 {
                _ = try await client.create(configMap("a\(number)", in: namespace, [:]), fieldManager: "test")
            }
            let list = try await client.list(.configMaps, namespace: namespace, pageSize: 3)
            let names = Set(list.items.map(\.name))
            #expect(names.isSuperset(of: (0..<7).map { "a\($0)" }))
        }
    }

    @Test func tellsWhatTheServerSays() async throws {
        try await withNamespace { client, namespace in
            let found = try await client.get(.configMaps, "none", namespace: namespace)
            #expect(found == nil)
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.create(configMap("Not A Name", in: namespace, [:]), fieldManager: "test")
            }
            #expect(error?.status == 422)
            #expect(error?.reason == "Invalid")
            #expect(error?.message.contains("metadata.name") == true)
            #expect(error?.request == "POST /api/v1/namespaces/\(namespace)/configmaps")
        }
    }

    @Test func replacesOnlyTheVersionItWasGiven() async throws {
        try await withNamespace { client, namespace in
            let first = try await client.create(configMap("a", in: namespace, ["x": "1"]), fieldManager: "test")
            _ = try await client.patch(
                .configMaps, "a", namespace: namespace, merging: ["data": ["x": "2"]], fieldManager: "test")
            let error = await #expect(throws: KubernetesError.self) {
                _ = try await client.replace(first, fieldManager: "test")
            }
            #expect(error?.isConflict == true)
        }
    }

    @Test func deletesOnlyTheVeryObjectItWasGiven() async throws {
        try await withNamespace { client, namespace in
            let object = try await client.create(configMap("a", in: namespace, [:]), fieldManager: "test")
            let error = await #expect(throws: KubernetesError.self) {
                try await client.delete(.configMaps, "a", namespace: namespace, uid: UUID().uuidString)
            }
            #expect(error?.isConflict == true)
            try await client.delete(.configMaps, "a", namespace: namespace, uid: object.uid)
            try await client.delete(.configMaps, "a", namespace: namespace)
            let found = try await client.get(.configMaps, "a", namespace: namespace)
            #expect(found == nil)
        }
    }

    @Test func informsOfEveryChangeAndKnowsItsOwnAtOnce() async throws {
        try await withNamespace { client, namespace in
            let label = "test/\(namespace)"
            let (changes, told) = AsyncStream<Informer.Change>.makeStream()
            let informer = Informer(
                .configMaps, client: client, labelSelector: label, logger: ClusterStage.logger
            ) { told.yield($0) }
            let running = Task { await informer.run() }
            defer { running.cancel() }
            try await informer.waitUntilSynced()
            #expect(informer.all.isEmpty)

            var object = configMap("a", in: namespace, ["x": "1"])
            object.json["metadata"]?["labels"] = [label: ""]
            informer.remember(try await client.create(object, fieldManager: "test"))
            #expect(informer.object("a", namespace: namespace)?["data"] == ["x": "1"])
            _ = try await client.patch(
                .configMaps, "a", namespace: namespace, merging: ["data": ["x": "2"]], fieldManager: "test")
            try await client.delete(.configMaps, "a", namespace: namespace)

            var seen: [String] = []
            for await change in changes {
                seen.append(change.isGone ? "gone" : change.object["data"]?["x"]?.string ?? "")
                if change.isGone { break }
            }
            // Its own creation is no news, unless the watch was quicker than the answer.
            #expect(seen.suffix(2) == ["2", "gone"])
            #expect(informer.all.isEmpty)
        }
    }

    @Test func letsOneLeadAndAnotherTakeOverWithinFifteenSeconds() async throws {
        try await withNamespace { client, namespace in
            func election(_ identity: String) -> LeaderElection {
                LeaderElection(
                    client: client, namespace: namespace, name: "lease", identity: identity, logger: ClusterStage.logger)
            }
            let (first, second) = (election("first"), election("second"))
            _ = try await first.acquire()
            // The first one is gone without a word.
            let start = ContinuousClock.now
            let acquired = try await second.acquire()
            #expect(.now - start < .seconds(15))
            #expect(.now - start > .seconds(5), "nobody takes over what is still valid")

            // The second one gives it back.
            try await second.hold(since: acquired) {}
            let handed = ContinuousClock.now
            _ = try await first.acquire()
            #expect(.now - handed < .seconds(5), "nobody waits until it runs out")
        }
    }

    @Test func endsWhoeverHasLostTheLease() async throws {
        try await withNamespace { client, namespace in
            let election = LeaderElection(
                client: client, namespace: namespace, name: "lease", identity: "first", logger: ClusterStage.logger)
            let start = try await election.acquire()
            let wasCancelled = Mutex(false)
            await #expect(throws: LeaderElection.Lost.self) {
                try await election.hold(since: start) {
                    _ = try await client.patch(
                        .leases, "lease", namespace: namespace, merging: ["spec": ["holderIdentity": "thief"]],
                        fieldManager: "thief")
                    do { try await Task.sleep(for: .seconds(30)) } catch { wasCancelled.withLock { $0 = true } }
                }
            }
            #expect(wasCancelled.withLock { $0 })
            let lease = try await client.get(.leases, "lease", namespace: namespace)
            #expect(lease?["spec"]?["holderIdentity"] == "thief", "it isn't ours to give back")
        }
    }
}
