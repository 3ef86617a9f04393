import Core
import Kubernetes
import Operator
import ServiceLifecycle

/// Where agents run, and what makes them real.
extension Composition {
    func operatorServices(_ runtime: any AgentRuntime) -> OperatorServices {
        let inCluster = platform.cluster != nil
        let backup = inCluster ? configuration.backup : nil
        var limits = RolloutPlan.Limits()
        // An upgrade waits for its backup.
        if backup != nil { limits.readyWithin += BoxBackups.limit }
        var checksImage: ConfigurationCheck.Check?
        if let cluster = runtime as? KubernetesRuntime {
            checksImage = { try await cluster.check($0, image: $1) }
        }
        return OperatorServices(
            queue: platform.queue, runtime: runtime, vault: platform.vault, plans: configuration.plans,
            settings: configuration.agentSettings(inCluster: inCluster),
            image: inCluster ? configuration.cluster.settings.image : nil, backups: backup?.signer, rolloutLimits: limits,
            checksImage: checksImage, spares: configuration.spares,
            logger: platform.logger)
    }

    func agentRuntime() throws -> any AgentRuntime & Service {
        if let cluster = platform.cluster {
            return KubernetesRuntime(client: cluster, settings: configuration.cluster.settings, logger: platform.logger)
        }
        return try ChildProcessRuntime(
            dataDirectory: platform.data.path, command: try AgentProgram(configuration).command,
            searchPath: AgentProgram.searchPath, logger: platform.logger)
    }
}
