import ArgumentParser

/// `openclaw-cloud cluster`
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "The platform on a Kubernetes cluster: its objects.",
        subcommands: [ClusterRenderCommand.self])
}
