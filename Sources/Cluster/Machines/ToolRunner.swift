import FoundationEssentials
package import Subprocess
import SystemPackage

/// Runs the tools of others: nixos-anywhere, Colmena, kubectl. What they say goes where ours goes.
package struct ToolRunner: Sendable {
    package init() {}

    /// A command as a shell takes it, to be shown.
    package struct Command: Sendable, Hashable, CustomStringConvertible {
        package let words: [String]

        package init(_ words: String...) {
            self.words = words
        }

        package var description: String { words.joined(separator: " ") }
    }

    /// What went wrong with a tool.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Throws: ``Failure`` if it can't be found, or doesn't end well.
    package func run(_ command: Command) async throws {
        guard let program = command.words.first else { return }
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(Array(command.words.dropFirst())), input: .none, output: .currentStandardOutput,
                error: .currentStandardError)
            guard result.terminationStatus.isSuccess else {
                throw Failure(
                    description: "\(command) failed (\(result.terminationStatus)); the next run goes on from there")
            }
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw Failure(description: "\(program) isn't installed; nix develop has it. To be run: \(command)")
        }
    }
}

extension Inventory {
    /// What puts our system onto a bare server. The host key that sops needs comes along.
    package func installation(of node: Node, at address: String) -> ToolRunner.Command {
        .init(
            "nixos-anywhere", "--flake", ".#\(node.name)", "--extra-files", "deploy/secrets/hosts/\(node.name)",
            "root@\(address)")
    }

    /// What brings every node up to date.
    package var deployment: ToolRunner.Command { .init("colmena", "apply") }
}
