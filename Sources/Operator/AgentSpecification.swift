package import BoxSupervisor
package import Core
import JSON
import Kubernetes
import Store

/// Everything an agent needs, worked out from its box and plan; the same wherever it runs.
package struct AgentSpecification: Sendable {
    package let agent: AgentReference
    package let resources: Plan.Resources
    /// The files of the agent's workspace by name.
    package let workspace: [String: String]
    package let proxyToken: ProxyToken
    /// `nil` for a spare.
    package let botToken: Secret?
    /// The container image that the agent runs as; `nil` where it is no container.
    package let image: String?
    /// Changes if and only if something changes that the agent reads, or a restart is asked for. SHA-256 in hex.
    package let hash: String
    /// Changes only with what a process that runs can't take over. SHA-256 in hex.
    package let processHash: String
    /// Of silence, after which the agent sleeps; `nil` for one that never does.
    package let sleepAfter: Duration?

    private let settings: AgentSettings
    private let bot: AgentBot?
    private let plan: Plan
    private let timeZone: String?
    private let switchedOff: Set<AgentProfile.Ability>

    /// The agent's credential at the token proxy.
    package struct ProxyToken: Sendable, Hashable {
        /// SHA-256 in lowercase hex.
        package let hash: String
        /// `nil` if the runtime holds it already: nobody else knows its text.
        package let secret: Secret?

        package init(hash: String, secret: Secret?) {
            self.hash = hash
            self.secret = secret
        }
    }

    /// - Parameter bot: of the box; an agent without one can't be specified.
    package init(
        _ box: Box, bot: Box.Bot, plan: Plan, botToken: Secret, proxyToken: ProxyToken, settings: AgentSettings,
        image: String? = nil
    ) {
        let workspace = Workspace(
            agentName: box.agentName, purpose: box.purpose, language: box.language,
            profile: box.profile, hasInstructions: plan.ownInstructions,
            hasPlatformTools: settings.agentToolsURL != nil,
            hearsVoiceNotes: settings.hearsVoiceNotes && plan.voiceNotes == true,
            searchesTheWeb: settings.searchesTheWeb && settings.agentToolsURL != nil && plan.searchesPerDay != nil)
        self.init(
            AgentReference(box), workspace: workspace.files,
            bot: AgentBot(tokenHash: AccessToken(botToken.reveal()).hash, userIDs: [bot.ownerUserID]), botToken: botToken,
            timeZone: box.timeZone, switchedOff: box.profile.switchedOff, restartMarker: box.restartMarker, plan: plan,
            proxyToken: proxyToken, settings: settings, image: image)
    }

    /// A spare: an agent of that plan with nothing of anybody's, which a box that has claimed it takes over without a new
    /// process.
    package init(_ spare: Spare, plan: Plan, proxyToken: ProxyToken, settings: AgentSettings) {
        self.init(
            AgentReference(spare.id), workspace: [:], bot: nil, botToken: nil, timeZone: nil, switchedOff: [],
            restartMarker: 0, plan: plan, proxyToken: proxyToken, settings: settings, image: spare.image)
    }

    private init(
        _ agent: AgentReference, workspace: [String: String], bot: AgentBot?, botToken: Secret?, timeZone: String?,
        switchedOff: Set<AgentProfile.Ability>, restartMarker: Int64, plan: Plan, proxyToken: ProxyToken,
        settings: AgentSettings, image: String?
    ) {
        self.agent = agent
        self.workspace = workspace
        self.bot = bot
        self.botToken = botToken
        self.timeZone = timeZone
        self.switchedOff = switchedOff
        self.plan = plan
        self.proxyToken = proxyToken
        self.settings = settings
        self.image = image
        resources = plan.resources
        containerConfiguration =
            OpenClawConfiguration(
                settings: settings, bot: bot, plan: plan, timeZone: timeZone, switchedOff: switchedOff, place: .container
            ).text
        sleepAfter = bot == nil ? nil : settings.sleepAfter(plan)
        // Rendered for one place, so that the hashes say nothing of where the agent runs.
        var process: JSONObject = [
            "environment": JSONValue(Self.environment(at: .container, memoryLimit: plan.resources.memoryLimit)),
            "proxyToken": .string(proxyToken.hash),
            "restartMarker": .integer(restartMarker),
        ]
        // Left out where there is none: agents that are no containers don't change with it.
        if let image { process["image"] = .string(image) }
        processHash = ContentHash.of(process)
        hash = ContentHash.of([
            "process": .string(processHash),
            "configuration": .string(containerConfiguration),
            "workspace": JSONValue(workspace),
            "sleepAfter": .integer(sleepAfter?.milliseconds ?? 0),
        ])
    }

    /// The text of `openclaw.json` inside OpenClaw's container image.
    let containerConfiguration: String

    /// - Returns: the text of `openclaw.json`.
    package func configuration(at place: AgentPlace) -> String {
        OpenClawConfiguration(
            settings: settings, bot: bot, plan: plan, timeZone: timeZone, switchedOff: switchedOff, place: place
        ).text
    }

    /// - Returns: the agent's environment without its secrets, which go under the names in ``SecretName``.
    package func environment(at place: AgentPlace) -> [String: String] {
        Self.environment(at: place, memoryLimit: resources.memoryLimit)
    }

    /// - Parameter memoryLimit: MiB.
    static func environment(at place: AgentPlace, memoryLimit: Int) -> [String: String] {
        [
            "HOME": place.home,
            "OPENCLAW_STATE_DIR": place.stateDirectory,
            "OPENCLAW_CONFIG_PATH": place.configuration,
            "OPENCLAW_WORKSPACE_DIR": place.workspace,
            "OPENCLAW_NO_AUTO_UPDATE": "1",
            "OPENCLAW_DISABLE_BONJOUR": "1",
            "OPENCLAW_SUPERVISOR_MODE": "external",
            "OPENCLAW_NIX_MODE": "1",
            "OPENCLAW_OFFLINE": "1",
            // Else each session is recorded, ten megabytes of it.
            "OPENCLAW_TRAJECTORY": "0",
            // A third off the time of a start, from the second one on.
            "NODE_COMPILE_CACHE": place.compileCache,
            // A quarter off the peak.
            "MALLOC_ARENA_MAX": "2",
            // Three quarters for the heap, as in OpenClaw's own sample: the rest is buffers, code and SQLite.
            "NODE_OPTIONS": "--max-old-space-size=\(memoryLimit * 3 / 4)",
        ]
    }

    /// The platform's own addresses that the agent must reach.
    var tokenProxyURL: String { settings.tokenProxyURL }
    var agentToolsURL: String? { settings.agentToolsURL }
    var telegramAPIRoot: String? { settings.telegramAPIRoot }

    private func channel(at place: AgentPlace) -> BoxSettings.Channel? {
        bot.map { bot in
            BoxSettings.Channel(
                apiRoot: settings.telegramAPIRoot ?? "https://api.telegram.org", users: Set(bot.userIDs),
                tokenFile: place.botTokenFile(bot.tokenHash))
        }
    }

    /// What its supervisor makes the agent of.
    /// - Parameter secrets: all of them, by their name.
    func boxSettings(at place: AgentPlace, secrets: [String: Secret]) -> BoxSettings {
        BoxSettings(
            agent: agent, hash: hash, processHash: processHash, configuration: configuration(at: place),
            workspace: workspace, environment: environment(at: place), secrets: secrets,
            memoryLimit: resources.memoryLimit, channel: channel(at: place), sleepAfter: sleepAfter)
    }
}

/// The Telegram bot that an agent speaks through, as its program is told of it.
struct AgentBot: Sendable, Hashable {
    /// SHA-256 of the bot's token, in lowercase hex.
    let tokenHash: String
    /// Telegram's ids of those whom the agent answers and obeys.
    let userIDs: [Int64]
}
