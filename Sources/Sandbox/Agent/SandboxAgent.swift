package import AsyncHTTPClient
package import Logging
import ServiceLifecycle
import Telegram

/// A stand-in for the OpenClaw gateway: the same configuration, environment and probes, one Telegram bot, one model.
///
/// A message is confirmed to Telegram only after its answer was sent, and a finished answer is kept until it is: killed at
/// any moment and started again, the agent answers every message and asks the model for no answer twice that it has.
package struct SandboxAgent: Service, CustomStringConvertible {
    private let configuration: AgentConfiguration
    private let live: AgentLiveConfiguration
    private let httpClient: HTTPClient
    private let backoff: AgentBackoff
    private let logger: Logger

    /// - Parameter environment: `OPENCLAW_CONFIG_PATH`, `OPENCLAW_STATE_DIR`, and what the file refers to as `${NAME}`.
    /// - Throws: ``AgentRefusal`` with all faults of the configuration.
    package init(environment: [String: String], httpClient: HTTPClient, logger: Logger) throws(AgentRefusal) {
        try self.init(environment: environment, httpClient: httpClient, backoff: AgentBackoff(), logger: logger)
    }

    init(
        environment: [String: String], httpClient: HTTPClient, backoff: AgentBackoff, logger: Logger
    ) throws(AgentRefusal) {
        configuration = try AgentConfiguration(environment: environment)
        live = AgentLiveConfiguration(configuration, environment: environment)
        self.httpClient = httpClient
        self.backoff = backoff
        self.logger = logger
    }

    /// Services are logged when they start and end; the configuration holds keys.
    package var description: String { "SandboxAgent" }

    /// Until shut down; then finishes the answer it is at.
    /// - Throws: an `IOError` if the port is taken; a `CocoaError` if the state directory can't be written.
    package func run() async throws {
        let health = AgentHealth()
        let memory = try AgentMemory(directory: configuration.stateDirectory + "/sessions")
        let channel = AgentChannelStarter(configuration: live, health: health) { telegram in
            AgentChannel(
                telegram: TelegramClient(httpClient: httpClient, apiRoot: telegram.apiRoot, token: telegram.token),
                configuration: live, httpClient: httpClient, memory: memory, health: health, backoff: backoff,
                logger: logger)
        }
        let gateway = AgentGateway(
            host: configuration.host, port: configuration.port, token: configuration.gatewayToken, health: health,
            logger: logger)
        logger.info("gateway starting", metadata: ["port": "\(configuration.port)", "model": "\(configuration.model.id)"])
        try await ServiceGroup(
            configuration: .init(services: [.init(service: gateway), .init(service: channel)], logger: logger)
        ).run()
    }
}
