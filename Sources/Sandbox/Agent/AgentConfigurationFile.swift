import FoundationEssentials
import JSON

/// The parts of `openclaw.json` that the stand-in understands; everything else is passed over, as it isn't its business.
struct AgentConfigurationFile: Decodable {
    struct Gateway: Decodable {
        struct Auth: Decodable {
            let token: String?
        }

        let mode: String?
        let bind: String?
        let port: Int?
        let auth: Auth?
    }

    struct Models: Decodable {
        struct Provider: Decodable {
            let baseUrl: String?
            let apiKey: String?
            let api: String?
            let models: [Model]?
        }

        struct Model: Decodable {
            struct Compat: Decodable {
                let supportsUsageInStreaming: Bool?
            }

            let id: String
            let maxTokens: Int?
            let compat: Compat?
        }

        let providers: [String: Provider]?
    }

    struct Agents: Decodable {
        struct Defaults: Decodable {
            struct Model: Decodable {
                let primary: String?
            }

            let workspace: String?
            let model: Model?
        }

        let defaults: Defaults?
    }

    struct Channels: Decodable {
        struct Telegram: Decodable {
            let enabled: Bool?
            let botToken: String?
            let tokenFile: String?
            let dmPolicy: String?
            let allowFrom: [Sender]?
            let apiRoot: String?
        }

        let telegram: Telegram?
    }

    let gateway: Gateway?
    let models: Models?
    let agents: Agents?
    let channels: Channels?

    /// - Throws: ``AgentRefusal`` if there is no such file or it isn't JSON5 of the right shape.
    static func read(path: String, environment: [String: String]) throws(AgentRefusal) -> AgentConfigurationFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AgentRefusal(faults: ["there is no readable configuration at \(path)"])
        }
        let text = substituted(String(decoding: data, as: UTF8.self), environment)
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        do {
            let faults = try schema().faults(in: try decoder.decode(JSONValue.self, from: Data(text.utf8)))
            guard faults.isEmpty else { throw AgentRefusal(faults: faults) }
            return try decoder.decode(AgentConfigurationFile.self, from: Data(text.utf8))
        } catch let refusal as AgentRefusal {
            throw refusal
        } catch {
            throw AgentRefusal(faults: ["\(path) is no valid configuration: \(fault(error))"])
        }
    }

    /// The schema of OpenClaw 2026.9.4, cut down to what the platform renders (Tests/OperatorTests/OpenClaw).
    static func schema() throws -> JSONSchema {
        try JSONDecoder().decode(JSONSchema.self, from: Data(PackageResources.openclaw_schema_json))
    }

    /// Puts the environment's values where `${NAME}` stands. A name that isn't set stays as it is.
    private static func substituted(_ text: String, _ environment: [String: String]) -> String {
        text.replacing(/\$\{([A-Z_][A-Z0-9_]*)\}/) { match in
            guard let value = environment[String(match.1)], let quoted = try? JSONText.encode(value) else {
                return String(match.0)
            }
            return String(quoted.dropFirst().dropLast())
        }
    }

    /// - Returns: where the fault is, and none of the values.
    private static func fault(_ error: any Error) -> String {
        let path: [any CodingKey] =
            switch error {
            case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
                DecodingError.keyNotFound(_, let context):
                context.codingPath
            default: []
            }
        return path.isEmpty ? "it can't be parsed" : path.map(\.stringValue).joined(separator: ".") + " has the wrong type"
    }
}

/// An entry of `allowFrom`: a number, or a text that may have a prefix.
struct Sender: Decodable {
    let personID: Int64?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int64.self) {
            personID = number
        } else {
            let text = try container.decode(String.self)
            let number =
                text.hasPrefix("telegram:") ? text.dropFirst(9) : text.hasPrefix("tg:") ? text.dropFirst(3) : text[...]
            personID = Int64(number).flatMap { $0 > 0 ? $0 : nil }
        }
    }
}
