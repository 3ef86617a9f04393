import Core
import FoundationEssentials
import Logging
import Store

/// Keeps one agent's process as it should be: started once, watched, restarted, and adopted after a crash of the platform.
actor AgentSupervisor {
    private let agent: AgentReference
    private let directory: AgentDirectory
    private let command: AgentCommand
    private let searchPath: String
    private let timing: AgentTiming
    private let logger: Logger
    private let stateChanged: @Sendable (AgentReference) -> Void

    private var state = AgentState.absent {
        didSet {
            guard state != oldValue else { return }
            logger.info("agent's state changed", metadata: ["state": "\(state)"])
            stateChanged(agent)
        }
    }
    /// What was applied; unknown at first for an agent that was adopted.
    private var specification: AgentSpecification?
    private var record: AgentRecord?
    /// Runs as long as the agent should.
    private var supervision: Task<Void, Never>?
    private var readySince: ContinuousClock.Instant?
    /// What the program said when it refused its configuration.
    private var refusal: String?
    private var isLoaded = false
    private var isClosed = false

    /// - Parameters:
    ///   - searchPath: the agent's `PATH`.
    ///   - stateChanged: called after each change of the state.
    init(
        _ agent: AgentReference, directory: AgentDirectory, command: AgentCommand, searchPath: String, timing: AgentTiming,
        logger: Logger, stateChanged: @escaping @Sendable (AgentReference) -> Void
    ) {
        self.agent = agent
        self.directory = directory
        self.command = command
        self.searchPath = searchPath
        self.timing = timing
        var logger = logger
        logger[metadataKey: "box"] = "\(agent.boxID)"
        self.logger = logger
        self.stateChanged = stateChanged
    }

    // MARK: What is wanted

    func apply(_ specification: AgentSpecification) async throws {
        load()
        if supervision != nil, record?.specificationHash == specification.hash {
            self.specification = specification
            return
        }
        try await halt()
        refusal = nil
        guard !isClosed else {
            throw DomainError(
                .unavailable, code: "shutting_down", "The platform is restarting. Your agent will be back shortly.")
        }
        try directory.create()
        try writeSecrets(specification)
        for (name, text) in specification.workspace {
            try directory.write(Data(text.utf8), to: place(port: 0).workspace + "/" + name)
        }
        try keep(
            AgentRecord(
                agent: agent, specificationHash: specification.hash, memoryLimit: specification.resources.memoryLimit,
                port: record?.port ?? 0))
        self.specification = specification
        state = .starting
        supervision = Task { await supervise(nil) }
    }

    func suspend() async throws {
        load()
        try await halt()
        state = directory.exists ? .stopped : .absent
    }

    func delete() async throws {
        try await suspend()
        try directory.remove()
        (specification, record) = (nil, nil)
        state = .absent
    }

    /// Stops the agent as far as this run of the platform goes. One that is in the middle of a turn is asked to end and left to
    /// finish it; the next run adopts it.
    func close() async throws {
        isClosed = true
        load()
        await endSupervision()
        guard directory.exists else { return }
        do {
            try await directory.takeLock(grace: timing.closeGrace, byForce: false)
            state = .stopped
        } catch is DomainError {
            logger.notice("agent finishes what it is at")
        }
    }

    /// Stops watching and leaves the agent running, as the platform's death would.
    func abandon() async {
        isClosed = true
        await endSupervision()
    }

    func observe() -> AgentObservation {
        load()
        return AgentObservation(state: state, specificationHash: record?.specificationHash, words: refusal)
    }

    func proxyTokenHash() -> String? {
        directory.secrets()[AgentSpecification.SecretName.proxyToken].map { AccessToken($0).hash }
    }

    // MARK: What is done about it

    /// Finds out what an earlier run left behind, and goes on watching an agent that still runs as recorded.
    private func load() {
        guard !isLoaded else { return }
        isLoaded = true
        guard directory.exists else { return }
        record = directory.record()
        if let process = record?.process, process.isAlive, (try? AgentLock(path: directory.lock)) == nil {
            logger.info("agent adopted", metadata: ["process": "\(process.number)"])
            state = .starting
            supervision = Task { await supervise(AgentProcess(adopting: process)) }
        } else {
            state = .stopped
        }
    }

    private func endSupervision() async {
        while let current = supervision {
            current.cancel()
            await current.value
            if supervision == current { supervision = nil }
        }
    }

    /// Ends the supervision and the process.
    private func halt() async throws {
        // Again while another call that came in meanwhile has started one: nobody else would ever end that.
        repeat {
            await endSupervision()
            guard directory.exists else { return }
            _ = try await directory.takeLock(grace: timing.stopGrace)
        } while supervision != nil
    }

    private func writeSecrets(_ specification: AgentSpecification) throws {
        var secrets = directory.secrets()
        if let token = specification.proxyToken.secret {
            secrets[AgentSpecification.SecretName.proxyToken] = token.reveal()
        }
        guard let held = secrets[AgentSpecification.SecretName.proxyToken],
            AccessToken(held).hash == specification.proxyToken.hash
        else {
            throw DomainError(
                .conflict, code: "proxy_token_lost", "Your agent needs a new key. It gets one with the next attempt.")
        }
        secrets[AgentSpecification.SecretName.botToken] = specification.botToken.reveal()
        if secrets[AgentSpecification.SecretName.gatewayToken] == nil {
            secrets[AgentSpecification.SecretName.gatewayToken] = AccessToken.random().secret.reveal()
        }
        try directory.write(secrets: secrets)
    }

    private func keep(_ record: AgentRecord) throws {
        try directory.write(record)
        self.record = record
    }

    private func place(port: Int) -> AgentPlace {
        AgentPlace(home: directory.home, bind: .loopback, port: port)
    }

    /// Starts the process and starts it again whenever it goes down, until this task is cancelled.
    private func supervise(_ adopted: AgentProcess?) async {
        var adopted = adopted
        var failures = 0
        while true {
            var trouble = AgentTrouble.notStartable
            readySince = nil
            do {
                let process = if let adopted { adopted } else { try await launch() }
                adopted = nil
                trouble = try await watch(process)
                try await directory.takeLock(grace: trouble == .ranOutOfMemory ? .zero : timing.hungGrace)
            } catch is CancellationError {
                return
            } catch {
                logger.error("agent can't be started", metadata: ["error": "\(error)"])
            }
            let hadRecovered = readySince.map { .now - $0 >= timing.recovered } ?? false
            failures = hadRecovered ? 1 : failures + 1
            guard specification != nil else {
                // Whoever follows the changes applies the specification anew.
                supervision = nil
                state = .stopped
                return
            }
            if trouble == .configurationRefused, await isFinal(failures) { return }
            state = failures >= 3 ? .failed(trouble) : .restarting(trouble)
            guard (try? await Task.sleep(for: timing.backoff(failures: failures))) != nil else { return }
        }
    }

    /// The program refused its configuration. A second time is the last: the same file would be refused for ever.
    /// - Returns: once the supervision is over; `false` if the program may be tried again.
    private func isFinal(_ failures: Int) async -> Bool {
        let words = directory.log.tail(2_000)
        logger.error("agent's program refuses its configuration", metadata: ["words": "\(words)"])
        guard failures > 1 else { return false }
        refusal = words
        state = .failed(.configurationRefused)
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        return true
    }

    private func launch() async throws -> AgentProcess {
        guard let specification, var record else { throw CancellationError() }
        let lock = try await directory.takeLock(grace: timing.stopGrace)
        record.port = try await LoopbackPort.free(preferring: record.port)
        record.process = nil
        let place = place(port: record.port)
        try directory.write(Data(specification.configuration(at: place).utf8), to: place.configuration)
        try keep(record)
        var environment = specification.environment(at: place)
        environment["PATH"] = searchPath
        environment.merge(directory.secrets()) { _, secret in secret }
        let process = try await AgentProcess(
            command, port: record.port, environment: environment, workingDirectory: place.home, lock: lock,
            log: try directory.log.open())
        record.process = process.identity
        try keep(record)
        return process
    }

    /// - Returns: why the agent went down or has to.
    /// - Throws: `CancellationError`.
    private func watch(_ process: AgentProcess) async throws -> AgentTrouble {
        guard let record else { throw CancellationError() }
        let token = directory.secrets()[AgentSpecification.SecretName.gatewayToken] ?? ""
        let probe = HealthProbe(port: record.port, token: token, patience: timing.answerLimit)
        let start = ContinuousClock.now
        var (lastAnswer, lastQuestion, lastSample) = (start, start, start)
        var channelStartedAt: ContinuousClock.Instant?
        while true {
            try Task.checkCancellation()
            guard process.isAlive else { return await process.trouble }
            let now = ContinuousClock.now
            if now - lastSample >= timing.sampleInterval {
                lastSample = now
                if let memory = process.identity.residentMemory, memory > record.memoryLimit << 20 { return .ranOutOfMemory }
                try? directory.log.trim(to: timing.logLimit)
            }
            if readySince == nil {
                switch await probe.readiness() {
                case .ready:
                    (readySince, lastAnswer, lastQuestion) = (now, now, now)
                    state = .ready
                case .channelSuppressed:
                    state = .restarting(.channelSuppressed)
                    if channelStartedAt.map({ now - $0 >= timing.channelInterval }) ?? true {
                        channelStartedAt = now
                        await probe.startChannel()
                    }
                case .starting where now - start > timing.startLimit: return .neverAnswered
                case .starting: break
                }
            } else if now - lastQuestion >= timing.healthInterval {
                lastQuestion = now
                if await probe.isHealthy() {
                    lastAnswer = now
                    // Looked after as at a start.
                    if await probe.isSuppressed() { readySince = nil }
                } else if now - lastAnswer > timing.silenceLimit {
                    return .stoppedAnswering
                }
            }
            try await Task.sleep(for: readySince == nil ? timing.startInterval : timing.watchInterval)
        }
    }
}
