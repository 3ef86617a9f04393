package import Core

/// All that a box is made of, worked out elsewhere.
package struct BoxSettings: Sendable, Hashable {
    package let agent: AgentReference
    /// Changes with anything below.
    package let hash: String
    /// Changes with what a process can't be told once it runs: its environment, its secrets, the wish for a restart.
    package let processHash: String
    /// The text of `openclaw.json`.
    package let configuration: String
    /// The files of the agent's workspace by name.
    package let workspace: [String: String]
    /// Without the secrets.
    package let environment: [String: String]
    /// By the name of their environment variable, see ``SecretName``.
    package let secrets: [String: Secret]
    /// MiB.
    package let memoryLimit: Int
    /// `nil` for a spare: nobody can write to it.
    package let channel: Channel?
    /// Of silence, after which nothing of the agent is kept running; `nil` for one that never sleeps.
    package let sleepAfter: Duration?

    /// How the agent's messages come, and what they are watched for with while it sleeps.
    package struct Channel: Sendable, Hashable, Codable {
        /// Root of the Bot API, without `/bot<token>`.
        package let apiRoot: String
        /// Telegram's ids of those whose messages wake the agent.
        package let users: Set<Int64>
        /// Where the program finds the bot's token.
        package let tokenFile: String

        package init(apiRoot: String, users: Set<Int64>, tokenFile: String) {
            self.apiRoot = apiRoot
            self.users = users
            self.tokenFile = tokenFile
        }
    }

    package init(
        agent: AgentReference, hash: String, processHash: String, configuration: String, workspace: [String: String],
        environment: [String: String], secrets: [String: Secret], memoryLimit: Int, channel: Channel?, sleepAfter: Duration?
    ) {
        self.agent = agent
        self.hash = hash
        self.processHash = processHash
        self.configuration = configuration
        self.workspace = workspace
        self.environment = environment
        self.secrets = secrets
        self.memoryLimit = memoryLimit
        self.channel = channel
        self.sleepAfter = sleepAfter
    }
}

/// What an agent's secrets are called. `openclaw.json` takes them from environment variables of these names, but for the bot's
/// token, which comes in a file: a process can be given another one of those.
package enum SecretName {
    package static let proxyToken = "OPENCLAW_PROXY_TOKEN"
    package static let gatewayToken = "OPENCLAW_GATEWAY_TOKEN"
    package static let botToken = "TELEGRAM_BOT_TOKEN"

    /// Those that are environment variables.
    package static let inEnvironment = [proxyToken, gatewayToken]
}
