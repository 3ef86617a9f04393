import Kubernetes
import Synchronization

/// What the API server itself adds to our objects when they take the place of changed ones: a default where somebody had set
/// something else, the deprecated alias of a field, a webhook's label. It counts as set by us then, so that `managedFields`
/// doesn't tell it from what an earlier release has set. What a replacement comes back with tells: nothing was sent but what is
/// wanted.
///
/// Kept in memory: the first look after a start replaces such an object once more, which changes nothing in it.
final class ServerAdditions: Sendable {
    private let known = Mutex<[String: Set<Drift.Addition>]>([:])

    /// Far more than objects that somebody changes.
    private static let limit = 10_000

    func of(_ object: KubernetesObject) -> Set<Drift.Addition> {
        known.withLock { $0[object.uid ?? ""] ?? [] }
    }

    /// - Parameter replaced: what the server has answered to a replacement by `wanted`.
    func learn(from replaced: KubernetesObject, wanted: KubernetesObject) {
        let additions = Drift.additions(of: replaced, to: wanted)
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[replaced.uid ?? ""] = additions.isEmpty ? nil : additions
        }
    }

    func drift(of live: KubernetesObject, from wanted: KubernetesObject) -> Drift? {
        Drift.of(live, from: wanted, serverOwn: of(live))
    }
}
