import Core
import FoundationEssentials
import Logging

extension Supervisor {
    /// Why a process is no longer watched.
    enum Ending: Equatable {
        case trouble(AgentTrouble)
        /// It ended by itself and in order, which is how OpenClaw asks for another process.
        case again
        case asleep
    }

    /// Starts the process and starts it again whenever it goes down, until this task is cancelled.
    func supervise(_ adopted: AgentProcess?) async {
        var adopted = adopted
        var failures = 0
        while true {
            var ending = Ending.trouble(.notStartable)
            readySince = nil
            do {
                if adopted == nil, record?.asleepSince != nil { try await sleepUntilMessage() }
                let process = if let adopted { adopted } else { try await launch() }
                adopted = nil
                ending = try await watch(process)
                let isKilled = ending == .trouble(.ranOutOfMemory)
                try await directory.takeLock(grace: isKilled ? .zero : timing.hungGrace)
            } catch is CancellationError {
                return
            } catch {
                logger.error("agent can't be started", metadata: ["error": "\(error)"])
            }
            let wasUp = readySince != nil
            let hadRecovered = readySince.map { .now - $0 >= timing.recovered } ?? false
            report.memory = 0
            guard settings != nil else {
                // The observer of the changes applies the settings again.
                (supervision, readySince) = (nil, nil)
                report.state = .stopped
                return
            }
            switch ending {
            case .asleep:
                failures = 0
            case .again where wasUp:
                logger.info("agent's program asked for a restart")
                report.state = .starting
            case .again, .trouble:
                var trouble = if case .trouble(let trouble) = ending { trouble } else { AgentTrouble.exited(code: 0) }
                failures = hadRecovered ? 1 : failures + 1
                var words: String?
                if case .exited(let code) = trouble, code != 0, !wasUp, failures <= 2 {
                    words = await refusalOfWhatIsInForce()
                    if words != nil { trouble = .configurationRefused }
                }
                report.note(trouble, at: Timestamp(Date()))
                if trouble == .configurationRefused, await isFinal(failures, words) { return }
                report.state = failures >= 3 ? .failed(trouble) : .restarting(trouble)
                guard (try? await Task.sleep(for: timing.backoff.pause(failures: failures))) != nil else { return }
            }
        }
    }

    /// The program refused its configuration. A second time is the last: the same file would be refused for ever.
    /// - Parameter words: what it says against it; `nil` if its log says so.
    /// - Returns: once the supervision is over; `false` if the program may be tried again.
    private func isFinal(_ failures: Int, _ words: String?) async -> Bool {
        let words = words ?? directory.log.tail(2_000)
        logger.error("agent's program refuses its configuration", metadata: ["words": "\(words)"])
        guard failures > 1 else { return false }
        report.words = words
        report.state = .failed(.configurationRefused)
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
        return true
    }

    /// - Throws: `CancellationError`.
    private func watch(_ process: AgentProcess) async throws -> Ending {
        guard let record else { throw CancellationError() }
        let token = directory.secrets()[SecretName.gatewayToken] ?? ""
        let gateway = Gateway(port: record.port, token: token, patience: timing.answerLimit)
        var look = Look(start: .now)
        let kills = MemoryEvents.kills
        while true {
            try Task.checkCancellation()
            guard process.isAlive else { return await ending(of: process, kills: kills) }
            let now = ContinuousClock.now
            if now - look.sample >= timing.sampleInterval {
                look.sample = now
                ProcessTable.reapStrangers(except: process.identity.number)
                report.memory = process.identity.residentMemory ?? 0
                if report.memory > (self.record?.memoryLimit ?? 0) << 20 { return .trouble(.ranOutOfMemory) }
                try? directory.log.trim(to: timing.logLimit)
                if let settings { try? writeWorkspace(settings) }
            }
            if readySince == nil {
                if let trouble = await waitForReadiness(gateway, &look) { return .trouble(trouble) }
            } else {
                if now - look.question >= timing.healthInterval, let trouble = await inspect(gateway, &look) {
                    return .trouble(trouble)
                }
                if let limit = settings?.sleepAfter, now - look.idle >= min(timing.idleInterval, limit / 4) {
                    look.idle = now
                    if let ending = try await fallAsleep(gateway, after: limit) { return ending }
                }
            }
            try await Task.sleep(for: readySince == nil ? timing.startInterval : timing.watchInterval)
        }
    }

    /// When what of an agent was looked at.
    private struct Look {
        let start: ContinuousClock.Instant
        var answer: ContinuousClock.Instant
        var question: ContinuousClock.Instant
        var sample: ContinuousClock.Instant
        var idle: ContinuousClock.Instant
        var channelStart: ContinuousClock.Instant?

        init(start: ContinuousClock.Instant) {
            self.start = start
            (answer, question, sample, idle) = (start, start, start, start)
        }
    }

    private func ending(of process: AgentProcess, kills: Int) async -> Ending {
        let trouble = await process.trouble
        if trouble == .exited(code: 0) { return .again }
        // Nobody else tells that the kernel took it.
        return .trouble(trouble == .vanished && MemoryEvents.kills > kills ? .ranOutOfMemory : trouble)
    }

    private func waitForReadiness(_ gateway: Gateway, _ look: inout Look) async -> AgentTrouble? {
        let readiness = await gateway.readiness()
        if readiness == .ready, let settings, settings.channel == nil, await !warmUp() {
            return .now - look.start > timing.startLimit ? .neverAnswered : nil
        }
        // Not before the answer, which a program that is still starting may take seconds for: its time awake begins here.
        let now = ContinuousClock.now
        switch readiness {
        case .ready:
            (readySince, look.answer, look.question, look.idle) = (now, now, now, now)
            report.state = .ready
        case .channelSuppressed:
            report.state = .restarting(.channelSuppressed)
            if look.channelStart.map({ now - $0 >= timing.channelInterval }) ?? true {
                look.channelStart = now
                // Whether it helped shows with the next look.
                _ = await gateway.startChannel()
            }
        case .starting:
            if now - look.start > timing.startLimit { return .neverAnswered }
        }
        return nil
    }

    private func inspect(_ gateway: Gateway, _ look: inout Look) async -> AgentTrouble? {
        let now = ContinuousClock.now
        look.question = now
        if await gateway.isHealthy() {
            look.answer = now
            // Looked after as at a start.
            if await gateway.isSuppressed() { readySince = nil }
            return nil
        }
        return now - look.answer > timing.silenceLimit ? .stoppedAnswering : nil
    }
}
