import FoundationEssentials
import JSON
import Kubernetes

/// What makes an object in the cluster differ from what it should be.
///
/// The server fills in defaults, and controllers write fields of their own, so "equal" can't be asked for. An object is as it
/// should be if everything wanted is there, and nothing else is there that anybody has set: `managedFields` tells who set what,
/// and defaults are nobody's (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
enum Drift: Sendable, Hashable {
    /// Something wanted isn't so.
    case changed
    /// Somebody has added something.
    case added

    /// - Parameter serverOwn: what the server itself makes of the object, see ``ServerAdditions``.
    /// - Returns: `nil` if the object is as it should be.
    static func of(
        _ live: KubernetesObject, from wanted: KubernetesObject, serverOwn: Set<Addition> = []
    ) -> Drift? {
        guard holds(live.json, wanted.json, in: live.type) else { return .changed }
        return additions(of: live, to: wanted).isSubset(of: serverOwn) ? nil : .added
    }

    /// A field that somebody has set and nobody wants.
    struct Addition: Sendable, Hashable {
        let path: [String]
        let value: JSONValue?
    }

    /// The object that takes the place of one with additions: what is wanted, with what the cluster itself keeps in it.
    static func replacement(of live: KubernetesObject, by wanted: KubernetesObject) -> KubernetesObject {
        var object = wanted
        for path in clusterOwned(live.type) {
            guard let value = live.json[path: path] else { continue }
            object.json.set(value, at: path)
        }
        for name in ["resourceVersion", "uid", "finalizers", "ownerReferences"] {
            object.json["metadata"]?[name] = live.metadata[name]
        }
        for member in live.metadata["annotations"]?.members ?? [:] where isClusterOwned(annotation: member.name) {
            object.json["metadata"]?["annotations"]?[member.name] = member.value
        }
        return object
    }

    // MARK: What is wanted

    /// Whether `live` has everything that `wanted` has. Lists have to agree entry by entry.
    private static func holds(_ live: JSONValue, _ wanted: JSONValue, in type: ResourceType) -> Bool {
        switch (live, wanted) {
        case (.object(let live), .object(let wanted)):
            wanted.allSatisfy { member in
                guard let found = live[member.name] else { return false }
                return holds(found, member.value, in: type)
            }
        case (.array(let live), .array(let wanted)):
            live.count == wanted.count && zip(live, wanted).allSatisfy { holds($0, $1, in: type) }
        default:
            live == wanted
        }
    }

    // MARK: What is added

    static func additions(of live: KubernetesObject, to wanted: KubernetesObject) -> Set<Addition> {
        var found: Set<Addition> = []
        for entry in live.metadata["managedFields"]?.elements ?? [] where entry["subresource"] == nil {
            collect(
                entry["fieldsV1"] ?? [:], path: [], Pair(live: live.json, wanted: wanted.json), live.type,
                isForeign: entry["manager"]?.string != Tenant.fieldManager, into: &found)
        }
        return found
    }

    /// The values at the same place of both.
    private struct Pair {
        let live: JSONValue?
        let wanted: JSONValue?
    }

    /// - Parameters:
    ///   - fields: a set of fields in the API's form: `f:<name>` for members, `k:<keys>` for entries of lists that have keys.
    ///   - pair: what is there and what is wanted at that path.
    ///   - isForeign: whether somebody else has set these fields.
    private static func collect(
        _ fields: JSONValue, path: [String], _ pair: Pair, _ type: ResourceType, isForeign: Bool,
        into found: inout Set<Addition>
    ) {
        for field in fields.members {
            let (name, inner): (String, Pair)
            if field.name.hasPrefix("f:") {
                name = String(field.name.dropFirst(2))
                inner = Pair(live: pair.live?[name], wanted: pair.wanted?[name])
            } else if field.name.hasPrefix("k:") {
                name = String(field.name.dropFirst(2))
                let keys = (try? JSONDecoder().decode(JSONValue.self, from: Data(name.utf8))) ?? [:]
                inner = Pair(live: pair.live?.entry(keys), wanted: pair.wanted?.entry(keys))
            } else {
                continue  // The field itself, or values of a list, which are held against each other already.
            }
            let path = path + [name]
            if isClusterOwned(path, type) { continue }
            let isWhole = !field.value.members.contains { $0.name.hasPrefix("f:") || $0.name.hasPrefix("k:") }
            if !isWhole {
                collect(field.value, path: path, inner, type, isForeign: isForeign, into: &found)
            } else if inner.wanted == nil || isForeign && inner.live != inner.wanted {
                // What somebody has set as a whole may hold more than is wanted, deep inside.
                found.insert(Addition(path: path, value: inner.live))
            }
        }
    }

    /// What the cluster's own controllers write, and what isn't ours to judge.
    private static func isClusterOwned(_ path: [String], _ type: ResourceType) -> Bool {
        if path.first == "status" || path == ["apiVersion"] || path == ["kind"] { return true }
        if path.first == "metadata" {
            guard path.count > 1, ["labels", "annotations"].contains(path[1]) else { return path.count > 1 }
            // Clusters' own tools mark namespaces in many ways, and none of them changes what a namespace does.
            if type == .namespaces { return path.count > 2 && !path[2].hasPrefix("pod-security.kubernetes.io/") }
            return path.count > 2 && path[1] == "annotations" && isClusterOwned(annotation: path[2])
        }
        return clusterOwned(type).contains { path.starts(with: $0) }
    }

    private static func isClusterOwned(annotation name: String) -> Bool {
        let domain = name.prefix { $0 != "/" }
        return domain != name && (domain.hasSuffix("kubernetes.io") || domain.hasSuffix("k8s.io"))
            // A restart by hand (`kubectl rollout restart`) stands on the pod's template, not here.
            && !name.hasPrefix("kubectl.")
    }

    /// Fields beside metadata and status that controllers fill.
    private static func clusterOwned(_ type: ResourceType) -> [[String]] {
        switch type {
        case .namespaces: [["spec", "finalizers"]]
        case .serviceAccounts: [["secrets"], ["imagePullSecrets"]]
        case .persistentVolumeClaims:
            [
                ["spec", "volumeName"], ["spec", "volumeMode"], ["spec", "storageClassName"], ["spec", "dataSource"],
                ["spec", "dataSourceRef"], ["spec", "volumeAttributesClassName"],
            ]
        default: []
        }
    }
}

extension JSONValue {
    /// The entry of a list that has these members.
    fileprivate func entry(_ keys: JSONValue) -> JSONValue? {
        elements.first { element in keys.members.allSatisfy { element[$0.name] == $0.value } }
    }

    fileprivate subscript(path path: [String]) -> JSONValue? {
        path.reduce(Optional(self)) { $0?[$1] }
    }

    fileprivate mutating func set(_ value: JSONValue, at path: [String]) {
        guard let first = path.first else {
            self = value
            return
        }
        var inner = self[first] ?? [:]
        inner.set(value, at: Array(path.dropFirst()))
        self[first] = inner
    }
}
