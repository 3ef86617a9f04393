import Core
import JSON
import Kubernetes

extension OpenClawConfiguration {
    private var toolNames: [String] {
        (may(.web) ? ["web_fetch"] : []) + (may(.memory) ? ["memory_search", "memory_get"] : [])
            + (may(.files) ? ["read", "write", "edit"] : [])
    }

    /// The platform's, as OpenClaw names the tools of the MCP server `platform`.
    private static let reminderTools = ["reminders_set", "reminders_list", "reminders_cancel"].map { "platform__" + $0 }

    func may(_ ability: AgentProfile.Ability) -> Bool { !switchedOff.contains(ability) }

    /// Web pages, memory and files of its own, and what the platform offers over MCP. No shell, no browser, no messages to
    /// others, no jobs of its own: what acts by itself would spend tokens that nobody asked for.
    var tools: JSONValue {
        [
            "profile": "minimal",
            "alsoAllow": .array(
                toolNames.map(JSONValue.string) + (settings.agentToolsURL == nil ? [] : ["bundle-mcp"])),
            "deny": .array(
                (Self.denied + (may(.reminders) ? [] : Self.reminderTools) + (may(.web) ? [] : ["platform__web_search"]))
                    .map(
                        JSONValue.string)),
            "fs": ["workspaceOnly": true],
            "exec": ["mode": "deny"],
            "elevated": ["enabled": false],
            "sessions": ["visibility": "self"],
            "agentToAgent": ["enabled": false],
            "codeMode": false,
            "swarm": false,
            "updatePlan": false,
            "loopDetection": ["enabled": true],
            "web": [
                "search": ["enabled": false],
                "fetch": [
                    "enabled": .bool(may(.web)), "maxChars": 8000, "maxCharsCap": 12000, "maxResponseBytes": 400_000,
                    "timeoutSeconds": 20, "maxRedirects": 3,
                ],
            ],
            // Pictures reach the model itself.
            "media": media,
            // Few enough to be told in full; behind a search each use would be two calls.
            "toolSearch": false,
            "message": ["crossContext": ["allowWithinProvider": false, "allowAcrossProviders": false]],
        ]
    }

    private static let denied = [
        "group:runtime", "group:ui", "group:nodes", "group:messaging", "group:automation", "apply_patch", "x_search",
        "sessions_spawn", "sessions_send", "conversations_send", "conversations_turn", "subagents",
        "skill_workshop", "image_generate", "music_generate", "video_generate", "tts", "openclaw", "secrets",
    ]

    var hearsVoiceNotes: Bool { settings.hearsVoiceNotes && plan.voiceNotes == true }

    private var media: JSONValue {
        var media: JSONObject = ["image": ["enabled": false], "audio": ["enabled": false], "video": ["enabled": false]]
        if hearsVoiceNotes {
            media["audio"] = ["enabled": true]
            media["models"] = [
                [
                    "provider": "openai", "model": "whisper-1", "capabilities": ["audio"],
                    "baseUrl": .string(settings.tokenProxyURL),
                ]
            ]
        }
        return .object(media)
    }

    /// For voice notes alone: no model of it is on offer.
    var transcriptionProvider: JSONValue {
        [
            "baseUrl": .string(settings.tokenProxyURL), "apiKey": "${OPENCLAW_PROXY_TOKEN}", "api": "openai-completions",
            "models": [], "request": ["allowPrivateNetwork": true],
        ]
    }

    /// The plugins that are loaded: without the list there are fifteen.
    var plugins: JSONValue {
        [
            "allow": .array(
                ["telegram", "memory-core", "web-readability", "document-extract", "admin-http-rpc"]
                    + (hearsVoiceNotes ? ["openai"] : [])),
            "entries": [
                // Starts Telegram again after OpenClaw's own brake has kept it off.
                "admin-http-rpc": ["enabled": true],
                "memory-core": ["config": ["dreaming": ["enabled": false]]],
            ],
        ]
    }

    /// - Parameter url: of the platform's MCP server.
    func platformTools(at url: String) -> JSONValue {
        [
            "url": .string(url),
            "transport": "streamable-http",
            "headers": ["Authorization": "Bearer ${OPENCLAW_PROXY_TOKEN}"],
            "requestTimeoutMs": 20_000,
            "connectionTimeoutMs": 5_000,
        ]
    }
}
