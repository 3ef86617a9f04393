import ArgumentParser

/// `openclaw-cloud cluster`
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "The machines of a cluster, and the platform's objects on it.",
        discussion: "The machines stand in deploy/cluster.json; deploy/cluster.example.json is one to begin with.",
        subcommands: [
            ClusterPlanCommand.self, ClusterApplyCommand.self, ClusterAddWorkerCommand.self, ClusterRemoveWorkerCommand.self,
            ClusterStatusCommand.self, ClusterRenderCommand.self,
        ])
}
