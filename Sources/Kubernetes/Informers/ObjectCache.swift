/// Objects of one kind by namespace and name. Older versions never replace newer ones.
struct ObjectCache: Sendable {
    private var namespaces: [String: [String: KubernetesObject]] = [:]

    subscript(namespace: String, name: String) -> KubernetesObject? { namespaces[namespace]?[name] }

    func objects(namespace: String) -> [KubernetesObject] {
        namespaces[namespace].map { Array($0.values) } ?? []
    }

    var all: [KubernetesObject] { namespaces.values.flatMap(\.values) }

    /// - Returns: whether it is news.
    mutating func update(_ object: KubernetesObject) -> Bool {
        if let known = self[object.namespace, object.name], known.version >= object.version { return false }
        namespaces[object.namespace, default: [:]][object.name] = object
        return true
    }

    /// - Parameter object: as it was last, with the version of its removal.
    /// - Returns: whether it is news.
    mutating func remove(_ object: KubernetesObject) -> Bool {
        guard let known = self[object.namespace, object.name], known.version <= object.version else { return false }
        namespaces[object.namespace]?[object.name] = nil
        if namespaces[object.namespace]?.isEmpty == true { namespaces[object.namespace] = nil }
        return true
    }

    /// - Parameter list: everything there is.
    /// - Returns: what is new, different or gone.
    mutating func replaceAll(_ list: KubernetesObjectList) -> [Informer.Change] {
        var before: [Name: KubernetesObject] = [:]
        for object in all { before[Name(object)] = object }
        let listed = UInt64(list.resourceVersion) ?? 0
        var changes: [Informer.Change] = []
        for object in list.items {
            before[Name(object)] = nil
            if update(object) { changes.append(.init(object: object, isGone: false)) }
        }
        // What a request of our own made after the list was taken isn't in it.
        for gone in before.values where gone.version <= listed {
            namespaces[gone.namespace]?[gone.name] = nil
            changes.append(.init(object: gone, isGone: true))
        }
        return changes
    }

    private struct Name: Hashable {
        let namespace: String
        let name: String

        init(_ object: KubernetesObject) {
            namespace = object.namespace
            name = object.name
        }
    }
}

extension KubernetesObject {
    /// Resource versions grow over time and may be compared
    /// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
    fileprivate var version: UInt64 { resourceVersion.flatMap { UInt64($0) } ?? 0 }
}
