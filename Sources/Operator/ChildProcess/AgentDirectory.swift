import Core
import FoundationEssentials
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An agent's folder, readable by this user alone: `<data>/agents/<box id>/`.
///
/// `home` is the agent's own and outlives it; beside it lie the record of its process, its secrets, its log and its lock.
struct AgentDirectory: Sendable {
    let path: String

    var home: String { path + "/home" }
    var lock: String { path + "/agent.lock" }
    var log: AgentLog { AgentLog(path: FilePath(path + "/agent.log")) }
    private var recordFile: String { path + "/agent.json" }
    private var secretsFile: String { path + "/secrets.json" }

    /// The part of the environment that no other process has: it tells which processes are the agent's.
    var environmentMark: String {
        "OPENCLAW_STATE_DIR=" + AgentPlace(home: home, bind: .loopback, port: 0).stateDirectory
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// What is recorded of the agent's process; `nil` if nothing readable is.
    func record() -> AgentRecord? {
        guard let data = FileManager.default.contents(atPath: recordFile) else { return nil }
        return try? JSONDecoder().decode(AgentRecord.self, from: data)
    }

    /// - Throws: an `EncodingError`; an `Errno`.
    func write(_ record: AgentRecord) throws {
        try write(try JSONEncoder().encode(record), to: recordFile)
    }

    /// The agent's secrets by the name of their environment variable.
    func secrets() -> [String: String] {
        guard let data = FileManager.default.contents(atPath: secretsFile) else { return [:] }
        return (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
    }

    /// - Throws: an `EncodingError`; an `Errno`.
    func write(secrets: [String: String]) throws {
        try write(try JSONEncoder().encode(secrets), to: secretsFile)
    }

    /// Makes the folders that the agent finds its files in.
    /// - Throws: a `CocoaError`.
    func create() throws {
        let place = AgentPlace(home: home, bind: .loopback, port: 0)
        for folder in [path, home, place.stateDirectory, place.workspace, place.compileCache] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        // Empty and not to be written, lest the agent's own files become its program.
        for folder in AgentPlace.codeFolders.map({ URL(filePath: place.workspace + "/" + $0) }) {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
        }
    }

    /// Replaces a file in one step: a reader sees the old content or the new.
    /// - Throws: an `Errno`.
    func write(_ data: Data, to file: String) throws {
        let draft = file + ".new"
        let descriptor = try FileDescriptor.open(
            FilePath(draft), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        try descriptor.closeAfter {
            try descriptor.writeAll(data)
            guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
        guard rename(draft, file) == 0 else { throw Errno(rawValue: errno) }
    }

    /// - Throws: a `CocoaError`.
    func remove() throws {
        if exists { try FileManager.default.removeItem(atPath: path) }
    }
}

/// What is known of an agent's process by whoever comes after the platform was killed.
struct AgentRecord: Codable, Sendable {
    let agent: AgentReference
    let specificationHash: String
    /// MiB.
    let memoryLimit: Int
    /// The port it listens on, or did last.
    var port: Int
    /// `nil` while it is about to be started, and when it was stopped.
    var process: ProcessIdentity?
}
