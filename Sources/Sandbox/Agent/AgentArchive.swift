package import FoundationEssentials
import Subprocess
import SystemPackage

/// What OpenClaw's `backup` command does (https://docs.openclaw.ai/cli/backup), for the stand-in: the same archive layout, the
/// same refusals, and no more.
///
/// `<root>/manifest.json` names what is in it, and below `<root>/payload/posix` lies each file under its absolute path.
package struct AgentArchive: Sendable {
    /// Why there is no archive, or nothing was restored.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// `OPENCLAW_STATE_DIR`; everything else that is worth keeping lies below it.
    private let stateDirectory: String

    /// - Parameter environment: `OPENCLAW_STATE_DIR`, or `HOME` to find it below.
    package init(environment: [String: String]) {
        stateDirectory = environment["OPENCLAW_STATE_DIR"] ?? (environment["HOME"] ?? "") + "/.openclaw"
    }

    /// Writes the state into a new archive.
    /// - Parameter output: the path of a file that isn't there yet, outside of the state.
    /// - Throws: ``Failure``; a `CocoaError`; a `SubprocessError` where there is no `tar`.
    package func create(at output: String, now: Date) async throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: output) else { throw Failure(description: "refusing to overwrite \(output)") }
        guard !(output + "/").hasPrefix(stateDirectory + "/") else {
            throw Failure(description: "\(output) lies inside of what is to be saved")
        }
        let time = now.formatted(Date.ISO8601FormatStyle(timeZone: .gmt)).replacing(":", with: "-")
        let root = "\(time)-openclaw-backup"
        let staging = output + ".staging"
        let payload = "\(root)/payload/posix"
        defer {
            // The link by itself, before anything goes through folders.
            try? files.removeItem(atPath: "\(staging)/\(payload)")
            try? files.removeItem(atPath: staging)
        }
        // Through this link the files have their absolute paths in the archive, without being copied: those that are mounted
        // into the state aren't ours.
        try files.createDirectory(atPath: "\(staging)/\(root)/payload", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: "\(staging)/\(payload)", withDestinationPath: "/")
        let manifest = Manifest(
            createdAt: now.formatted(.iso8601), archiveRoot: root,
            assets: [
                .init(kind: "state", sourcePath: stateDirectory, archivePath: payload + stateDirectory)
            ])
        try JSONEncoder().encode(manifest).write(to: URL(filePath: "\(staging)/\(root)/manifest.json"))
        // It appears whole or not at all.
        let draft = output + ".tmp"
        try await tar(["-czf", draft, "-C", staging, "\(root)/manifest.json", payload + stateDirectory])
        try files.moveItem(atPath: draft, toPath: output)
    }

    /// Reads an archive through and looks for its manifest.
    /// - Throws: ``Failure``; a `SubprocessError` where there is no `tar`.
    package func verify(_ archive: String) async throws {
        let names = try await tar(["-tzf", archive]).split(separator: "\n")
        let manifests = names.filter { $0.hasSuffix("/manifest.json") && $0.count(where: { $0 == "/" }) == 1 }
        guard manifests.count == 1 else { throw Failure(description: "\(archive) has no manifest, or several") }
        guard !names.contains(where: { $0.hasPrefix("/") || $0.split(separator: "/").contains("..") }) else {
            throw Failure(description: "\(archive) has paths that lead out of it")
        }
    }

    /// Unpacks an archive beside the state, from where the agent's supervisor moves it into place.
    /// - Parameter target: a folder that isn't there yet, or is empty, outside of the state.
    /// - Throws: ``Failure``; a `CocoaError`; a `SubprocessError` where there is no `tar`.
    package func restore(_ archive: String, into target: String) async throws {
        try await verify(archive)
        let files = FileManager.default
        let isEmpty = try !files.fileExists(atPath: target) || files.contentsOfDirectory(atPath: target).isEmpty
        guard isEmpty else { throw Failure(description: "\(target) isn't empty") }
        guard !(target + "/").hasPrefix(stateDirectory + "/") else {
            throw Failure(description: "\(target) lies inside of the state that is in use")
        }
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        do {
            try await tar(["-xzf", archive, "-C", target])
        } catch {
            try? files.removeItem(atPath: target)
            throw error
        }
    }

    /// - Returns: what it has printed, a megabyte at most.
    @discardableResult
    private func tar(_ arguments: [String]) async throws -> String {
        let result = try await Subprocess.run(
            .name("tar"), arguments: Arguments(arguments), output: .string(limit: 1 << 20), error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else {
            throw Failure(description: "tar failed: \(result.standardError)")
        }
        return result.standardOutput
    }

    private struct Manifest: Encodable {
        let schemaVersion = 1
        let createdAt: String
        let archiveRoot: String
        let assets: [Asset]

        struct Asset: Encodable {
            let kind: String
            let sourcePath: String
            let archivePath: String
        }
    }
}
