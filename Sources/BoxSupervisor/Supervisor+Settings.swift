import Core
import FoundationEssentials
import Logging
import Subprocess
import SystemPackage

extension Supervisor {
    /// What a process is started with, or asked with.
    private func environment(_ settings: BoxSettings) -> [String: String] {
        let secrets = settings.secrets.filter { SecretName.inEnvironment.contains($0.key) }
        var environment = settings.environment.merging(secrets.mapValues { $0.reveal() }) { $1 }
        environment["PATH"] = searchPath
        return environment
    }

    /// Puts the files in place and starts the program.
    func launch() async throws -> AgentProcess {
        guard let settings, var record else { throw CancellationError() }
        let lock = try await directory.takeLock(grace: timing.stopGrace)
        record.port = try await LoopbackPort.free(preferring: record.port)
        record.process = nil
        record.asleepSince = nil
        record.isWarm = nil
        try writeWorkspace(settings)
        try writeBotToken(settings)
        try directory.overwrite(directory.place.configuration, with: Data(settings.configuration.utf8))
        try keep(record)
        let process = try await AgentProcess(
            command, port: record.port, environment: environment(settings), workingDirectory: directory.home, lock: lock,
            log: try directory.log.open())
        record.process = process.identity
        try keep(record)
        return process
    }

    /// Brings new settings into the process that runs. The workspace is read with each message, and OpenClaw follows its
    /// configuration by itself (https://docs.openclaw.ai/gateway/configuration/hot-reload).
    func change(to new: BoxSettings, _ record: AgentRecord) throws {
        var record = record
        try directory.write(secrets: new.secrets.mapValues { $0.reveal() })
        try writeWorkspace(new)
        try writeBotToken(new)
        if new.configuration != configurationInForce {
            try directory.overwrite(directory.place.configuration, with: Data(new.configuration.utf8))
        }
        record.specificationHash = new.hash
        record.memoryLimit = new.memoryLimit
        settings = new
        try keep(record)
        logger.info("agent's settings changed without a restart")
    }

    /// Writes what differs: the agent may write into its workspace, and the texts that steer it aren't its own to change.
    func writeWorkspace(_ settings: BoxSettings) throws {
        for (name, text) in settings.workspace {
            let (file, content) = (directory.place.workspace + "/" + name, Data(text.utf8))
            if FileManager.default.contents(atPath: file) != content { try directory.write(content, to: file) }
        }
    }

    private func writeBotToken(_ settings: BoxSettings) throws {
        try directory.write(
            botToken: settings.secrets[SecretName.botToken]?.reveal(), to: settings.channel?.tokenFile)
    }

    private var configurationInForce: String? {
        FileManager.default.contents(atPath: directory.place.configuration).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Has a spare's program take one turn, so that all it loads with its first turn is there when somebody writes to it. The token
    /// proxy answers that turn itself.
    /// - Returns: whether the turn ended well, or had before.
    func warmUp() async -> Bool {
        guard let settings, var record else { return false }
        if record.isWarm == true { return true }
        var environment = environment(settings)
        environment["OPENCLAW_GATEWAY_PORT"] = "\(record.port)"
        guard let result = await ask(command.turn, environment), result.isSuccess else { return false }
        record.isWarm = true
        return (try? keep(record)) != nil
    }

    /// Has the program look at a configuration before it replaces the one in force.
    /// - Returns: what the program says against it; `nil` if nothing, or if nothing changes.
    /// - Throws: ``DomainError`` with the code `settings_unproved` if the program doesn't say.
    func refusal(of new: BoxSettings) async throws -> String? {
        new.configuration == configurationInForce ? nil : try await verdict(on: new)
    }

    /// A program that ends before it was up may have refused its configuration without saying so by its exit code: OpenClaw
    /// 2026.9.4 ends with 1 on a key of an earlier release that it would rewrite, and in Nix mode may not.
    /// - Returns: what the program says against it; `nil` if nothing, or if it doesn't say.
    func refusalOfWhatIsInForce() async -> String? {
        guard let settings else { return nil }
        return try? await verdict(on: settings)
    }

    /// - Returns: what the program says against a configuration; `nil` if nothing.
    /// - Throws: ``DomainError`` with the code `settings_unproved` if the program doesn't say.
    private func verdict(on new: BoxSettings) async throws -> String? {
        let candidate = directory.path + "/candidate.json"
        defer { try? FileManager.default.removeItem(atPath: candidate) }
        try directory.write(Data(new.configuration.utf8), to: candidate)
        var environment = environment(new)
        environment["OPENCLAW_CONFIG_PATH"] = candidate
        // Not the agent's own, by which its processes are told.
        environment["OPENCLAW_STATE_DIR"] = directory.path + "/validation"
        guard let result = await ask(command.validation, environment) else { throw Self.unproved }
        if result.isSuccess { return nil }
        guard let verdict = try? JSONDecoder().decode(Verdict.self, from: Data(result.output.utf8)), !verdict.valid
        else { throw Self.unproved }
        return (verdict.issues ?? []).map { "\($0.path): \($0.message)" }.joined(separator: "\n")
    }

    /// Runs one of the program's commands.
    /// - Returns: how it ended; `nil` if it didn't, or not in the time of a start.
    private func ask(
        _ arguments: [String], _ environment: [String: String]
    ) async -> (isSuccess: Bool, output: String)? {
        let variables: [Environment.Key: String] = Dictionary(
            uniqueKeysWithValues: environment.map { (.init(stringLiteral: $0.key), $0.value) })
        let (command, home, limit) = (command, directory.home, timing.startLimit)
        return await withTaskGroup(of: (isSuccess: Bool, output: String)?.self) { group in
            group.addTask {
                let result = try? await Subprocess.run(
                    command.path, arguments: Arguments(arguments), environment: .custom(variables),
                    workingDirectory: FilePath(home), output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
                return result.map { ($0.terminationStatus.isSuccess, $0.standardOutput) }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private static let unproved = DomainError(
        .unavailable, code: "settings_unproved", "The agent's program doesn't say whether it would take its new settings.")

    /// What `config validate --json` prints.
    private struct Verdict: Decodable {
        let valid: Bool
        let issues: [Issue]?

        struct Issue: Decodable {
            let path: String
            let message: String
        }
    }
}
