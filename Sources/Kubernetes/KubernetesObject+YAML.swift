import JSON
import Yams

extension [KubernetesObject] {
    /// - Returns: one YAML document for each object, as `kubectl apply -f -` takes them.
    /// - Throws: a `YamlError`.
    package func yaml() throws -> String {
        try map { "---\n" + (try Yams.serialize(node: $0.json.node, width: -1, allowUnicode: true, sortKeys: true)) }
            .joined()
    }
}

extension JSONValue {
    fileprivate var node: Node {
        switch self {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node(String(value), Tag(.int))
        case .number(let value): Node(String(value), Tag(.float))
        // Files stay readable.
        case .string(let text) where text.contains("\n"): Node(text, Tag(.str), .literal)
        case .string(let text): .scalar(text.represented())
        case .array(let values): Node(values.map(\.node))
        case .object(let members):
            Node(members.map { (.scalar($0.name.represented()), $0.value.node) })
        }
    }
}
