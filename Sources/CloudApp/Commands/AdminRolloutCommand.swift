import ArgumentParser
import Core
import HostDesk
import SQL
import Store

/// `openclaw-cloud admin rollout`
struct AdminRolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout", abstract: "The move of all agents to the container image that AGENT_IMAGE names.",
        subcommands: [ShowCommand.self, ResumeCommand.self])

    /// `openclaw-cloud admin rollout show`
    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Shows the rollouts, the youngest first, and how many boxes run which image.")

        func run() async throws {
            try await Launcher.withPlatform { platform in
                let (rollouts, boxes) = try await platform.database.read { transaction in
                    (try RolloutStore(transaction).all(), try BoxStore(transaction).allToReconcile())
                }
                if rollouts.isEmpty { print("No image has been rolled out yet.") }
                for rollout in rollouts { print(Self.line(rollout)) }
                let wanted = Dictionary(grouping: boxes.filter { $0.desired == .running && $0.image != nil }) {
                    $0.image ?? ""
                }
                for (image, boxes) in wanted.sorted(by: { $0.key < $1.key }) {
                    let onTrial = boxes.count { $0.imageBefore != nil }
                    print("\(image)  boxes \(boxes.count)  running \(boxes.count(where: \.runs))  on trial \(onTrial)")
                }
            }
        }

        private static func line(_ rollout: Rollout) -> String {
            let end = rollout.endedAt.map { ", ended \($0)" } ?? ""
            let detail = rollout.detail.map { "\n  \($0)" } ?? ""
            return
                "\(rollout.image)  \(rollout.state.rawValue), wave \(rollout.wave), started \(rollout.startedAt)\(end)\(detail)"
        }
    }

    /// `openclaw-cloud admin rollout resume`
    struct ResumeCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Lets a halted rollout go on, from a single box as at its start.")

        func run() async throws {
            try await Launcher.withPlatform { platform in
                print(try await platform.perform(.resumeRollout))
            }
        }
    }
}
