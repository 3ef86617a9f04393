import FoundationEssentials
import HTTPSupport
import Kubernetes
import Operator

extension CloudConfiguration {
    /// The Kubernetes cluster that agents run in, if they do.
    struct Cluster: Sendable {
        /// Files that lead to it, joined by `:`; `nil`: the one that this process itself runs in, if any.
        var kubeConfig: String?
        var settings: ClusterSettings

        /// - Returns: `nil` where agents are child processes.
        /// - Throws: ``CloudConfiguration/Invalid``.
        func connection() throws(Invalid) -> ClusterConfiguration? {
            var environment = ProcessInfo.processInfo.environment
            environment["KUBECONFIG"] = kubeConfig
            let found: ClusterConfiguration?
            do {
                found = try ClusterConfiguration.fromEnvironment(environment)
            } catch {
                throw Invalid(faults: ["\(Setting.kubeConfig.rawValue) doesn't lead to a cluster: \(error)"])
            }
            // Whose image has nothing of ours.
            if found != nil, settings.supervisorImage == nil, settings.image.hasPrefix("ghcr.io/openclaw/openclaw") {
                let setting = Setting.platformImage.rawValue
                throw Invalid(faults: ["\(setting) must be set: what looks after agents isn't in \(settings.image)"])
            }
            return found
        }
    }

    static func cluster(_ settings: inout SettingsReader, backup: Backup?) -> Cluster {
        let image = settings.image(.agentImage)
        if let objection = OpenClawVersion.objection(to: image) { settings.fault(.agentImage, objection) }
        let (ranges, backupRanges) = (blocks(.agentBlockedRanges, &settings), blocks(.backupRanges, &settings))
        let egress = settings.text(.agentEgress).flatMap { ClusterSettings.Egress(rawValue: $0) }
        if egress == nil { settings.fault(.agentEgress, "must be open or strict") }
        return Cluster(
            kubeConfig: settings.text(.kubeConfig),
            settings: ClusterSettings(
                image: image, platformNamespace: settings.text(.platformNamespace) ?? "",
                blockedRanges: ranges, egress: egress ?? .strict, storageClass: settings.text(.agentStorageClass),
                priorityClass: settings.text(.agentPriorityClass), runtimeClass: settings.text(.agentRuntimeClass),
                supervisorImage: settings.text(.platformImage),
                backups: backup.map { .init(image: $0.image, endpoint: $0.endpoint, ranges: backupRanges) }))
    }

    /// Ranges as a NetworkPolicy takes them.
    private static func blocks(_ setting: Setting, _ settings: inout SettingsReader) -> [String] {
        let ranges = settings.list(setting)
        for range in ranges where !range.contains("/") || AddressRange(range) == nil {
            settings.fault(setting, "has '\(range)', which is no range of addresses such as 10.42.0.0/16")
        }
        return ranges
    }

    /// What all agents have in common.
    /// - Parameter inCluster: whether they run in the cluster, and so reach our services by their Services.
    func agentSettings(inCluster: Bool) -> AgentSettings {
        func address(_ role: Role, _ port: Int) -> String {
            inCluster
                ? "http://\(role.rawValue).\(cluster.settings.platformNamespace).svc.cluster.local:\(port)"
                : "http://127.0.0.1:\(port)"
        }
        return AgentSettings(
            tokenProxyURL: agentTokenProxyURL ?? address(.tokenProxy, tokenProxyPort) + "/v1",
            agentToolsURL: agentToolsURL ?? address(.agentTools, agentToolsPort) + "/mcp",
            telegramAPIRoot: telegram.apiRoot == "https://api.telegram.org" ? nil : telegram.apiRoot,
            hearsVoiceNotes: transcription != nil, searchesTheWeb: search != nil,
            model: AgentSettings.Model(id: kimi.agentModel), sleepAfter: agentSleepAfter)
    }
}
