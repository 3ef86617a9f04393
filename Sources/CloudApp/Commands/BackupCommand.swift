import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import Operator
import SystemPackage

/// `openclaw-cloud backup`
///
/// What runs in a customer's namespace beside OpenClaw's own backup command. It knows one URL, which is good for one object.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Moves an agent's saved state between a file and the host's object store.",
        discussion: """
            The operator runs these in customers' namespaces. The presigned URL of the object comes in BACKUP_URL, and from \
            nowhere else. What may pass is tried four times. Exits with 69 if the store can't be reached, 74 if the file is \
            in trouble, 77 if the store refuses, and 78 without a URL.
            """,
        subcommands: [UploadCommand.self, DownloadCommand.self])

    /// The file, and where to say how much was moved.
    struct Place: ParsableArguments {
        @Option(help: "The file's path.")
        var file: String

        @Option(help: "A file that the number of bytes is written to, such as a container's termination message.")
        var report: String?

        /// Runs a transfer and tells how it went.
        func move(_ words: String, _ body: (ObjectTransfer) async throws -> Int64) async throws {
            let client = ObjectTransfer.client()
            do {
                let url = ProcessInfo.processInfo.environment["BACKUP_URL"]
                let size = try await body(try ObjectTransfer(url: url, client: client))
                try await client.shutdown()
                print("\(words) \(size) bytes.")
                try say("\(size)")
            } catch let error as ObjectTransfer.Failure {
                try? await client.shutdown()
                _ = try? FileDescriptor.standardError.writeAll("Error: \(error)\n".utf8)
                try say("\(error)")
                throw ExitCode(error.exitCode)
            }
        }

        private func say(_ text: String) throws {
            guard let report else { return }
            try Data(text.utf8).write(to: URL(filePath: report))
        }
    }

    /// `openclaw-cloud backup upload`
    struct UploadCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "upload", abstract: "Puts a file into the object that BACKUP_URL stands for.")

        @OptionGroup var place: Place

        func run() async throws {
            try await place.move("Uploaded") { try await $0.upload(place.file) }
        }
    }

    /// `openclaw-cloud backup download`
    struct DownloadCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "download", abstract: "Gets the object that BACKUP_URL stands for into a file.")

        @OptionGroup var place: Place

        func run() async throws {
            try await place.move("Downloaded") { try await $0.download(to: place.file) }
        }
    }
}
