import Kubernetes
import Logging

/// Copies of all that is ours in the cluster, but for the Secrets: those are read one by one, when their box is reconciled, so
/// that the operator never holds the secrets of all customers.
struct TenantInformers: Sendable {
    private let informers: [ResourceType: Informer]
    /// Every change of any of them.
    let changes: AsyncStream<Informer.Change>

    static let types: [ResourceType] = [
        .namespaces, .serviceAccounts, .configMaps, .persistentVolumeClaims, .resourceQuotas, .limitRanges,
        .networkPolicies, .deployments, .pods, .jobs, .roleBindings,
    ]
    /// What comes and goes by itself, isn't the box's to say, or holds data.
    static let unprunedTypes: Set<ResourceType> = [.namespaces, .pods, .jobs, .persistentVolumeClaims, .roleBindings]

    init(client: KubernetesClient, logger: Logger) {
        let (changes, continuation) = AsyncStream<Informer.Change>.makeStream()
        self.changes = changes
        informers = Dictionary(
            uniqueKeysWithValues: Self.types.map { type in
                (
                    type,
                    Informer(type, client: client, labelSelector: Tenant.selector, logger: logger) { continuation.yield($0) }
                )
            })
    }

    func object(_ type: ResourceType, _ name: String, namespace: String = "") -> KubernetesObject? {
        informers[type]?.object(name, namespace: namespace)
    }

    func objects(_ type: ResourceType, namespace: String) -> [KubernetesObject] {
        informers[type]?.objects(namespace: namespace) ?? []
    }

    var namespaces: [KubernetesObject] { informers[.namespaces]?.all ?? [] }

    func remember(_ object: KubernetesObject) {
        informers[object.type]?.remember(object)
    }

    /// - Throws: `CancellationError`.
    func waitUntilSynced() async throws {
        for informer in informers.values { try await informer.waitUntilSynced() }
    }

    /// Until the task is cancelled.
    func run() async {
        await withTaskGroup { group in
            for informer in informers.values { group.addTask { await informer.run() } }
        }
    }
}
