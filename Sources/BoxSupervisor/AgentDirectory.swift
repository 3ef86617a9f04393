package import Core
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
/// `home` is the agent's own and outlives it; the record of its process, its secrets, its log and its lock lie elsewhere.
package struct AgentDirectory: Sendable {
    package let path: String
    /// The agent's home.
    package let home: String

    var log: AgentLog { AgentLog(path: FilePath(path + "/agent.log")) }
    package var lock: String { path + "/agent.lock" }
    private var recordFile: String { path + "/agent.json" }
    private var secretsFile: String { path + "/secrets.json" }

    /// The part of the environment that no other process has: it tells which processes are the agent's.
    package var environmentMark: String { "OPENCLAW_STATE_DIR=" + place.stateDirectory }

    package var place: AgentPlace { AgentPlace(home: home, supervisor: path) }

    /// - Parameters:
    ///   - path: of the folder.
    ///   - home: inside of it unless told otherwise.
    package init(path: String, home: String? = nil) {
        self.path = path
        self.home = home ?? path + "/home"
    }

    package var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// What is recorded of the agent's process; `nil` if nothing readable is.
    package func record() -> AgentRecord? {
        guard let data = FileManager.default.contents(atPath: recordFile) else { return nil }
        return try? JSONDecoder().decode(AgentRecord.self, from: data)
    }

    /// - Throws: an `EncodingError`; an `Errno`.
    func write(_ record: AgentRecord) throws {
        try write(try JSONEncoder().encode(record), to: recordFile)
    }

    /// The agent's secrets by the name of their environment variable.
    package func secrets() -> [String: String] {
        guard let data = FileManager.default.contents(atPath: secretsFile) else { return [:] }
        return (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
    }

    /// - Throws: an `EncodingError`; an `Errno`.
    func write(secrets: [String: String]) throws {
        try write(try JSONEncoder().encode(secrets), to: secretsFile)
    }

    /// Makes the files that the agent takes its bot's token from, and removes those of tokens before.
    /// - Parameter file: `nil` for an agent without a bot.
    /// - Throws: an `Errno`; a `CocoaError`.
    func write(botToken: String?, to file: String?) throws {
        if let botToken, let file, FileManager.default.contents(atPath: file) != Data(botToken.utf8) {
            try write(Data(botToken.utf8), to: file)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: path)
        where name.hasPrefix(AgentPlace.botTokenPrefix) && file != "\(path)/\(name)" {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }

    /// Makes the folders that the agent finds its files in.
    /// - Throws: a `CocoaError`.
    func create() throws {
        for folder in [path, home, place.stateDirectory, place.workspace, place.compileCache] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        // Empty and not to be written, lest the agent's own files become its program. In a container they are mounted so.
        for folder in AgentPlace.codeFolders.map({ URL(filePath: place.workspace + "/" + $0) }) {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard FileManager.default.isWritableFile(atPath: folder.path) else { continue }
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

    /// Writes a file anew without replacing it: OpenClaw follows the one that it has read.
    /// - Throws: an `Errno`.
    func overwrite(_ file: String, with data: Data) throws {
        let descriptor = try FileDescriptor.open(
            FilePath(file), .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
        try descriptor.closeAfter {
            try descriptor.writeAll(data)
            try descriptor.resize(to: Int64(data.count))
        }
    }

    /// - Throws: a `CocoaError`.
    func remove() throws {
        if exists { try FileManager.default.removeItem(atPath: path) }
    }
}

/// What a new platform process needs to know of an agent's process that outlived the old one.
package struct AgentRecord: Codable, Sendable {
    package let agent: AgentReference
    /// ``BoxSettings/hash`` of what it was made to run as.
    var specificationHash: String
    /// ``BoxSettings/processHash`` of the process; unknown of one that an earlier release has started.
    var processHash: String?
    /// MiB.
    var memoryLimit: Int
    /// The port it listens on, or did last.
    var port: Int
    /// `nil` while it is about to be started, and when it was stopped.
    var process: ProcessIdentity?
    /// Since when it sleeps.
    var asleepSince: Timestamp?
    /// Whether the process has had the turn that a spare is warmed with.
    var isWarm: Bool?
}
