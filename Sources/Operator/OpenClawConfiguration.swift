import BoxSupervisor
import Core
import JSON
import Kubernetes

/// `openclaw.json` (https://docs.openclaw.ai/gateway/configuration): the agent's configuration, hardened, and without
/// anything that spends tokens or calls home by itself. Secrets stand in it only as the names of environment variables.
///
/// It is rendered for the versions in ``OpenClawVersion/supported``: the program ends with exit code 78 on a key that
/// it doesn't know, so older and newer ones need a look at their schema first.
///
/// No text of the customer's may enter it: OpenClaw substitutes `${…}` in every value.
struct OpenClawConfiguration {
    let settings: AgentSettings
    /// `nil` for a spare, which nobody can write to.
    let bot: AgentBot?
    let plan: Plan
    /// The owner's, an IANA name; `nil` where it isn't known.
    var timeZone: String?
    /// What the owner doesn't want the agent to do.
    var switchedOff: Set<AgentProfile.Ability> = []
    let place: AgentPlace

    /// The name of the model provider, which customers may see. It must hold neither "kimi" nor "moonshot": OpenClaw reads a
    /// 429 of providers named so in a special way.
    private static let providerName = "openclaw-cloud"

    /// Stable, readable JSON.
    var text: String { String(decoding: json.text(isPretty: true), as: UTF8.self) }

    var json: JSONValue {
        var providers: JSONObject = [Self.providerName: provider]
        if hearsVoiceNotes { providers["openai"] = transcriptionProvider }
        var file: JSONObject = [
            "gateway": gateway,
            "update": ["checkOnStart": false],
            "logging": ["consoleStyle": "json", "maxFileBytes": 5_000_000],
            "models": [
                "mode": "replace", "catalogRefresh": ["enabled": false], "providers": .object(providers),
            ],
            // A keyword index in SQLite: no embeddings, no cost.
            "memory": [
                "search": [
                    "enabled": .bool(may(.memory)), "provider": "none", "fallback": "none", "sources": ["memory"],
                    "rememberAcrossConversations": false, "query": ["maxResults": 4],
                ]
            ],
            "agents": ["defaults": agent],
            "channels": ["telegram": bot.map(telegram) ?? Self.noTelegram],
            "commands": [
                "ownerAllowFrom": .array((bot?.userIDs ?? []).map { .string("telegram:\($0)") }),
                "bash": false, "config": false, "mcp": false, "plugins": false, "debug": false, "restart": false,
            ],
            "tools": tools,
            "plugins": plugins,
            "session": session,
            "cron": ["enabled": false, "triggers": ["enabled": false]],
            "skills": ["workshop": ["autonomous": ["mode": "off"]]],
            "tts": ["auto": "off"],
            "discovery": ["mdns": ["mode": "off"]],
            "acp": ["enabled": false],
        ]
        if let url = settings.agentToolsURL { file["mcp"] = ["servers": ["platform": platformTools(at: url)]] }
        return .object(file)
    }

    private var gateway: JSONValue {
        [
            "mode": "local",
            // Its supervisor is on the same machine, in a pod as well.
            "bind": "loopback",
            "port": .integer(Int64(AgentPlace.port)),
            "auth": [
                "mode": "token", "token": "${OPENCLAW_GATEWAY_TOKEN}",
                "rateLimit": ["maxAttempts": 10, "windowMs": 60_000, "lockoutMs": 300_000],
            ],
            "controlUi": ["enabled": false],
            "terminal": ["enabled": false],
            "nodes": ["pairing": ["sshVerify": false, "autoApproveLocal": false]],
        ]
    }

    /// The token proxy as a model provider.
    private var provider: JSONValue {
        [
            "baseUrl": .string(settings.tokenProxyURL),
            "apiKey": "${OPENCLAW_PROXY_TOKEN}",
            "api": "openai-completions",
            // Providers on `.local` addresses have no time limit of their own.
            "timeoutSeconds": 120,
            "models": [
                [
                    "id": .string(settings.model.id),
                    "name": .string(settings.model.name),
                    "reasoning": true,
                    "input": ["text", "image"],
                    "contextWindow": .integer(Int64(settings.model.contextWindow)),
                    // What a call carries at most: no conversation ends by itself before.
                    "contextTokens": .integer(Int64(plan.contextTokens)),
                    "maxTokens": .integer(Int64(settings.model.maxTokens)),
                    "cost": ["input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0],
                    "compat": [
                        "supportsUsageInStreaming": true, "supportsDeveloperRole": false, "supportsStore": false,
                        "supportsPromptCacheKey": true, "supportsReasoningEffort": true,
                        "requiresReasoningContentOnAssistantMessages": true,
                    ],
                ]
            ],
        ]
    }

    private var agent: JSONValue {
        let model = JSONValue.string("\(Self.providerName)/\(settings.model.id)")
        var agent: JSONObject = [
            "workspace": .string(place.workspace),
            "skipBootstrap": true,
            "model": ["primary": model, "fallbacks": []],
            "modelPolicy": ["allow": [model]],
            "utilityModel": "",
            "thinkingDefault": .string(plan.thinking),
            "skills": [],
            "heartbeat": ["every": "0m"],
            "bootstrapMaxChars": 6000,
            "bootstrapTotalMaxChars": 16000,
            "imageMaxDimensionPx": 1024,
            "mediaMaxMb": 20,
            "maxConcurrent": 2,
            "timeoutSeconds": 300,
            "startupContext": ["enabled": false],
            "contextPruning": ["mode": "cache-ttl", "ttl": "10m"],
            "compaction": [
                "mode": "safeguard", "keepRecentTokens": 8000, "thinkingLevel": "low", "qualityGuard": ["enabled": false],
                "memoryFlush": ["enabled": false],
            ],
            "subagents": [
                "maxConcurrent": 1, "maxSpawnDepth": 1, "maxChildrenPerAgent": 1, "delegationMode": "suggest",
            ],
        ]
        if let timeZone { agent["userTimezone"] = .string(timeZone) }
        return .object(agent)
    }

    /// When a new conversation begins by itself: what was said is sent again with every message.
    private var session: JSONValue {
        let reset: JSONValue =
            plan.conversationIdleMinutes.map { ["mode": "idle", "idleMinutes": .integer(Int64($0))] }
            ?? ["mode": "daily", "atHour": 4]
        return [
            // The chats of a team's members stay apart.
            "dmScope": "per-channel-peer",
            "reset": reset,
            "maintenance": ["pruneAfter": "30d", "maxEntries": 200, "resetArchiveRetention": "30d"],
        ]
    }

    /// Without a token there is nothing to poll with, and nobody is allowed in. It is named all the same: OpenClaw then loads what
    /// it needs for Telegram, and takes the rest over while it runs. It would start anew for a channel that it doesn't know.
    private static let noTelegram: JSONValue = ["enabled": true, "dmPolicy": "disabled", "groupPolicy": "disabled"]

    private func telegram(_ bot: AgentBot) -> JSONValue {
        var channel: JSONObject = [
            "enabled": true,
            "tokenFile": .string(place.botTokenFile(bot.tokenHash)),
            "dmPolicy": "allowlist",
            "allowFrom": .array(bot.userIDs.map { .string("\($0)") }),
            "groupPolicy": "disabled",
            "configWrites": false,
            "commands": ["native": false, "nativeSkills": false],
            // One message a turn: edits on the way make it unsure whether its last one arrived.
            "streaming": ["mode": "off", "preview": ["toolProgress": false]],
            "autoTopicLabel": false,
            "reactionNotifications": "off",
            "reactionLevel": "off",
            "actions": ["sendMessage": true, "reactions": false, "deleteMessage": false, "sticker": false, "poll": false],
            "errorPolicy": "once",
            "mediaMaxMb": 20,
            "textChunkLimit": 4000,
            "linkPreview": true,
            "joinIntro": false,
            "dmHistoryLimit": 0,
        ]
        if let root = settings.telegramAPIRoot {
            channel["apiRoot"] = .string(root)
            // Pictures and documents come from there, too.
            channel["network"] = ["dangerouslyAllowPrivateNetwork": true]
        }
        return .object(channel)
    }
}
