package import Logging
import Synchronization

/// Keeps a copy of all objects of a kind, by list and watch, and tells what changes
/// (client-go's informer: https://pkg.go.dev/k8s.io/client-go/tools/cache).
///
/// Level-triggered: after a gap it lists anew, and tells of every object that is different, new or gone since.
package final class Informer: Sendable {
    package let type: ResourceType
    private let client: KubernetesClient
    private let labelSelector: String?
    private let logger: Logger
    private let cache = Mutex(ObjectCache())
    private let changed: @Sendable (Change) -> Void
    private let synced = Milestone()

    /// An object that is different from before.
    package struct Change: Sendable {
        /// As it is now, or as it was last if it is gone.
        package let object: KubernetesObject
        package let isGone: Bool
    }

    /// - Parameter changed: called for each change, one after the other; must be quick.
    package init(
        _ type: ResourceType, client: KubernetesClient, labelSelector: String?, logger: Logger,
        changed: @escaping @Sendable (Change) -> Void
    ) {
        self.type = type
        self.client = client
        self.labelSelector = labelSelector
        var logger = logger
        logger[metadataKey: "watch"] = "\(type.plural)"
        self.logger = logger
        self.changed = changed
    }

    // MARK: Reading

    package func object(_ name: String, namespace: String = "") -> KubernetesObject? {
        cache.withLock { $0[namespace, name] }
    }

    package func objects(namespace: String) -> [KubernetesObject] {
        cache.withLock { $0.objects(namespace: namespace) }
    }

    package var all: [KubernetesObject] {
        cache.withLock { $0.all }
    }

    /// Returns once the copy has been complete, at once from then on.
    /// - Throws: `CancellationError`, also if the informer has ended before.
    package func waitUntilSynced() async throws {
        try await synced.wait()
    }

    /// Takes in an object that a request of this program's own has returned, so that it is seen before the watch tells of it.
    package func remember(_ object: KubernetesObject) {
        cache.withLock { _ = $0.update(object) }
    }

    // MARK: Running

    /// Lists and watches until the task is cancelled.
    package func run() async {
        /// How many attempts have come to nothing since the watch has last told something.
        var vain = 0
        var resourceVersion: String?
        while !Task.isCancelled {
            do {
                let start: String
                if let resourceVersion {
                    start = resourceVersion
                } else {
                    let list = try await client.list(type, labelSelector: labelSelector)
                    let changes = cache.withLock { $0.replaceAll(list) }
                    synced.reach()
                    for change in changes { changed(change) }
                    start = list.resourceVersion
                    resourceVersion = start
                }
                try await client.watch(type, labelSelector: labelSelector, resourceVersion: start) { event in
                    vain = 0
                    resourceVersion = event.resourceVersion ?? resourceVersion
                    if let change = cache.withLock({ $0.take(event) }) { changed(change) }
                }
            } catch let error as KubernetesError where error.isExpired {
                resourceVersion = nil
            } catch {
                if Task.isCancelled { break }
                logger.warning("watch was cut off", metadata: ["error": "\(error)"])
                vain = max(vain, 1)
            }
            // A watch that has told something goes on at once, also with a new list. What only ends, be it without an error, must
            // not be opened again at full speed.
            if vain > 0 {
                try? await Task.sleep(for: client.retryPolicy.pause(after: vain, jitter: .random(in: 0.5...1)))
            }
            vain += 1
        }
        synced.abandon()
    }
}
