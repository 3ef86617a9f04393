package import BoxSupervisor
package import Core
import FoundationEssentials
package import Logging
import ServiceLifecycle
import Store

/// Runs agents as processes of this machine, each with a folder, a loopback port and a session of its own.
///
/// As a service it only waits for the platform's shutdown and then stops the agents, so it should be the last to stop: before
/// it, whatever applies specifications. Killed, the platform leaves the agents running, and the next run adopts them.
package actor ChildProcessRuntime: AgentRuntime, Service {
    private let directory: String
    private let command: AgentCommand
    private let searchPath: String
    private let timing: AgentTiming
    private let logger: Logger
    private let broadcast = Broadcast()
    private var supervisors: [Box.ID: Supervisor] = [:]

    /// - Parameters:
    ///   - dataDirectory: the agents get folders below `agents` in it.
    ///   - searchPath: the agents' `PATH`.
    /// - Throws: a `CocoaError` if the folder can't be made.
    package init(dataDirectory: String, command: AgentCommand, searchPath: String, logger: Logger) throws {
        try self.init(
            dataDirectory: dataDirectory, command: command, searchPath: searchPath, timing: AgentTiming(), logger: logger)
    }

    init(dataDirectory: String, command: AgentCommand, searchPath: String, timing: AgentTiming, logger: Logger) throws {
        let folder = URL(filePath: dataDirectory).appending(path: "agents", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // The path tells the agents' processes, so it has to be the same however it is written.
        directory = folder.resolvingSymlinksInPath().path
        self.command = command
        self.searchPath = searchPath
        self.timing = timing
        self.logger = logger
    }

    package func apply(_ specification: AgentSpecification) async throws {
        let folder = folder(specification.agent.boxID)
        let settings = specification.boxSettings(
            at: folder.place, secrets: try secrets(specification, held: folder.secrets()))
        try await inOwnersWords { try await supervisor(specification.agent).apply(settings) }
    }

    /// The proxy token's text may be known to the agent's folder alone; the gateway's token is made once and kept.
    private func secrets(_ specification: AgentSpecification, held: [String: String]) throws -> [String: Secret] {
        let proxyToken = specification.proxyToken.secret ?? held[SecretName.proxyToken].map { Secret($0) }
        guard let proxyToken, AccessToken(proxyToken.reveal()).hash == specification.proxyToken.hash else {
            throw DomainError(
                .conflict, code: "proxy_token_lost", "Your agent needs a new key. It gets one with the next attempt.")
        }
        var secrets = [
            SecretName.proxyToken: proxyToken,
            SecretName.gatewayToken: held[SecretName.gatewayToken].map { Secret($0) } ?? AccessToken.random().secret,
        ]
        secrets[SecretName.botToken] = specification.botToken
        return secrets
    }

    package func suspend(_ agent: AgentReference) async throws {
        try await inOwnersWords { try await supervisor(agent).suspend() }
    }

    package func delete(_ agent: AgentReference) async throws {
        try await inOwnersWords { try await supervisor(agent).delete() }
    }

    package func observe(_ agent: AgentReference) async throws -> AgentObservation {
        let report = await supervisor(agent).observe()
        return AgentObservation(
            state: report.state, specificationHash: report.settings, processHash: report.process,
            refusedHash: report.refused?.settings, restarts: report.restarts,
            words: report.words ?? report.refused?.words)
    }

    /// - Returns: how the agents are that this run has had to do with.
    package func reports() async -> [Box.ID: BoxReport] {
        var reports: [Box.ID: BoxReport] = [:]
        for (boxID, supervisor) in supervisors { reports[boxID] = await supervisor.report }
        return reports
    }

    package func proxyTokenHash(of agent: AgentReference) async throws -> String? {
        folder(agent.boxID).secrets()[SecretName.proxyToken].map { AccessToken($0).hash }
    }

    package func cleanUp(keeping wanted: @Sendable () async throws -> Set<AgentReference>) async throws {
        let agents = try await wanted()
        try await inOwnersWords {
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            await withTaskGroup { group in
                for boxID in names.compactMap({ Box.ID($0) }) {
                    group.addTask { await self.cleanUp(boxID, keeping: agents) }
                }
            }
            try Task.checkCancellation()
        }
    }

    private func cleanUp(_ boxID: Box.ID, keeping agents: Set<AgentReference>) async {
        let folder = folder(boxID)
        do {
            if let agent = folder.record()?.agent {
                let supervisor = supervisor(agent)
                if agents.contains(agent) { _ = await supervisor.observe() } else { try await supervisor.suspend() }
            } else {
                _ = try await folder.takeLock(grace: timing.stopGrace)
            }
        } catch {
            // One agent must not keep the platform from starting.
            logger.error("agent left behind can't be stopped", metadata: ["box": "\(boxID)", "error": "\(error)"])
        }
    }

    package nonisolated func changes() -> AsyncStream<AgentReference> {
        broadcast.stream()
    }

    package func run() async throws {
        try? await gracefulShutdown()
        // Also after a cancellation, which must not cut the agents' grace short.
        await Task { await stopAll() }.value
    }

    private func stopAll() async {
        await withTaskGroup { group in
            for (boxID, supervisor) in supervisors {
                group.addTask { [logger] in
                    do {
                        try await supervisor.close()
                    } catch {
                        logger.error("agent can't be stopped", metadata: ["box": "\(boxID)", "error": "\(error)"])
                    }
                }
            }
        }
    }

    /// Forgets the agents and leaves them running, as the platform's death would.
    func abandonAll() async {
        for supervisor in supervisors.values { await supervisor.abandon() }
        supervisors = [:]
    }

    private func folder(_ boxID: Box.ID) -> AgentDirectory {
        AgentDirectory(path: "\(directory)/\(boxID)")
    }

    private func supervisor(_ agent: AgentReference) -> Supervisor {
        if let supervisor = supervisors[agent.boxID] { return supervisor }
        let supervisor = Supervisor(
            agent, directory: folder(agent.boxID), command: command, searchPath: searchPath, timing: timing, logger: logger
        ) { [broadcast] in broadcast.send($0) }
        supervisors[agent.boxID] = supervisor
        return supervisor
    }

    /// What goes wrong with files and processes is the host's business, so it goes into the log.
    private func inOwnersWords(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as DomainError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("agent's files or processes are in trouble", metadata: ["error": "\(error)"])
            throw DomainError(
                .unavailable, code: "agent_host_fault",
                "Your agent's machine has a fault. We have been told and keep trying.")
        }
    }
}
