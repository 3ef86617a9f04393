import Kubernetes

/// `openclaw.json` (https://docs.openclaw.ai/gateway/configuration): the agent's configuration, hardened and without
/// anything that spends tokens by itself. Secrets stand in it only as the names of environment variables.
///
/// No text of the customer's may enter it: OpenClaw substitutes `${…}` in every value.
struct OpenClawConfiguration {
    let settings: AgentSettings
    /// Telegram's ids of those whom the agent answers and obeys.
    let ownerUserIDs: [Int64]
    /// OpenClaw's word for how long the model thinks.
    let thinking: String
    let place: AgentPlace

    /// Stable, readable JSON.
    var text: String { String(decoding: json.text(isPretty: true), as: UTF8.self) }

    var json: JSONValue {
        [
            "gateway": [
                "mode": "local",
                "bind": .string(place.bind.rawValue),
                "port": .integer(Int64(place.port)),
                "auth": ["mode": "token", "token": "${OPENCLAW_GATEWAY_TOKEN}"],
                "controlUi": ["enabled": false],
            ],
            "update": ["checkOnStart": false],
            "models": ["mode": "replace", "providers": ["platform": provider]],
            "agents": [
                "defaults": [
                    "workspace": .string(place.workspace),
                    "skipBootstrap": true,
                    "model": ["primary": .string("platform/\(settings.model.id)"), "fallbacks": []],
                    "thinkingDefault": .string(thinking),
                    "heartbeat": ["every": "0m"],
                    "memorySearch": ["enabled": false],
                ]
            ],
            "channels": ["telegram": telegram],
            "commands": [
                "ownerAllowFrom": .array(ownerUserIDs.map { .string("telegram:\($0)") }),
                "bash": false, "config": false, "mcp": false, "plugins": false, "debug": false, "restart": false,
            ],
            "tools": [
                "profile": "messaging",
                "deny": ["group:automation", "group:runtime", "group:fs"],
                "exec": ["security": "deny"],
                "elevated": ["enabled": false],
            ],
            "session": ["dmScope": "per-channel-peer"],
        ]
    }

    /// The token proxy as a model provider. Its name must hold neither "kimi" nor "moonshot": OpenClaw reads a 429 of
    /// providers named so in a special way.
    private var provider: JSONValue {
        [
            "baseUrl": .string(settings.tokenProxyURL),
            "apiKey": "${OPENCLAW_PROXY_TOKEN}",
            "api": "openai-completions",
            "models": [
                [
                    "id": .string(settings.model.id),
                    "name": .string(settings.model.name),
                    "reasoning": true,
                    "input": ["text", "image"],
                    "contextWindow": .integer(Int64(settings.model.contextWindow)),
                    "maxTokens": .integer(Int64(settings.model.maxTokens)),
                    "cost": ["input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0],
                    "compat": [
                        "supportsUsageInStreaming": true, "supportsDeveloperRole": false, "supportsStore": false,
                    ],
                ]
            ],
        ]
    }

    private var telegram: JSONValue {
        var channel: JSONObject = [
            "enabled": true,
            "botToken": "${TELEGRAM_BOT_TOKEN}",
            "dmPolicy": "allowlist",
            "allowFrom": .array(ownerUserIDs.map { .string("\($0)") }),
            "groupPolicy": "disabled",
            "configWrites": false,
        ]
        if let root = settings.telegramAPIRoot { channel["apiRoot"] = .string(root) }
        return .object(channel)
    }
}
