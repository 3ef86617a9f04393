import FoundationEssentials

/// Why the agent doesn't start: everything that is wrong with its configuration, one fault a line.
package struct AgentRefusal: Error, Sendable, CustomStringConvertible {
    package let faults: [String]
    /// As OpenClaw's: starting it again is no use.
    package static let exitCode: Int32 = 78

    package var description: String {
        "the agent's gateway refuses to start:\n" + faults.map { "  - \($0)" }.joined(separator: "\n")
    }
}

/// What the agent takes from `openclaw.json` and its environment, checked.
struct AgentConfiguration: Sendable {
    struct Model: Sendable {
        /// As in `agents.defaults.model.primary`, without the provider.
        let id: String
        /// Without a slash at its end.
        let baseURL: String
        let apiKey: String
        let maxTokens: Int?
        let supportsUsageInStreaming: Bool
    }

    struct Telegram: Sendable, Equatable {
        let apiRoot: String
        let token: String
        let allowFrom: Set<Int64>
    }

    let host: String
    let port: Int
    /// What lets one change what runs in the gateway; empty: nobody may.
    let gatewayToken: String
    let model: Model
    /// `nil` without a bot's token: then nobody can write to the agent.
    let telegram: Telegram?
    let stateDirectory: String
    let workspace: String
}

extension AgentConfiguration {
    private static let defaultPort = 18789

    /// Reads the file at `OPENCLAW_CONFIG_PATH`. `OPENCLAW_GATEWAY_PORT` goes before the port in the file.
    /// - Throws: ``AgentRefusal``.
    init(environment: [String: String]) throws(AgentRefusal) {
        let home = environment["HOME"] ?? "/"
        let stateDirectory = environment["OPENCLAW_STATE_DIR"] ?? home + "/.openclaw"
        let path = environment["OPENCLAW_CONFIG_PATH"] ?? stateDirectory + "/openclaw.json"
        let file = try AgentConfigurationFile.read(path: path, environment: environment)
        var faults: [String] = []

        if file.gateway?.mode != "local" { faults.append("gateway.mode must be \"local\"") }
        let bind = file.gateway?.bind ?? "loopback"
        let isLoopback = bind != "lan"
        if !["loopback", "lan", "tailnet", "auto", "custom"].contains(bind) {
            faults.append("gateway.bind must be loopback, lan, tailnet, auto or custom, not an address")
        }
        let gatewayToken = file.gateway?.auth?.token ?? environment["OPENCLAW_GATEWAY_TOKEN"] ?? ""
        if !isLoopback, gatewayToken.isEmpty {
            faults.append("gateway.bind \"\(bind)\" needs gateway.auth.token")
        }
        let port = environment["OPENCLAW_GATEWAY_PORT"].map { Int($0) ?? -1 } ?? file.gateway?.port ?? Self.defaultPort
        if !(0...65535).contains(port) { faults.append("the gateway's port must be a number from 0 to 65535") }

        let telegram = Self.telegram(file, &faults)
        let model = Self.model(file, &faults)
        guard let model, faults.isEmpty else { throw AgentRefusal(faults: faults) }
        let workspace =
            file.agents?.defaults?.workspace ?? environment["OPENCLAW_WORKSPACE_DIR"] ?? stateDirectory + "/workspace"
        self.init(
            host: isLoopback ? "127.0.0.1" : "0.0.0.0", port: port, gatewayToken: gatewayToken, model: model,
            telegram: telegram,
            stateDirectory: stateDirectory,
            workspace: workspace.hasPrefix("~/") ? home + workspace.dropFirst() : workspace)
    }

    private static func telegram(_ file: AgentConfigurationFile, _ faults: inout [String]) -> Telegram? {
        guard let channel = file.channels?.telegram, channel.enabled ?? true else {
            faults.append("channels.telegram is missing or disabled, and there is no other channel")
            return nil
        }
        if channel.tokenFile == nil, channel.botToken == nil, channel.dmPolicy == "disabled" { return nil }
        if (channel.botToken ?? channel.tokenFile ?? "").isEmpty {
            faults.append("channels.telegram.botToken and channels.telegram.tokenFile are missing")
        }
        if channel.dmPolicy != "allowlist" { faults.append("channels.telegram.dmPolicy must be \"allowlist\"") }
        let allowFrom = channel.allowFrom ?? []
        let ids = allowFrom.compactMap(\.personID)
        if allowFrom.isEmpty { faults.append("channels.telegram.allowFrom must not be empty with dmPolicy \"allowlist\"") }
        if ids.count < allowFrom.count {
            faults.append("channels.telegram.allowFrom must hold numeric ids, such as \"123456789\"")
        }
        guard let token = channel.tokenFile.map({ Self.token(in: $0) }) ?? channel.botToken else { return nil }
        return Telegram(apiRoot: channel.apiRoot ?? "https://api.telegram.org", token: token, allowFrom: Set(ids))
    }

    /// - Returns: `nil` if there is no such file: as with OpenClaw, that is no fault of the configuration.
    private static func token(in file: String) -> String? {
        let type = try? FileManager.default.attributesOfItem(atPath: file)[.type] as? FileAttributeType
        // A link is refused.
        guard type == .typeRegular, let data = FileManager.default.contents(atPath: file) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmed
    }

    private static func model(_ file: AgentConfigurationFile, _ faults: inout [String]) -> Model? {
        let primary = file.agents?.defaults?.model?.primary ?? ""
        guard let slash = primary.firstIndex(of: "/") else {
            faults.append("agents.defaults.model.primary must be <provider>/<model>")
            return nil
        }
        let name = String(primary[..<slash])
        let id = String(primary[primary.index(after: slash)...])
        guard let provider = file.models?.providers?[name] else {
            faults.append("models.providers has no \"\(name)\", which agents.defaults.model.primary names")
            return nil
        }
        if provider.api != "openai-completions" {
            faults.append("models.providers.\(name).api must be \"openai-completions\"")
        }
        let baseURL = provider.baseUrl ?? ""
        if !baseURL.hasPrefix("http://"), !baseURL.hasPrefix("https://") {
            faults.append("models.providers.\(name).baseUrl must be an http or https URL")
        }
        guard let model = provider.models?.first(where: { $0.id == id }) else {
            faults.append("models.providers.\(name).models has no \"\(id)\"")
            return nil
        }
        return Model(
            id: id, baseURL: baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL, apiKey: provider.apiKey ?? "",
            maxTokens: model.maxTokens, supportsUsageInStreaming: model.compat?.supportsUsageInStreaming ?? false)
    }
}
