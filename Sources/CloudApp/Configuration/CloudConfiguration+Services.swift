import AgentTools
import BoxSupervisor
import Cluster
import Core
import FoundationEssentials
import JSON
import Kubernetes
import Operator
import S3
import TokenProxy

extension CloudConfiguration {
    /// The table of the platform's services, one for each role that runs in a cluster.
    var platformServices: [PlatformService] {
        Role.allCases.filter { $0 != .sandbox }.map(service)
    }

    private func service(_ role: Role) -> PlatformService {
        let port = port(of: role)
        var service = PlatformService(
            name: role.rawValue, port: port, probePort: PortCheck.hasOpsPort([role]) ? opsPort : port?.number ?? opsPort,
            egress: egress(of: role), secrets: secrets(of: role), scale: .redundant)
        if Self.reachesBackups(role) { service.variables = backupVariables }
        switch role {
        case .web, .api: (service.callers, service.scale) = ([.visitors], .elastic)
        // Metered tokens lie in its journal until the database has them.
        case .tokenProxy: (service.callers, service.scale, service.volume) = ([.agents, .onboarding], .elastic, 1)
        case .agentTools: (service.callers, service.scale) = ([.agents], .elastic)
        case .operator: service.reachesCluster = true
        case .onboardingAgent, .billingWorker, .sandbox: break
        }
        return service
    }

    private func port(of role: Role) -> PlatformService.Port? {
        switch role {
        case .web: .init(name: "http", number: webPort)
        case .api: .init(name: "http", number: apiPort)
        case .tokenProxy: .init(name: "http", number: tokenProxyPort)
        case .agentTools: .init(name: "http", number: agentToolsPort)
        case .onboardingAgent, .billingWorker, .operator, .sandbox: nil
        }
    }

    /// Each service gets the secrets that it needs, and no other.
    private func secrets(of role: Role) -> [PlatformService.SecretVariable] {
        var needed: [Setting] = role == .tokenProxy ? [] : [.encryptionKey, .previousEncryptionKeys]
        for part in Part.allCases where role.parts.contains(part) { needed += part.secrets }
        if Self.reachesBackups(role) { needed += [.backupSecretAccessKey] }
        if role == .tokenProxy, transcription != nil { needed.append(.transcriptionAPIKey) }
        if role == .agentTools, search != nil { needed.append(.searchAPIKey) }
        if traces != nil { needed.append(.traceHeaders) }
        return (Setting.ofStores + needed).map {
            .init(name: $0.rawValue, isRequired: [.databaseURL, .encryptionKey].contains($0))
        }
    }

    private func egress(of role: Role) -> [JSONValue] {
        var urls: [String] = []
        for part in role.parts {
            switch part {
            case .kimi:
                urls += [kimi.baseURL, kimi.anthropicBaseURL]
                if let fallback { urls += [fallback.baseURL, fallback.anthropicBaseURL] }
            case .stripe: urls.append(stripe.baseURL)
            case .telegram: urls.append(telegram.apiRoot)
            case .mail: urls += ["https://mail.example:465", "https://mail.example:587"]
            }
        }
        if Self.reachesBackups(role), let backup { urls.append(backup.endpoint) }
        if role == .tokenProxy, let transcription { urls.append(transcription.baseURL) }
        if role == .agentTools, let search { urls.append(search.url) }
        if let traces { urls.append(traces.endpoint) }
        // A model leads the set-up chat, and is called like any other.
        if role == .onboardingAgent {
            urls.append(agentSettings(inCluster: true).tokenProxyURL)
            // The probes of the status page; customers' webhooks are on this port, too.
            urls += [publicURL, stripe.baseURL, kimi.baseURL] + [fallback?.baseURL].compactMap { $0 }
        }
        var rules: [JSONValue] = []
        // Where it is stands in a secret, and not here.
        if let redisURL { rules.append(["ports": [Self.port(of: redisURL, orElse: 6379)]]) }
        for rule in urls.map(Self.way).sorted(by: { $0.text().lexicographicallyPrecedes($1.text()) })
        where !rules.contains(rule) { rules.append(rule) }
        // Where the API server listens depends on the cluster; what it takes, RBAC says. And it asks boxes how they are.
        if role == .operator {
            let ports = [443, 6443, Int64(BoxFolders.port)]
            rules.append(["ports": .array(ports.map { ["port": .integer($0), "protocol": "TCP"] })])
        }
        return rules
    }

    /// The ports of a database that isn't the cluster's own, past a pooler, too.
    var databasePorts: [Int] {
        let ports = [postgresURL, postgresDirectURL].compactMap { $0 }.map { Self.portNumber(of: $0, orElse: 5432) }
        return ports.isEmpty ? [5432] : Set(ports).sorted()
    }

    private static func portNumber(of url: Secret, orElse usual: Int) -> Int {
        URL(string: url.reveal())?.port ?? usual
    }

    private static func port(of url: Secret, orElse usual: Int) -> JSONValue {
        ["port": .integer(Int64(portNumber(of: url, orElse: usual))), "protocol": "TCP"]
    }

    /// What the sandbox would play here has its key in the cluster's Secret, and is public there.
    private static func way(to url: String) -> JSONValue {
        if isThisMachine(url) { return EgressRule.publicAddresses(port: 443, except: []) }
        return EgressRule.own(url) ?? EgressRule.publicAddresses(port: EgressRule.port(of: url), except: [])
    }

    /// Who saves agents' states, shows them to their owners, or deletes them with these.
    private static func reachesBackups(_ role: Role) -> Bool {
        [.operator, .web, .api, .onboardingAgent].contains(role)
    }

    private var backupVariables: [String: String] {
        guard let backup else { return [:] }
        return [
            Setting.backupEndpoint.rawValue: backup.endpoint, Setting.backupBucket.rawValue: backup.bucket.name,
            Setting.backupRegion.rawValue: backup.bucket.region,
            Setting.backupAccessKeyID.rawValue: backup.credentials.accessKeyID,
            Setting.backupRanges.rawValue: cluster.settings.backups?.ranges.joined(separator: ",") ?? "",
        ].filter { !$0.value.isEmpty }
    }
}

extension Part {
    /// The keys to the real one.
    fileprivate var secrets: [Setting] {
        switch self {
        case .kimi: [.kimiAPIKey, .fallbackAPIKey]
        case .stripe: [.stripeSecretKey, .stripeWebhookSecrets]
        case .telegram: [.telegramBotToken]
        case .mail: [.smtpURL]
        }
    }
}

extension Setting {
    /// The secrets that lead to what all services share.
    fileprivate static var ofStores: [Setting] {
        allCases.filter { $0.isSecret && ["DATABASE_", "REDIS_"].contains(where: $0.rawValue.hasPrefix) }
    }

    /// With these the host makes machines, and no service has anything to do with them.
    static let ofTheHost: Set<Setting> = [.hetznerToken, .cloudflareToken]

    /// Whether a cluster's services take it as it is set here: it is no secret, and isn't about this machine.
    var isSharedInCluster: Bool {
        switch self {
        // The manifests set them.
        case .dataDirectory, .host, .plansFile, .platformNamespace, .platformImage: false
        case .kubeConfig, .agentExecutable: false
        // Of those alone that have to do with backups.
        case .backupEndpoint, .backupRanges, .backupBucket, .backupRegion, .backupAccessKeyID: false
        case .sandboxPort, .sandboxSMTPPort: false
        // The host's own.
        case .hetznerURL, .cloudflareURL: false
        // A folder of this machine's is none of a pod's.
        default: !isSecret && !rawValue.hasSuffix("_FOLDER")
        }
    }
}
