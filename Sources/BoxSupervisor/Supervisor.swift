package import Core
import FoundationEssentials
package import Logging

/// An agent's parent: starts its program once, watches it, starts it again, brings new settings into it, and puts it to sleep.
///
/// It is killed without harm: the lock and the record tell the next one what runs.
package actor Supervisor {
    let agent: AgentReference
    let directory: AgentDirectory
    let command: AgentCommand
    let searchPath: String
    let timing: AgentTiming
    let logger: Logger
    private let changed: @Sendable (AgentReference) -> Void

    package internal(set) var report = BoxReport() {
        didSet {
            if report.state != oldValue.state {
                logger.info("agent's state changed", metadata: ["state": "\(report.state)"])
            }
            guard
                report.state != oldValue.state || report.settings != oldValue.settings || report.refused != oldValue.refused
            else { return }
            changed(agent)
        }
    }
    /// What it is to run as; unknown at first for an agent that was adopted.
    var settings: BoxSettings?
    var record: AgentRecord?
    /// Runs as long as the agent should.
    var supervision: Task<Void, Never>?
    var readySince: ContinuousClock.Instant?
    private var isLoaded = false
    private var isClosed = false

    /// - Parameters:
    ///   - searchPath: the agent's `PATH`.
    ///   - changed: called after each change of the agent's state or settings.
    package init(
        _ agent: AgentReference, directory: AgentDirectory, command: AgentCommand, searchPath: String,
        timing: AgentTiming = AgentTiming(), logger: Logger, changed: @escaping @Sendable (AgentReference) -> Void
    ) {
        self.agent = agent
        self.directory = directory
        self.command = command
        self.searchPath = searchPath
        self.timing = timing
        var logger = logger
        logger[metadataKey: "box"] = "\(agent.boxID)"
        self.logger = logger
        self.changed = changed
    }

    // MARK: What is wanted

    /// Makes the agent run with these settings. What its program can take over while it runs needs no new process; for the
    /// rest it is asked to end, which it does when its turn is over. Settings that the program refuses leave those before in
    /// force, see ``BoxReport/refused``.
    /// - Throws: `DomainError` with the code `shutting_down`, `agent_not_stoppable` or `settings_unproved`; an `Errno`; a
    ///   `CocoaError`.
    package func apply(_ new: BoxSettings) async throws {
        load()
        guard !isClosed else {
            throw DomainError(
                .unavailable, code: "shutting_down", "The platform is restarting. Your agent will be back shortly.")
        }
        if supervision != nil, record?.specificationHash == new.hash {
            (settings, report.refused) = (new, nil)
            // One that was adopted may be a spare that has yet to be warmed.
            if new.channel == nil, record?.isWarm != true { (readySince, report.state) = (nil, .starting) }
            return
        }
        if supervision != nil, report.refused?.settings == new.hash { return }
        if supervision != nil, report.words == nil, let words = try await refusal(of: new) {
            logger.error("agent's program refuses new settings", metadata: ["words": "\(words)"])
            report.refused = .init(settings: new.hash, words: words)
            return
        }
        (report.refused, report.words) = (nil, nil)
        if supervision != nil, let record, record.asleepSince != nil, report.state == .asleep {
            try await changeAsleep(to: new, record)
        } else if supervision != nil, readySince != nil, let record, record.processHash == new.processHash {
            try change(to: new, record)
        } else {
            try await restart(with: new)
        }
    }

    package func suspend() async throws {
        load()
        await finishTurns(within: timing.stopGrace)
        try await halt()
        record?.asleepSince = nil
        if let record { try keep(record) }
        report.state = directory.exists ? .stopped : .absent
    }

    package func delete() async throws {
        try await suspend()
        try directory.remove()
        (settings, record) = (nil, nil)
        report = BoxReport()
    }

    /// Stops the agent as far as this run goes. One that is in the middle of a turn is asked to end and left to finish it; the
    /// next run adopts it.
    package func close() async throws {
        isClosed = true
        load()
        // It takes in nothing new; the turn under way may outlive this run.
        await finishTurns(within: .zero)
        await endSupervision()
        guard directory.exists else { return }
        do {
            try await directory.takeLock(grace: timing.closeGrace, byForce: false)
            report.state = .stopped
        } catch is DomainError {
            logger.notice("agent finishes what it is at")
        }
    }

    /// Stops watching and leaves the agent running, as the death of this process would.
    package func abandon() async {
        isClosed = true
        await endSupervision()
    }

    /// - Returns: how the agent is, after a look at what an earlier run has left behind.
    package func observe() -> BoxReport {
        load()
        return report
    }

    // MARK: Beginnings and ends

    /// Finds out what an earlier run left behind, and goes on watching an agent that still runs as recorded.
    private func load() {
        guard !isLoaded else { return }
        isLoaded = true
        guard directory.exists else { return }
        record = directory.record()
        (report.settings, report.process) = (record?.specificationHash, record?.processHash)
        if let process = record?.process, process.isAlive, (try? AgentLock(path: directory.lock)) == nil {
            logger.info("agent adopted", metadata: ["process": "\(process.number)"])
            report.state = .starting
            begin(AgentProcess(adopting: process))
        } else {
            report.state = .stopped
        }
    }

    func begin(_ adopted: AgentProcess? = nil) {
        supervision = Task { await supervise(adopted) }
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

    private func restart(with new: BoxSettings) async throws {
        await finishTurns(within: timing.stopGrace)
        try await halt()
        guard !isClosed else { return }
        try directory.create()
        // One that slept when the last run ended goes on sleeping, and starts with the new settings when it wakes up.
        let asleepSince = record?.asleepSince
        try keep(
            AgentRecord(
                agent: agent, specificationHash: new.hash, processHash: new.processHash, memoryLimit: new.memoryLimit,
                port: record?.port ?? 0, asleepSince: asleepSince))
        settings = new
        try directory.write(secrets: new.secrets.mapValues { $0.reveal() })
        report.state = asleepSince == nil ? .starting : .asleep
        begin()
    }

    private func changeAsleep(to new: BoxSettings, _ record: AgentRecord) async throws {
        await endSupervision()
        var record = record
        // It may have woken up meanwhile.
        guard report.state == .asleep, directory.record()?.asleepSince != nil else { return try await restart(with: new) }
        (record.specificationHash, record.processHash) = (new.hash, new.processHash)
        record.memoryLimit = new.memoryLimit
        settings = new
        try directory.write(secrets: new.secrets.mapValues { $0.reveal() })
        try keep(record)
        begin()
    }

    func keep(_ record: AgentRecord) throws {
        try directory.write(record)
        self.record = record
        (report.settings, report.process) = (record.specificationHash, record.processHash)
    }
}
