import BoxSupervisor
package import Core
import FoundationEssentials
import JSON
import Jobs
package import Kubernetes
package import Logging
import ServiceLifecycle
import Store

/// Runs each agent in a namespace of its own, `customer-<id>`.
///
/// It compares what is wanted with a copy of the cluster that watches keep fresh, and writes only what differs. Every request
/// for a box names that box's namespace.
package actor KubernetesRuntime: AgentRuntime, Service {
    let client: KubernetesClient
    let settings: ClusterSettings
    let logger: Logger
    let informers: TenantInformers
    let serverAdditions = ServerAdditions()
    let broadcast = Broadcast()

    /// What was applied last, but for the Secret, to tell what others change from then on.
    var applied: [AgentReference: [KubernetesObject]] = [:]
    /// Agents' Secrets, each from when it was read until it was held against what is wanted.
    var secrets: [AgentReference: KubernetesObject] = [:]
    /// The agents that are being changed by this program itself, of which nothing is announced meanwhile.
    var underWay: Set<AgentReference> = []
    /// The agent of each namespace.
    private var inhabitants: [String: AgentReference] = [:]
    /// The agents whose volumes can't grow, and when that was found out.
    private var fixedVolumes: [AgentReference: ContinuousClock.Instant] = [:]
    /// After so long it is tried again: the host may have changed the StorageClass.
    private static let growthInterval = Duration.seconds(3600)
    /// The state that was last announced.
    private var states: [AgentReference: AgentState] = [:]
    /// What boxes say of themselves, and from which pod.
    var followed: [AgentReference: Followed] = [:]

    package init(client: KubernetesClient, settings: ClusterSettings, logger: Logger) {
        self.client = client
        self.settings = settings
        self.logger = logger
        informers = TenantInformers(client: client, logger: logger)
    }

    // MARK: Service

    /// Watches the cluster until the graceful shutdown; the agents go on running.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await self.informers.run() }
                group.addTask {
                    for await change in self.informers.changes { await self.take(change) }
                }
            }
        }
        for followed in followed.values { followed.task.cancel() }
        followed = [:]
    }

    private func take(_ change: Informer.Change) {
        let namespace = change.object.type == .namespaces ? change.object.name : change.object.namespace
        // A namespace that is gone tells nothing any more, but who lived there is known.
        let agent =
            informers.object(.namespaces, namespace).flatMap { AgentReference(namespace: $0) } ?? inhabitants[namespace]
        guard let agent else { return }
        if change.object.type == .jobs {
            // Only this watch reports how a transfer ends, also while the agent is being changed.
            if change.isGone || StateTransfer.Progress(job: change.object, pods: []).isOver { broadcast.send(agent) }
            return
        }
        if change.object.type == .pods { follow(agent) }
        if underWay.contains(agent) { return }
        announce(agent, isDrifted: isDrifted(agent, at: change.object))
    }

    func announce(_ agent: AgentReference, isDrifted: Bool) {
        let state = state(of: agent)
        let isNews = state != states[agent, default: .absent]
        states[agent] = state == .absent ? nil : state
        inhabitants[agent.namespace] = state == .absent && applied[agent] == nil ? nil : agent
        if isNews { logger.info("agent's state changed", metadata: ["box": "\(agent.boxID)", "state": "\(state)"]) }
        if isNews || isDrifted { broadcast.send(agent) }
    }

    package nonisolated func changes() -> AsyncStream<AgentReference> { broadcast.stream() }

    // MARK: What is wanted

    package func apply(_ specification: AgentSpecification) async throws {
        try await make(specification, isToRun: true)
    }

    package func prepare(_ specification: AgentSpecification) async throws {
        try await suspend(specification.agent)
        try await make(specification, isToRun: false)
    }

    private func make(_ specification: AgentSpecification, isToRun: Bool) async throws {
        let agent = specification.agent
        try await informers.waitUntilSynced()
        try await changing(agent) {
            applied[agent] = nil
            try checkNamespaceIsFree(for: agent)
            var held = secrets[agent]
            if held == nil { held = try await secret(of: agent) }
            guard let tenantSecrets = TenantSecrets(specification, held: held) else {
                throw DomainError(
                    .conflict, code: "proxy_token_lost",
                    "Your agent needs a new key. It gets one with the next attempt.")
            }
            let claim = try await claim(of: agent)
            func manifests(canGrow: Bool) -> Manifests {
                Manifests(
                    specification: specification, secrets: tenantSecrets, settings: settings,
                    claim: claim.flatMap { Manifests.Claim($0, canGrow: canGrow) })
            }
            let before = informers.object(.configMaps, Tenant.name, namespace: agent.namespace)
            let canGrow = fixedVolumes[agent].map { $0 < .now - Self.growthInterval } ?? true
            let watched: [KubernetesObject]
            do {
                watched = try await ensure(manifests(canGrow: canGrow), isToRun: isToRun, heldSecret: held)
                if canGrow { fixedVolumes[agent] = nil }
            } catch let error as KubernetesError where error.isVolumeOfFixedSize && canGrow {
                logger.error(
                    "a volume can't grow, so its box keeps the size it has: see docs/operations.md, Kubernetes",
                    metadata: ["box": "\(agent.boxID)", "error": "\(error)"])
                fixedVolumes[agent] = .now
                watched = try await ensure(manifests(canGrow: false), isToRun: isToRun, heldSecret: held)
            }
            (applied[agent], secrets[agent]) = (isToRun ? watched : nil, nil)
            if let before, before.annotation(Tenant.Annotation.specification) != specification.hash {
                try await nudge(specification)
            }
        }
    }

    /// The volume's claim. In a namespace that is there already, one that isn't in the copy may only have lost its labels.
    private func claim(of agent: AgentReference) async throws -> KubernetesObject? {
        let known = informers.object(.persistentVolumeClaims, Tenant.volume, namespace: agent.namespace)
        guard known == nil, informers.object(.namespaces, agent.namespace) != nil else { return known }
        try await ensureAccess(to: agent)
        return try await client.patch(
            .persistentVolumeClaims, Tenant.volume, namespace: agent.namespace,
            merging: ["metadata": ["labels": JSONValue(Tenant.labels(agent))]], fieldManager: Tenant.fieldManager)
    }

    package func suspend(_ agent: AgentReference) async throws {
        try await informers.waitUntilSynced()
        applied[agent] = nil
        guard let namespace = try await namespace(of: agent), !namespace.isBeingDeleted else { return }
        try await changing(agent) {
            try await ensureAccess(to: agent)
            // By its name, whether it is in the copy or somebody has taken its labels off.
            let deployment = informers.object(.deployments, Tenant.name, namespace: agent.namespace)
            if deployment?["spec"]?["replicas"]?.integer != 0 {
                let patched = try await client.patch(
                    .deployments, Tenant.name, namespace: agent.namespace, merging: ["spec": ["replicas": 0]],
                    fieldManager: Tenant.fieldManager)
                if let patched { informers.remember(patched) }
            }
            try await wait("the agent's pod is still ending") { self.pods(of: agent).allSatisfy(\.isOver) }
        }
    }

    package func delete(_ agent: AgentReference) async throws {
        try await informers.waitUntilSynced()
        (applied[agent], secrets[agent], fixedVolumes[agent]) = (nil, nil, nil)
        guard let namespace = try await namespace(of: agent) else { return }
        try await changing(agent) {
            if !namespace.isBeingDeleted {
                try await ensureAccess(to: agent)
                // The workload first: a namespace with running pods in it takes long to go.
                try await client.delete(
                    .deployments, Tenant.name, namespace: agent.namespace, propagation: .foreground)
                try await wait("the agent's pod is still ending") { self.pods(of: agent).isEmpty }
                try await client.delete(.namespaces, agent.namespace, uid: namespace.uid)
            }
            try await wait("the agent's namespace is still being removed") {
                self.informers.object(.namespaces, agent.namespace)?.uid != namespace.uid
            }
        }
    }

    package func cleanUp(keeping wanted: @Sendable () async throws -> Set<AgentReference>) async throws {
        try await informers.waitUntilSynced()
        let agents = try await wanted()
        for agent in informers.namespaces.compactMap({ AgentReference(namespace: $0) }) where !agents.contains(agent) {
            do {
                // It may be wanted by now, because stopping the others took a while.
                if try await !wanted().contains(agent) { try await suspend(agent) }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                // One agent must not keep the platform from starting.
                logger.error("agent left behind can't be stopped", metadata: ["box": "\(agent.boxID)", "error": "\(error)"])
            }
        }
    }

    // MARK: Writing

    /// - Throws: `JobOutcome` while an earlier box of the same customer is there.
    private func checkNamespaceIsFree(for agent: AgentReference) throws {
        guard let namespace = informers.object(.namespaces, agent.namespace) else { return }
        guard !namespace.isBeingDeleted, AgentReference(namespace: namespace) == agent else {
            throw JobOutcome.retry(after: .seconds(2), reason: "an earlier box of this customer is still being removed")
        }
    }

    /// - Throws: `JobOutcome` if it isn't so after a minute; `CancellationError`.
    private func wait(_ reason: String, until isSo: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !isSo() {
            guard .now < deadline else { throw JobOutcome.retry(after: .seconds(5), reason: reason) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Runs what changes an agent, and announces what has become of it when all is done.
    private func changing(_ agent: AgentReference, _ body: () async throws -> Void) async throws {
        underWay.insert(agent)
        defer {
            underWay.remove(agent)
            announce(agent, isDrifted: isDrifted(agent))
        }
        try await inOwnersWords(agent, body)
    }

    /// What the cluster refuses is the host's business, so it goes into the log. What only fails in passing isn't told at all.
    func inOwnersWords<Result: Sendable>(
        _ agent: AgentReference, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as KubernetesError where !error.isPassing && !error.isConflict {
            // Gone, or about to go, since the copy was made.
            if error.isNotFound || error.isNamespaceTerminating {
                throw JobOutcome.retry(after: .seconds(2), reason: "the namespace is being removed")
            }
            logger.error("the cluster refuses", metadata: ["box": "\(agent.boxID)", "error": "\(error)"])
            throw Self.fault
        }
    }

    static let fault = DomainError(
        .unavailable, code: "cluster_fault", "Your agent's machine has a fault. We have been told and keep trying.")
}
