import ArgumentParser
import Core
import Onboarding
import Store

/// `openclaw-cloud admin keys`
struct AdminKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The keys that stored secrets are sealed with.", subcommands: [RotateCommand.self])

    /// `openclaw-cloud admin keys rotate`
    struct RotateCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate", abstract: "Seals all stored secrets with ENCRYPTION_KEY, so that older keys can go.",
            discussion: """
                Beforehand, every service must have the new key as ENCRYPTION_KEY and the old one in PREVIOUS_ENCRYPTION_KEYS. \
                Run it again if it was interrupted. Exits with 1 if a secret opens with none of the keys.
                """)

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let rotation = KeyRotation(database: platform.database, vault: platform.vault)
                let reports = [
                    try await rotation.boxes(), try await rotation.pastedTokens(), try await rotation.hostFactors(),
                    try await rotation.guideAccount(), try await rotation.webhookEndpoints(),
                ]
                print("\(reports.reduce(0) { $0 + $1.resealed }) secrets were sealed with ENCRYPTION_KEY.")
                let unreadable = reports.flatMap(\.unreadable)
                guard unreadable.isEmpty else {
                    print("These open with none of the keys: \(unreadable.joined(separator: ", "))")
                    throw ExitCode.failure
                }
                print("Nothing is under an older key: PREVIOUS_ENCRYPTION_KEYS can be emptied.")
            }
        }
    }
}
