package import JSON

/// An object of the API, unstructured.
package struct KubernetesObject: Sendable, Hashable {
    package let type: ResourceType
    /// The whole object, `apiVersion`, `kind` and `metadata` included.
    package var json: JSONValue

    /// An object to be written.
    /// - Parameters:
    ///   - namespace: `nil` for objects that live in none.
    ///   - body: everything beside `apiVersion`, `kind` and `metadata`.
    package init(
        _ type: ResourceType, name: String, namespace: String?, labels: [String: String] = [:],
        annotations: [String: String] = [:], body: JSONObject = [:]
    ) {
        self.type = type
        var metadata: JSONObject = ["name": .string(name)]
        if let namespace { metadata["namespace"] = .string(namespace) }
        if !labels.isEmpty { metadata["labels"] = JSONValue(labels) }
        if !annotations.isEmpty { metadata["annotations"] = JSONValue(annotations) }
        var json = body
        json["apiVersion"] = .string(type.apiVersion)
        json["kind"] = .string(type.kind)
        json["metadata"] = .object(metadata)
        self.json = .object(json)
    }

    /// An object that the server sent.
    package init(_ type: ResourceType, json: JSONValue) {
        self.type = type
        self.json = json
        // Items of a list come without them (https://github.com/kubernetes/kubernetes/issues/3030).
        if json["kind"] == nil { self.json["kind"] = .string(type.kind) }
        if json["apiVersion"] == nil { self.json["apiVersion"] = .string(type.apiVersion) }
    }

    package subscript(field: String) -> JSONValue? { json[field] }
    package var metadata: JSONValue { json["metadata"] ?? [:] }
    package var name: String { metadata["name"]?.string ?? "" }
    /// Empty for objects that live in none.
    package var namespace: String { metadata["namespace"]?.string ?? "" }
    package var uid: String? { metadata["uid"]?.string }
    package var resourceVersion: String? { metadata["resourceVersion"]?.string }
    package var isBeingDeleted: Bool { metadata["deletionTimestamp"] != nil }

    package func label(_ name: String) -> String? { metadata["labels"]?[name]?.string }
    package func annotation(_ name: String) -> String? { metadata["annotations"]?[name]?.string }
}

/// A page of objects, or all of them.
package struct KubernetesObjectList: Sendable {
    package var items: [KubernetesObject]
    /// From where a watch goes on.
    package var resourceVersion: String
}
