/// Objects of one kind by namespace and name. Older versions never replace newer ones.
struct ObjectCache: Sendable {
    private var namespaces: [String: [String: KubernetesObject]] = [:]
    /// Up to which version all is known that has happened: a list has it all, and a watch tells it in order.
    private var reached: UInt64 = 0

    subscript(namespace: String, name: String) -> KubernetesObject? { namespaces[namespace]?[name] }

    func objects(namespace: String) -> [KubernetesObject] {
        namespaces[namespace].map { Array($0.values) } ?? []
    }

    var all: [KubernetesObject] { namespaces.values.flatMap(\.values) }

    /// Takes in an object from elsewhere than the list and the watch.
    /// - Returns: whether it is news.
    mutating func update(_ object: KubernetesObject) -> Bool {
        // What isn't here though it would have been told of is gone already, and nobody would tell so again.
        let isKnown = self[object.namespace, object.name] != nil
        if !isKnown, object.version > 0, object.version <= reached { return false }
        return put(object)
    }

    /// - Returns: the change, if it is news.
    mutating func take(_ event: WatchEvent) -> Informer.Change? {
        defer { reached = max(reached, event.resourceVersion.flatMap { UInt64($0) } ?? 0) }
        switch event {
        case .bookmark: return nil
        case .updated(let object): return put(object) ? Informer.Change(object: object, isGone: false) : nil
        case .deleted(let object): return remove(object) ? Informer.Change(object: object, isGone: true) : nil
        }
    }

    private mutating func put(_ object: KubernetesObject) -> Bool {
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
            if put(object) { changes.append(.init(object: object, isGone: false)) }
        }
        // What a request of our own made after the list was taken isn't in it.
        for gone in before.values where gone.version <= listed {
            namespaces[gone.namespace]?[gone.name] = nil
            changes.append(.init(object: gone, isGone: true))
        }
        reached = listed
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
