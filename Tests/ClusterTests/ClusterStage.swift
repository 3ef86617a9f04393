import Core
import Crypto
import FoundationEssentials
import JSON
import Jobs
import Kubernetes
import Logging
import Operator
import S3
import SQL
import ServiceLifecycle
import Store
import TestSupport
import Testing

/// An operator on a database of its own and on a real Kubernetes: the one that KUBECONFIG leads to (`scripts/test-cluster`).
struct ClusterStage {
    let platform: TestPlatform
    let client: KubernetesClient
    let runtime: KubernetesRuntime
    let service: OperatorServices
    let box: Box

    static let vault = Vault(key: SymmetricKey(size: .bits256))
    static let logger: Logger = {
        var logger = Logger(label: "cluster-tests") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = ProcessInfo.processInfo.environment["LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0) } ?? .error
        return logger
    }()
    static let settings = ClusterSettings(image: "sandbox-agent:1")

    /// - Throws: a `ConfigurationError` if no cluster is there; the tests then fail.
    static func client() throws -> KubernetesClient {
        let configuration = try ClusterConfiguration.fromEnvironment(ProcessInfo.processInfo.environment)
        return KubernetesClient(try #require(configuration, "run these with: make test-operator"))
    }

    /// Runs `body` with a customer whose box is wanted running, and removes what it left in the cluster.
    static func run(
        image: String = "sandbox-agent:1", tier: Tier = .starter, timeout: Duration = .seconds(30),
        follow: Bool = true, client given: KubernetesClient? = nil, platformImage: String? = nil,
        volumesCanGrow: Bool? = nil, _ body: (ClusterStage) async throws -> Void
    ) async throws {
        let client = try given ?? client()
        try await TestPlatform.run { platform in
            let box = try await wantedBox(on: platform, tier: tier)
            var storageClass: String?
            if let volumesCanGrow { storageClass = try await makeStorageClass(canGrow: volumesCanGrow, client) }
            let stage = stage(
                platform, client: client, box: box, image: image, timeout: timeout, platformImage: platformImage,
                storageClass: storageClass)
            let result = await Result<Void, any Error>.catching {
                try await stage.operating(follow: follow) { try await body(stage) }
            }
            try await client.delete(.namespaces, stage.namespace)
            if given == nil { await client.close() }
            try result.get()
        }
    }

    /// - Parameter platformImage: of the program that moves agents' states; without one they aren't saved.
    static func stage(
        _ platform: TestPlatform, client: KubernetesClient, box: Box, image: String = "sandbox-agent:1",
        timeout: Duration = .seconds(30), limits: RolloutPlan.Limits = .init(), platformImage: String? = nil,
        storageClass: String? = nil, spares: Int = 0
    ) -> ClusterStage {
        var settings = settings
        settings.storageClass = storageClass
        settings.backups = platformImage.map { .init(image: $0, endpoint: "https://store.example") }
        let bucket = S3Bucket(endpoint: "https://store.example", name: "backups", region: "eu")
        let signer = bucket.map {
            S3Signer(bucket: $0, credentials: S3Credentials(accessKeyID: "key", secretAccessKey: "hidden"))
        }
        let runtime = KubernetesRuntime(client: client, settings: settings, logger: logger)
        let service = OperatorServices(
            queue: platform.queue, runtime: runtime, vault: vault, plans: .builtIn,
            settings: AgentSettings(tokenProxyURL: "http://token-proxy.platform.svc.cluster.local:8082/v1"), image: image,
            backups: platformImage == nil ? nil : signer, rolloutLimits: limits,
            spares: .init(count: spares, tier: .starter), timeout: timeout, logger: logger)
        return ClusterStage(platform: platform, client: client, runtime: runtime, service: service, box: box)
    }

    /// A StorageClass like the cluster's default one, but for whether volumes can grow.
    /// - Returns: its name.
    private static func makeStorageClass(canGrow: Bool, _ client: KubernetesClient) async throws -> String {
        let type = ResourceType(
            group: "storage.k8s.io", kind: "StorageClass", plural: "storageclasses", isNamespaced: false)
        let classes = try await client.list(type).items
        var made = try #require(classes.first { $0.annotation("storageclass.kubernetes.io/is-default-class") == "true" })
        let name = canGrow ? "openclaw-test-growing" : "openclaw-test-fixed"
        if !classes.contains(where: { $0.name == name }) {
            made.json["metadata"] = ["name": .string(name)]
            made.json["allowVolumeExpansion"] = .bool(canGrow)
            _ = try await client.create(made, fieldManager: "tests")
        }
        return name
    }

    static func wantedBox(on platform: TestPlatform, tier: Tier = .starter, bot: Int64 = 77) async throws -> Box {
        let customer = Customer(id: ids.next(), language: .english, createdAt: testNow)
        let box = try wantedBox(of: customer.id, tier: tier, bot: bot)
        try await platform.database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(box)
        }
        return box
    }

    private static func wantedBox(of customerID: Customer.ID, tier: Tier = .starter, bot: Int64) throws -> Box {
        var box = Box(
            id: ids.next(), customerID: customerID, tier: tier, agentName: "Ada", purpose: "My garden.", language: .english,
            desired: .running, createdAt: testNow)
        let sealed = try vault.seal(Secret("\(bot):AAAA-bot-token"), context: box.botTokenContext)
        box.bot = Box.Bot(id: bot, username: "ada\(bot)_bot", sealedToken: sealed, ownerUserID: 5)
        return box
    }

    /// Random ones: the cluster outlives the test.
    private static let ids = IdentifierSource.random(clock: .system)

    /// Runs `body` while the runtime watches and, if asked to, the service follows.
    func operating(follow: Bool, _ body: () async throws -> Void) async throws {
        let services: [any Service] = follow ? [runtime, service.follower] : [runtime]
        let group = ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: Self.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result = await Result<Void, any Error>.catching(body)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    /// Another box of the same customer, with the same operator.
    func nextBox() async throws -> ClusterStage {
        let next = try Self.wantedBox(of: box.customerID, bot: 78)
        try await platform.database.write { try BoxStore($0).insert(next) }
        return ClusterStage(platform: platform, client: client, runtime: runtime, service: service, box: next)
    }

    /// The same box, with another stage's operator.
    func operated(by other: ClusterStage) -> ClusterStage {
        ClusterStage(platform: platform, client: client, runtime: other.runtime, service: other.service, box: box)
    }

    var agent: AgentReference { AgentReference(box) }
    var namespace: String { BoxRenderer.namespace(of: box) }

    var row: Box {
        get async throws {
            try #require(try await platform.row(of: box))
        }
    }

    func reconcile() async throws {
        try await service.reconciler.reconcile(agent)
    }

    /// Changes what is wanted of the box.
    func want(_ change: @escaping @Sendable (inout Box) -> Void) async throws {
        try await platform.want(box, change)
    }

    func object(_ type: ResourceType, _ name: String = "agent") async throws -> KubernetesObject {
        try #require(try await client.get(type, name, namespace: namespace), "no \(type.kind) \(name)")
    }

    /// The pods that aren't on their way out.
    var pods: [KubernetesObject] {
        get async throws { try await client.list(.pods, namespace: namespace).items.filter { !$0.isBeingDeleted } }
    }

    /// Every object of the box by kind and name, with its resource version.
    var versions: [String: String] {
        get async throws {
            var versions: [String: String] = [:]
            for type in Self.ownedTypes {
                for object in try await client.list(type, namespace: namespace, labelSelector: Self.ours).items {
                    versions["\(type.kind)/\(object.name)"] = object.resourceVersion
                }
            }
            return versions
        }
    }

    static let ours = "app.kubernetes.io/managed-by=openclaw-cloud"
    static let ownedTypes: [ResourceType] = [
        .serviceAccounts, .secrets, .configMaps, .persistentVolumeClaims, .limitRanges, .networkPolicies, .deployments,
    ]

    /// Waits until the operator has asked for the box to be reconciled, and does so, until `isSo`. What only takes longer is tried
    /// again, as the queue does.
    func repaired(
        within limit: Duration = .seconds(15), _ comment: Comment? = nil, until isSo: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        var isAsked = false
        while try await !isSo() {
            guard .now < deadline else {
                Issue.record(comment ?? "not repaired in time")
                return
            }
            if try await !platform.takeJobs(ReconcileBox.kind).isEmpty { isAsked = true }
            if isAsked {
                do {
                    try await reconcile()
                    isAsked = false
                } catch is JobOutcome {}
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension TestPlatform {
    /// Takes the waiting jobs of a kind out of the queue.
    func takeJobs(_ kind: String) async throws -> [String] {
        let jobs = try await queuedJobs(kind)
        if !jobs.isEmpty {
            _ = try await database.write { transaction in
                try transaction.execute("DELETE FROM jobs WHERE kind = ?1 AND state = 'queued'", [.text(kind)])
            }
        }
        return jobs
    }
}

extension Result where Failure == any Error {
    static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

/// Whether pods don't really run, but behave as the tags of their images say.
let isFakeNode = ProcessInfo.processInfo.environment["TEST_CLUSTER_KIND"] == "fake"
