import Core
import FoundationEssentials

/// `openclaw.json` (https://docs.openclaw.ai/gateway/configuration): the agent's configuration, hardened and without
/// anything that spends tokens by itself. Secrets stand in it only as the names of environment variables.
///
/// No text of the customer's may enter it: OpenClaw substitutes `${…}` in every value.
struct OpenClawConfiguration: Encodable {
    let gateway: Gateway
    let update = Update()
    let models: Models
    let agents: Agents
    let channels: Channels
    let commands: Commands
    let tools = Tools()
    let session = Session()

    /// - Parameters:
    ///   - ownerUserIDs: Telegram's ids of those whom the agent answers and obeys.
    ///   - thinking: OpenClaw's word for how long the model thinks.
    init(settings: AgentSettings, ownerUserIDs: [Int64], thinking: String, at place: AgentPlace) {
        let owners = ownerUserIDs.map(String.init)
        gateway = Gateway(bind: place.bind.rawValue, port: place.port)
        models = Models(providers: .init(platform: Provider(settings)))
        agents = Agents(
            defaults: .init(
                workspace: place.workspace, model: .init(primary: "platform/\(settings.model.id)"),
                thinkingDefault: thinking))
        channels = Channels(telegram: Telegram(apiRoot: settings.telegramAPIRoot, allowFrom: owners))
        commands = Commands(ownerAllowFrom: owners.map { "telegram:\($0)" })
    }

    struct Gateway: Encodable {
        let mode = "local"
        let bind: String
        let port: Int
        let auth = Auth()
        let controlUi = Switch(enabled: false)

        struct Auth: Encodable {
            let mode = "token"
            let token = "${OPENCLAW_GATEWAY_TOKEN}"
        }
    }

    struct Switch: Encodable {
        let enabled: Bool
    }

    struct Update: Encodable {
        let checkOnStart = false
    }

    struct Models: Encodable {
        let mode = "replace"
        let providers: Providers

        struct Providers: Encodable {
            let platform: Provider
        }
    }

    /// The token proxy as a model provider. Its name must hold neither "kimi" nor "moonshot": OpenClaw
    /// reads a 429 of providers named so in a special way.
    struct Provider: Encodable {
        let baseUrl: String
        let apiKey = "${OPENCLAW_PROXY_TOKEN}"
        let api = "openai-completions"
        let models: [Model]

        init(_ settings: AgentSettings) {
            baseUrl = settings.tokenProxyURL
            models = [
                Model(
                    id: settings.model.id, name: settings.model.name, contextWindow: settings.model.contextWindow,
                    maxTokens: settings.model.maxTokens)
            ]
        }

        struct Model: Encodable {
            let id: String
            let name: String
            let reasoning = true
            let input = ["text", "image"]
            let contextWindow: Int
            let maxTokens: Int
            let cost = Cost()
            let compat = Compatibility()
        }

        struct Cost: Encodable {
            let input = 0
            let output = 0
            let cacheRead = 0
            let cacheWrite = 0
        }

        struct Compatibility: Encodable {
            let supportsUsageInStreaming = true
            let supportsDeveloperRole = false
            let supportsStore = false
        }
    }

    struct Agents: Encodable {
        let defaults: Defaults

        struct Defaults: Encodable {
            let workspace: String
            let skipBootstrap = true
            let model: ModelChoice
            let thinkingDefault: String
            let heartbeat = Heartbeat()
            let memorySearch = Switch(enabled: false)
        }

        struct ModelChoice: Encodable {
            let primary: String
            let fallbacks: [String] = []
        }

        struct Heartbeat: Encodable {
            let every = "0m"
        }
    }

    struct Channels: Encodable {
        let telegram: Telegram
    }

    struct Telegram: Encodable {
        let enabled = true
        let botToken = "${TELEGRAM_BOT_TOKEN}"
        let apiRoot: String?
        let dmPolicy = "allowlist"
        let allowFrom: [String]
        let groupPolicy = "disabled"
        let configWrites = false
    }

    struct Commands: Encodable {
        let ownerAllowFrom: [String]
        let bash = false
        let config = false
        let mcp = false
        let plugins = false
        let debug = false
        let restart = false
    }

    struct Tools: Encodable {
        let profile = "messaging"
        let deny = ["group:automation", "group:runtime", "group:fs"]
        let exec = Execution()
        let elevated = Switch(enabled: false)

        struct Execution: Encodable {
            let security = "deny"
        }
    }

    struct Session: Encodable {
        let dmScope = "per-channel-peer"
    }

    /// - Returns: stable, readable JSON.
    /// - Throws: an `EncodingError`.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
