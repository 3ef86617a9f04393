import JSON
import Yams

/// One kubeconfig as it stands in its file.
struct KubeConfigFile: Decodable, Redacted {
    var kind: String?
    var currentContext: String?
    var contexts: [NamedContext]?
    var clusters: [NamedCluster]?
    var users: [NamedUser]?

    struct NamedContext: Decodable {
        var name: String
        var context: KubeConfig.Context?
    }

    struct NamedCluster: Decodable {
        var name: String
        var cluster: KubeConfig.Cluster?
    }

    struct NamedUser: Decodable, Redacted {
        var name: String
        var user: KubeConfig.User?
    }

    private enum CodingKeys: String, CodingKey {
        case kind, contexts, clusters, users
        case currentContext = "current-context"
    }

    init(reading file: ConfigurationFile) throws(ConfigurationError) {
        let bytes: [UInt8]
        do {
            bytes = try file.read()
        } catch {
            throw ConfigurationError("The kubeconfig \(error)")
        }
        do {
            // A file that is empty is a kubeconfig without entries.
            let document = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)) ?? [:]
            self = try YAMLDecoder().decode(KubeConfigFile.self, from: document)
            takeExecConfigs(from: document)
        } catch {
            throw ConfigurationError("\(file.path) isn't a kubeconfig: \(Self.reason(error))")
        }
        guard kind == nil || kind == "Config" else {
            throw ConfigurationError("\(file.path) isn't a kubeconfig: its kind is \(kind ?? ""), not Config.")
        }
    }

    /// They may have any shape, so the types of what is in them come from how it is written.
    private mutating func takeExecConfigs(from document: Node) {
        guard let nodes = document["clusters"]?.sequence else { return }
        for (index, node) in nodes.enumerated() {
            let extensions = node["cluster"]?["extensions"]?.sequence
            let config = extensions?.first { $0["name"]?.string == "client.authentication.k8s.io/exec" }?["extension"]
            clusters?[index].cluster?.execConfig = config.map(JSONValue.init)
        }
    }

    /// - Returns: nothing of the file's values, which are secret in part; Yams's own descriptions quote them.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)."
        case YamlError.duplicatedKeysInMapping(_, let context):
            "line \(context.mark.line): a key stands there twice."
        case DecodingError.keyNotFound(let key, let context):
            "\(place(context.codingPath)) lacks \(key.stringValue)."
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "\(place(context.codingPath)) isn't of the kind that belongs there."
        default: "it isn't YAML."
        }
    }

    /// - Returns: such as `users[0].user.token`.
    private static func place(_ path: [any CodingKey]) -> String {
        let text = path.reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return text.isEmpty ? "its content" : text
    }
}

extension JSONValue {
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            let members = mapping.map { ($0.key.string ?? "", JSONValue($0.value)) }
            self = .object(JSONObject(members))
        case .sequence(let sequence):
            self = .array(sequence.map(JSONValue.init))
        case .scalar, .alias:
            let tag = node.tag
            if tag == Tag(.null) {
                self = .null
            } else if tag == Tag(.bool), let value = node.bool {
                self = .bool(value)
            } else if tag == Tag(.int), let value = node.int {
                self = .integer(Int64(value))
            } else if tag == Tag(.float), let value = node.float, value.isFinite {
                self = .number(value)
            } else {
                self = .string(node.string ?? "")
            }
        }
    }
}
