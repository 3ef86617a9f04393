import Core
import Subprocess
import SystemPackage

/// The running process of an agent: a child of ours, or one that an earlier run of the platform started.
struct AgentProcess: Sendable {
    let identity: ProcessIdentity
    /// Of a child: ends with it.
    private let ending: Task<TerminationStatus?, Never>?

    init(adopting identity: ProcessIdentity) {
        self.identity = identity
        ending = nil
    }

    /// Starts a process in a session of its own, out of reach of the terminal's signals, with nothing open but its lock as
    /// standard input and its log.
    ///
    /// The platform's end by SIGKILL does not touch it. Neither does cancellation of the calling task: this returns only when
    /// it is certain whether there is a process.
    /// - Throws: a `SubprocessError`.
    init(
        _ command: AgentCommand, port: Int, environment: [String: String], workingDirectory: String, lock: AgentLock,
        log: FileDescriptor
    ) async throws {
        let (started, starting) = AsyncThrowingStream<Int32, any Error>.makeStream()
        let ending = Task<TerminationStatus?, Never> {
            var options = PlatformOptions()
            options.createSession = true
            do {
                let result = try await Subprocess.run(
                    command.path, arguments: Arguments(command.gateway(port: port)),
                    environment: .custom(
                        Dictionary(uniqueKeysWithValues: environment.map { (.init(stringLiteral: $0.key), $0.value) })),
                    workingDirectory: FilePath(workingDirectory), platformOptions: options,
                    input: .fileDescriptor(lock.descriptor, closeAfterSpawningProcess: false),
                    output: .fileDescriptor(log, closeAfterSpawningProcess: true), error: .combinedWithOutput
                ) { execution in
                    starting.yield(execution.processIdentifier.value)
                    starting.finish()
                }
                return result.terminationStatus
            } catch {
                starting.finish(throwing: error)
                return nil
            }
        }
        let number = try await Task { try await started.first { _ in true } }.value
        guard let number else { throw CancellationError() }
        self.ending = ending
        // It may have ended already.
        identity = ProcessIdentity(number: number) ?? ProcessIdentity(ended: number)
    }

    var isAlive: Bool { identity.isAlive }

    /// Why it is not alive. Call only when it isn't.
    var trouble: AgentTrouble {
        get async {
            switch await ending?.value {
            case .exited(AgentCommand.refusedExitCode): .configurationRefused
            case .exited(let code): .exited(code: code)
            case .signaled, nil: .vanished
            }
        }
    }
}

extension AgentCommand {
    var path: Executable { executable.hasPrefix("/") ? .path(FilePath(executable)) : .name(executable) }
}
