import FoundationEssentials
import Sandbox
import Testing

/// The stand-in's part of OpenClaw's `backup` command.
struct AgentArchiveTests {
    /// A folder with a state in it, for as long as `body` runs.
    private func withState(_ body: (String, AgentArchive) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let state = folder + "/home/.openclaw"
        try FileManager.default.createDirectory(atPath: state + "/workspace", withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: URL(filePath: state + "/openclaw.json"))
        try Data("Remember the milk — às 8h.".utf8).write(to: URL(filePath: state + "/workspace/MEMORY.md"))
        try await body(folder, AgentArchive(environment: ["HOME": folder + "/home"]))
    }

    @Test func whatWasSavedComesBackUnderItsAbsolutePath() async throws {
        try await withState { folder, archive in
            let file = folder + "/state.tar.gz"
            try await archive.create(at: file, now: Date(timeIntervalSince1970: 0))
            try await archive.verify(file)
            try await archive.restore(file, into: folder + "/restored")
            let root = "\(folder)/restored/1970-01-01T00-00-00Z-openclaw-backup"
            let memory = FileManager.default.contents(
                atPath: "\(root)/payload/posix\(folder)/home/.openclaw/workspace/MEMORY.md")
            #expect(memory == Data("Remember the milk — às 8h.".utf8))
            #expect(FileManager.default.fileExists(atPath: root + "/manifest.json"))
            #expect(
                Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == ["home", "restored", "state.tar.gz"])
        }
    }

    @Test func nothingIsOverwritten() async throws {
        try await withState { folder, archive in
            let file = folder + "/state.tar.gz"
            try Data("precious".utf8).write(to: URL(filePath: file))
            await #expect(throws: AgentArchive.Failure.self) { try await archive.create(at: file, now: .now) }
            #expect(FileManager.default.contents(atPath: file) == Data("precious".utf8))
            await #expect(throws: AgentArchive.Failure.self) {
                try await archive.create(at: folder + "/home/.openclaw/state.tar.gz", now: .now)
            }
            try FileManager.default.removeItem(atPath: file)
            try await archive.create(at: file, now: .now)
            await #expect(throws: AgentArchive.Failure.self) { try await archive.restore(file, into: folder + "/home") }
        }
    }

    @Test func whatIsNoArchiveIsRefusedBeforeAnythingIsWritten() async throws {
        try await withState { folder, archive in
            let file = folder + "/broken.tar.gz"
            try Data("not an archive".utf8).write(to: URL(filePath: file))
            await #expect(throws: AgentArchive.Failure.self) { try await archive.restore(file, into: folder + "/restored") }
            #expect(!FileManager.default.fileExists(atPath: folder + "/restored"))
        }
    }
}
