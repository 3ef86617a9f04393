import Core
import FoundationEssentials
package import Logging
import ServiceLifecycle
import SystemPackage

/// `openclaw-cloud box`: the agent's parent in its pod. It has no right in the cluster, and no secret but the box' own.
package struct BoxService: Service {
    private let mounted: MountedSettings
    private let directory: AgentDirectory
    private let command: AgentCommand
    private let searchPath: String
    private let host: String?
    private let port: Int
    private let timing: AgentTiming
    private let logger: Logger

    /// Between two looks at what is mounted.
    private static let interval = Duration.milliseconds(250)

    /// - Parameters:
    ///   - directory: the supervisor's own folder, and the agent's home.
    ///   - searchPath: the agent's `PATH`.
    ///   - host: the address to listen on; `nil` for all of them.
    package init(
        mounted: MountedSettings, directory: AgentDirectory, command: AgentCommand, searchPath: String,
        host: String? = nil, port: Int = BoxFolders.port, timing: AgentTiming = AgentTiming(), logger: Logger
    ) {
        self.mounted = mounted
        self.directory = directory
        self.command = command
        self.searchPath = searchPath
        self.host = host
        self.port = port
        self.timing = timing
        self.logger = logger
    }

    /// Until the graceful shutdown; the agent then has the time of its longest turn.
    /// - Throws: an `IOError` if the port is taken.
    package func run() async throws {
        let board = ReportBoard()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await BoxEndpoint(host: host, port: port, board: board).run() }
            group.addTask { await forwardLog() }
            group.addTask {
                try? await cancelWhenGracefulShutdown { try await follow(board) }
            }
            // The last one: with it, all is over.
            while try await group.next() != nil, !Task.isShuttingDownGracefully {}
            group.cancelAll()
        }
    }

    /// Makes the agent run as is mounted, again and again.
    private func follow(_ board: ReportBoard) async throws {
        let (news, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        var supervisor: Supervisor?
        var poster: Task<Void, Never>?
        defer { poster?.cancel() }
        var version: String?
        var pause = Self.interval
        var backoff = Backoff(from: Self.interval * 2, to: .seconds(30))
        do {
            while true {
                let current = mounted.version
                if current == nil || current != version, let settings = mounted.read() {
                    if supervisor == nil {
                        let made = Supervisor(
                            settings.agent, directory: directory, command: command, searchPath: searchPath, timing: timing,
                            logger: logger
                        ) { _ in listener.yield() }
                        supervisor = made
                        poster = Task { for await _ in news { await board.post(await made.report) } }
                    }
                    do {
                        try await supervisor?.apply(settings)
                        (version, pause) = (current, Self.interval)
                        backoff.reset()
                    } catch {
                        logger.error("settings can't be applied", metadata: ["error": "\(error)"])
                        pause = backoff.next()
                    }
                }
                listener.yield()
                try await Task.sleep(for: pause)
            }
        } catch {
            let last = supervisor
            // In a task of its own: the agent's grace outlives the shutdown's cancellation.
            await Task { try? await last?.suspend() }.value
            throw error
        }
    }

    /// Copies the gateway's output to the container's log.
    private func forwardLog() async {
        var position = 0
        while !Task.isCancelled {
            position = directory.log.copy(to: .standardOutput, from: position)
            try? await Task.sleep(for: .milliseconds(500))
        }
    }
}
