import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import TestSupport

/// The built program on ports and a data directory of its own: `serve`, or one process for each service.
final class ServerProcess: @unchecked Sendable {
    struct Ports: Sendable {
        let web = freePort()
        let api = freePort()
        let tokenProxy = freePort()
        let agentTools = freePort()
        let sandbox = freePort()
        let smtp = freePort()
        let ops = freePort()
    }

    let ports: Ports
    let dataDirectory: URL
    var site: String { "http://localhost:\(ports.web)" }
    /// Where the API is when it runs apart.
    var api: String { "http://localhost:\(ports.api)" }
    var sandbox: String { "http://127.0.0.1:\(ports.sandbox)" }

    private let databaseURL: String?
    private let commands: [String]
    private let environmentFile: String?
    private let variables: [String: String]
    private var processes: [Process] = []

    /// Where `swift build` puts what it makes, beside these sources.
    static let buildFolder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".build")
    /// Another build of it where PROGRAM names one.
    static let executable =
        ProcessInfo.processInfo.environment["PROGRAM"].map { URL(filePath: $0) }
        ?? buildFolder.appending(path: "debug/openclaw-cloud")

    /// - Parameters:
    ///   - databaseURL: a PostgreSQL database; `nil` for SQLite.
    ///   - commands: a process for each.
    ///   - environmentFile: what stands in `.env`; `nil` for none.
    ///   - variables: added to the environment.
    init(
        databaseURL: String? = nil, commands: [String] = ["serve"], environmentFile: String? = nil,
        variables: [String: String] = [:]
    ) {
        self.variables = variables
        self.databaseURL = databaseURL
        self.commands = commands
        self.environmentFile = environmentFile
        ports = Ports()
        dataDirectory = FileManager.default.temporaryDirectory.appending(path: "journey-\(UUID().uuidString)")
    }

    /// What the program sees; nothing of this machine's own configuration.
    var environment: [String: String] {
        var environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": NSHomeDirectory(),
            "DATA_DIR": dataDirectory.path(),
            "WEB_PORT": "\(ports.web)",
            "API_PORT": "\(ports.api)",
            "TOKEN_PROXY_PORT": "\(ports.tokenProxy)",
            "AGENT_TOOLS_PORT": "\(ports.agentTools)",
            "SANDBOX_PORT": "\(ports.sandbox)",
            "SANDBOX_SMTP_PORT": "\(ports.smtp)",
            "LOG_LEVEL": "info",
        ]
        environment["DATABASE_URL"] = databaseURL
        return environment.merging(variables) { $1 }
    }

    /// Starts the program and returns when it says it is ready.
    func start() async throws {
        try FileManager.default.createDirectory(at: dataDirectory, withIntermediateDirectories: true)
        if let environmentFile { try write(environmentFile: environmentFile) }
        let log = dataDirectory.appending(path: "serve.log")
        if !FileManager.default.fileExists(atPath: log.path()) {
            try Data().write(to: log)
        }
        for command in commands {
            let output = try FileHandle(forWritingTo: log)
            try output.seekToEnd()
            let process = Process()
            process.executableURL = Self.executable
            process.arguments = [command]
            process.environment = environment.merging(
                commands.count > 1
                    ? ["OPS_PORT": "\(freePort())", "ENCRYPTION_KEY": Self.sharedKey] : ["OPS_PORT": "\(ports.ops)"]
            ) { $1 }
            process.currentDirectoryURL = dataDirectory
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = output
            try process.run()
            processes.append(process)
        }
        for _ in 0..<600 {
            if await isReady() { return }
            guard processes.allSatisfy(\.isRunning) else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(description: "\(commands) did not become ready; the log:\n\(self.log)")
    }

    /// Replaces `.env` in the folder where the program runs.
    func write(environmentFile text: String) throws {
        try Data(text.utf8).write(to: dataDirectory.appending(path: ".env"), options: .atomic)
    }

    /// Runs a command of the program beside it.
    /// - Returns: what it prints.
    func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = dataDirectory
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        _ = process.end(with: 0)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static let sharedKey = String(repeating: "0123456789abcdef", count: 4)

    var log: String {
        (try? String(contentsOf: dataDirectory.appending(path: "serve.log"), encoding: .utf8)) ?? ""
    }

    private func isReady() async -> Bool {
        let response = try? await HTTPClient.shared.execute(HTTPClientRequest(url: site + "/readyz"), timeout: .seconds(2))
        return response?.status == .ok
    }

    /// `kill -9`: the processes get no chance to do anything.
    func kill() {
        for process in processes { _ = process.end(with: SIGKILL) }
        processes = []
    }

    /// SIGTERM, and the exit codes that follow.
    @discardableResult
    func stop() -> [Int32] {
        let statuses = processes.map { $0.end(with: SIGTERM) }
        processes = []
        return statuses
    }

    /// Stops the program and the agents it may have left, and removes its data.
    func tearDown() {
        stop()
        try? FileManager.default.removeItem(at: dataDirectory)
    }

    /// How many agents run with this server's data.
    func agentProcesses() throws -> Int {
        let folder = dataDirectory.resolvingSymlinksInPath().path() + "/agents"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").count { name in
            guard Int(name) != nil, let command = FileManager.default.contents(atPath: "/proc/\(name)/cmdline"),
                String(decoding: command, as: UTF8.self).contains("sandbox-agent"),
                let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ")
            else { return false }
            return String(decoding: environment, as: UTF8.self).contains(folder)
        }
    }

    /// The numbers of all processes of agents that run with this server's data.
    /// - Parameter box: of this one only.
    func agentProcessNumbers(of box: String = "") -> [Int32] {
        let folder = "OPENCLAW_STATE_DIR=" + dataDirectory.resolvingSymlinksInPath().path() + "/agents/" + box
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { number in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(number)/environ") else { return false }
            return String(decoding: environment, as: UTF8.self).contains(folder)
        }
    }

    /// - Returns: bytes that the program takes, all its processes together; 0 where the system doesn't say.
    func memory() -> Int {
        processes.reduce(0) { sum, process in
            let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = text?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            return sum + (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) << 10
        }
    }

    /// - Returns: the path of what a process runs; empty if it is gone.
    func program(of number: Int32) -> String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/exe")) ?? ""
    }

    /// - Parameter path: below the folder of the only agent.
    /// - Returns: `nil` if there is no such file.
    func agentFile(_ path: String) throws -> String? {
        let agents = dataDirectory.appending(path: "agents")
        guard let name = try FileManager.default.contentsOfDirectory(atPath: agents.path()).first else { return nil }
        return try? String(contentsOf: agents.appending(path: name).appending(path: path), encoding: .utf8)
    }

    var agentLogs: String { String(((try? agentFile("agent.log")) ?? "no log").suffix(4_000)) }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

extension Engine {
    /// Runs `body` with the program on a fresh database of this engine.
    func withServer<Result>(_ body: (ServerProcess) async throws -> Result) async throws -> Result {
        try await withPlace { place in
            let server = ServerProcess(databaseURL: self == .postgres ? try place.url : nil)
            defer { server.tearDown() }
            try await server.start()
            return try await body(server)
        }
    }
}

extension Process {
    /// Sends a signal and waits for the end, for 40 s at most; then it is killed. (`waitUntilExit` needs a run loop.)
    func end(with signal: Int32) -> Int32 {
        kill(processIdentifier, signal)
        for _ in 0..<4000 where isRunning { usleep(10_000) }
        if isRunning { kill(processIdentifier, SIGKILL) }
        while isRunning { usleep(10_000) }
        return terminationStatus
    }
}

/// A port on loopback that was free a moment ago.
func freePort() -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            _ = bind(descriptor, address, length)
            _ = getsockname(descriptor, address, &length)
        }
    }
    return Int(UInt16(bigEndian: address.sin_port))
}
