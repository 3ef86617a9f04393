import Core
import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import BoxSupervisor
@testable import Operator

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of its own, with a small program that plays the agent.
final class StandInAgent: Sendable {
    /// What the program does.
    enum Behaviour: String {
        /// Answers both probes.
        case normal
        /// Ends with code 3 before it answers anything.
        case crash
        /// Says what is wrong with its configuration, and ends with code 78.
        case refuse
        /// Ends with code 1 on a configuration that it would refuse if asked.
        case legacy
        /// Takes two seconds for its first answer, and then has nothing to do.
        case slow
        /// Answers, and keeps Telegram off until it is told to start it.
        case suppressed
        /// Answers, and takes 200 MB.
        case greedy
        /// Answers, and has a child that takes 200 MB.
        case parent
        /// Answers, and prints without end.
        case chatty
        /// Answers, and ignores SIGTERM.
        case stubborn
        /// Takes connections and never answers.
        case mute
        /// Answers until the file `quiet` is in its home.
        case fading
        /// Answers the probes, and fails at every turn.
        case cold
    }

    let folder: String
    private let timing: AgentTiming
    private let runtimes = Mutex<[ChildProcessRuntime]>([])

    private init(timing: AgentTiming) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "agents-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Self.program.utf8).write(to: folder.appending(path: "agent.py"))
        self.folder = folder.resolvingSymlinksInPath().path
        self.timing = timing
    }

    static func with(timing: AgentTiming = .quick, _ body: (StandInAgent) async throws -> Void) async throws {
        let agent = try StandInAgent(timing: timing)
        do {
            try await body(agent)
        } catch {
            await agent.cleanUp()
            throw error
        }
        await agent.cleanUp()
    }

    func runtime(_ behaviour: Behaviour = .normal) throws -> ChildProcessRuntime {
        try runtime(command(behaviour))
    }

    func command(_ behaviour: Behaviour) -> AgentCommand {
        AgentCommand(executable: Self.python, prefix: [folder + "/agent.py", behaviour.rawValue])
    }

    func runtime(_ command: AgentCommand) throws -> ChildProcessRuntime {
        let runtime = try ChildProcessRuntime(
            dataDirectory: folder, command: command, searchPath: "/usr/bin:/bin", timing: timing,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        runtimes.withLock { $0.append(runtime) }
        return runtime
    }

    func directory(_ box: Box) -> AgentDirectory { directory(AgentReference(box)) }

    func directory(_ agent: AgentReference) -> AgentDirectory {
        AgentDirectory(path: "\(folder)/agents/\(agent.boxID)")
    }

    /// The agents that have a folder.
    var folders: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder + "/agents").sorted() }
    }

    /// How many turns its program has taken by command.
    func turns(_ agent: AgentReference) -> Int {
        let data = FileManager.default.contents(atPath: directory(agent).home + "/turns") ?? Data()
        return data.count { $0 == UInt8(ascii: "\n") }
    }

    func processes(_ box: Box) -> [Int32] {
        ProcessTable.processes(withEnvironment: directory(box).environmentMark)
    }

    /// The process numbers of every start so far.
    func starts(_ box: Box) -> [Int32] {
        let data = FileManager.default.contents(atPath: directory(box).home + "/starts") ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { Int32($0) }
    }

    /// How many seconds after its first answer it was told that nothing new may begin, each time.
    func closings(_ box: Box) -> [Double] {
        let data = FileManager.default.contents(atPath: directory(box).home + "/closed") ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { Double($0) }
    }

    /// What the program saw when it started.
    func surroundings(_ box: Box) throws -> Surroundings {
        let file = directory(box).home + "/surroundings.json"
        return try JSONDecoder().decode(Surroundings.self, from: try #require(FileManager.default.contents(atPath: file)))
    }

    struct Surroundings: Decodable {
        let environment: [String: String]
        let descriptors: [Int]
    }

    private func cleanUp() async {
        for runtime in runtimes.withLock(\.self) { await runtime.abandonAll() }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/agents")) ?? [] {
            let directory = AgentDirectory(path: "\(folder)/agents/\(name)")
            for process in ProcessTable.processes(withEnvironment: directory.environmentMark) { kill(process, SIGKILL) }
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static let python =
        ["/usr/bin/python3", "/opt/homebrew/bin/python3", "/usr/local/bin/python3"]
        .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "python3 is not installed"

    private static let program = """
        import json, os, signal, socket, sys, time

        def is_open(number):
            try:
                os.fstat(number)
                return True
            except OSError:
                return False

        if sys.argv[2:4] == ["config", "validate"]:
            with open(os.environ["OPENCLAW_CONFIG_PATH"]) as file:
                is_refused = "refused.example" in file.read() or sys.argv[1] == "legacy"
            issue = {"path": "models.providers", "message": "refused.example isn't to be used"}
            print(json.dumps({"valid": False, "issues": [issue]} if is_refused else {"valid": True}))
            sys.exit(1 if is_refused else 0)
        if sys.argv[2] == "agent":
            with open(os.environ["HOME"] + "/turns", "a") as file:
                file.write(os.environ["OPENCLAW_GATEWAY_PORT"] + "\\n")
            sys.exit(1 if sys.argv[1] == "cold" else 0)
        behaviour, port, home = sys.argv[1], int(sys.argv[sys.argv.index("--port") + 1]), os.environ["HOME"]
        descriptors = [number for number in range(256) if is_open(number)]
        with open(home + "/surroundings.json", "w") as file:
            json.dump({"environment": dict(os.environ), "descriptors": descriptors}, file)
        with open(home + "/starts", "a") as file:
            file.write(f"{os.getpid()}\\n")
        if behaviour in ("crash", "legacy"):
            sys.exit(3 if behaviour == "crash" else 1)
        if behaviour == "refuse":
            print("agents.defaults: Unrecognized key: memorySearch", file=sys.stderr)
            sys.exit(78)
        if behaviour == "parent" and os.fork() == 0:
            ballast = bytearray(os.urandom(1)) * 200_000_000
            signal.pause()
        is_suppressed = behaviour == "suppressed"
        if behaviour == "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ballast = bytearray(os.urandom(1)) * 200_000_000 if behaviour == "greedy" else None
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        kept = []
        is_late, answered = behaviour == "slow", 0
        while True:
            connection, _ = server.accept()
            if is_late:
                time.sleep(2)
                is_late = False
            if behaviour == "mute" or (behaviour == "fading" and os.path.exists(home + "/quiet")):
                kept.append(connection)
                continue
            answered = answered or time.monotonic()
            request = connection.recv(4096)
            if os.path.exists(home + "/leave"):
                os.remove(home + "/leave")
                sys.exit(0)
            path = request.split(b" ")[1]
            body = b'{"status":"ok"}' if path in (b"/startupz", b"/healthz") else b"<html>"
            if path == b"/readyz" and is_suppressed:
                body = b'{"ready":true,"failing":[],"suppressed":["telegram"]}'
            token = b"authorization: bearer " + os.environ["OPENCLAW_GATEWAY_TOKEN"].encode().lower()
            if path == b"/api/v1/admin/rpc" and token in request.lower() and b'"channels.start"' in request:
                with open(home + "/channel-started", "a") as file:
                    file.write("telegram")
                is_suppressed = False
                body = b'{"ok":true}'
            if path == b"/api/v1/admin/rpc" and b'"channels.status"' in request:
                body = b'{"payload":{"channelAccounts":{"telegram":[{}]}}}'
            if path == b"/api/v1/admin/rpc" and b'"gateway.suspend.prepare"' in request:
                with open(home + "/closed", "a") as file:
                    file.write(f"{time.monotonic() - answered}\\n")
                body = b'{"payload":{"status":"ready"}}'
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body))
            connection.close()
            if behaviour == "chatty":
                print("blah " * 2000, flush=True)
        """
}

extension AgentTiming {
    static var quick: AgentTiming {
        var timing = AgentTiming()
        timing.startInterval = .milliseconds(20)
        timing.watchInterval = .milliseconds(20)
        timing.healthInterval = .milliseconds(50)
        timing.sampleInterval = .milliseconds(50)
        timing.firstBackoff = .milliseconds(20)
        timing.longestBackoff = .milliseconds(100)
        timing.answerLimit = .milliseconds(200)
        timing.stopGrace = .seconds(2)
        return timing
    }
}

extension ChildProcessRuntime {
    /// Waits until the agent's state is such, and returns it.
    nonisolated func state(of box: Box, where isWanted: (AgentState) -> Bool) async throws -> AgentState {
        let agent = AgentReference(box)
        let changes = changes()
        var state = try await observe(agent).state
        if isWanted(state) { return state }
        for await changed in changes where changed == agent {
            state = try await observe(agent).state
            if isWanted(state) { return state }
        }
        throw CancellationError()
    }

    nonisolated func becomesReady(_ box: Box) async throws {
        _ = try await state(of: box) { $0 == .ready }
    }
}
