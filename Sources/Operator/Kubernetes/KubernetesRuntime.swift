import Core
import Jobs
package import Kubernetes
package import Logging
package import ServiceLifecycle
import Store

/// Runs each agent in a namespace of its own, `customer-<id>`.
///
/// It compares what is wanted with a copy of the cluster that watches keep fresh, and writes only what differs. Every request
/// for a box names that box's namespace.
package actor KubernetesRuntime: AgentRuntime, Service {
    private let client: KubernetesClient
    private let settings: ClusterSettings
    private let logger: Logger
    private let informers: TenantInformers
    private let broadcast = Broadcast()

    /// What was applied last, but for the Secret, to tell what others change from then on.
    private var applied: [AgentReference: [KubernetesObject]] = [:]
    /// Agents' Secrets, each from when it was read until it was held against what is wanted.
    private var secrets: [AgentReference: KubernetesObject] = [:]
    /// The agents that are being changed by this program itself, of which nothing is announced meanwhile.
    private var underWay: Set<AgentReference> = []
    /// Who lives in which namespace.
    private var inhabitants: [String: AgentReference] = [:]
    /// The state that was last announced.
    private var states: [AgentReference: AgentState] = [:]

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
    }

    private func take(_ change: Informer.Change) {
        let namespace = change.object.type == .namespaces ? change.object.name : change.object.namespace
        // A namespace that is gone tells nothing any more, but who lived there is known.
        let agent =
            informers.object(.namespaces, namespace).flatMap { AgentReference(namespace: $0) } ?? inhabitants[namespace]
        guard let agent, !underWay.contains(agent) else { return }
        announce(agent, isDrifted: isDrifted(agent, at: change.object))
    }

    private func announce(_ agent: AgentReference, isDrifted: Bool) {
        let state = state(of: agent)
        let isNews = state != states[agent, default: .absent]
        states[agent] = state == .absent ? nil : state
        inhabitants[agent.namespace] = state == .absent && applied[agent] == nil ? nil : agent
        if isNews { logger.info("agent's state changed", metadata: ["box": "\(agent.boxID)", "state": "\(state)"]) }
        if isNews || isDrifted { broadcast.send(agent) }
    }

    package nonisolated func changes() -> AsyncStream<AgentReference> { broadcast.stream() }

    // MARK: What is so

    package func observe(_ agent: AgentReference) async throws -> AgentObservation {
        try await informers.waitUntilSynced()
        let deployment = informers.object(.deployments, Tenant.name, namespace: agent.namespace)
        let annotations = deployment?["spec"]?["template"]?["metadata"]?["annotations"]
        return AgentObservation(
            state: state(of: agent), specificationHash: annotations?[Tenant.Annotation.specification]?.string,
            isDrifted: isDrifted(agent), restarts: pods(of: agent).reduce(0) { $0 + $1.restarts })
    }

    package func proxyTokenHash(of agent: AgentReference) async throws -> String? {
        secrets[agent] = try await inOwnersWords(agent) {
            try await client.get(.secrets, Tenant.name, namespace: agent.namespace)
        }
        let token = TenantSecrets.value(AgentSpecification.SecretName.proxyToken, of: secrets[agent])
        return token.map { AccessToken($0.reveal()).hash }
    }

    private func state(of agent: AgentReference) -> AgentState {
        guard let namespace = informers.object(.namespaces, agent.namespace), AgentReference(namespace: namespace) == agent
        else { return .absent }
        return AgentState(
            namespace: namespace, deployment: informers.object(.deployments, Tenant.name, namespace: agent.namespace),
            pods: pods(of: agent))
    }

    private func pods(of agent: AgentReference) -> [KubernetesObject] {
        informers.objects(.pods, namespace: agent.namespace)
    }

    private func isDrifted(_ agent: AgentReference) -> Bool {
        (applied[agent] ?? []).contains { isDrifted(agent, at: $0) }
    }

    /// Whether the object of that kind and name is no longer what was applied.
    private func isDrifted(_ agent: AgentReference, at object: KubernetesObject) -> Bool {
        guard object.type != .secrets,
            let wanted = applied[agent]?.first(where: { $0.type == object.type && $0.name == object.name })
        else { return false }
        guard let live = informers.object(wanted.type, wanted.name, namespace: wanted.namespace) else { return true }
        return Drift.of(live, from: wanted) != nil
    }

    // MARK: What is wanted

    package func apply(_ specification: AgentSpecification) async throws {
        let agent = specification.agent
        try await informers.waitUntilSynced()
        try await changing(agent) {
            applied[agent] = nil
            try checkNamespaceIsFree(for: agent)
            var held = secrets[agent]
            if held == nil { held = try await client.get(.secrets, Tenant.name, namespace: agent.namespace) }
            guard let tenantSecrets = TenantSecrets(specification, held: held) else {
                throw DomainError(
                    .conflict, code: "proxy_token_lost",
                    "Your agent needs a new key. It gets one with the next attempt.")
            }
            let claim = informers.object(.persistentVolumeClaims, Tenant.volume, namespace: agent.namespace)
            let steps = Manifests(
                specification: specification, secrets: tenantSecrets, settings: settings,
                claimed: claim?["spec"]?["resources"]?["requests"]?["storage"]?.string
            ).steps
            var watched: [KubernetesObject] = []
            for step in steps { watched += try await ensure(step, heldSecret: held) }
            try await prune(agent, keeping: steps.flatMap(\.self))
            (applied[agent], secrets[agent]) = (watched, nil)
        }
    }

    package func suspend(_ agent: AgentReference) async throws {
        try await informers.waitUntilSynced()
        applied[agent] = nil
        guard state(of: agent) != .absent else { return }
        try await changing(agent) {
            let deployment = informers.object(.deployments, Tenant.name, namespace: agent.namespace)
            if let deployment, deployment["spec"]?["replicas"]?.integer != 0 {
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
        (applied[agent], secrets[agent]) = (nil, nil)
        guard let namespace = informers.object(.namespaces, agent.namespace), AgentReference(namespace: namespace) == agent
        else {
            return
        }
        try await changing(agent) {
            if !namespace.isBeingDeleted {
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

    package func cleanUp(keeping agents: Set<AgentReference>) async throws {
        try await informers.waitUntilSynced()
        for agent in informers.namespaces.compactMap({ AgentReference(namespace: $0) }) where !agents.contains(agent) {
            do {
                try await suspend(agent)
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

    /// Makes objects as they should be, all at once.
    /// - Returns: those to be held against the cluster from now on. One that the cluster itself makes otherwise (an admission
    ///   webhook, say) isn't, or there would be no end to it; the next resync tries again.
    private func ensure(_ objects: [KubernetesObject], heldSecret: KubernetesObject?) async throws -> [KubernetesObject] {
        try await withThrowingTaskGroup(of: KubernetesObject?.self) { group in
            for object in objects {
                let live = object.type == .secrets ? heldSecret : informers.live(object)
                group.addTask {
                    if object.type == .namespaces, live == nil, try await self.createNamespace(object) { return object }
                    let made = try await self.ensure(object, live: live ?? self.informers.live(object))
                    return object.type == .secrets || Drift.of(made, from: object) != nil ? nil : object
                }
            }
            var watched: [KubernetesObject] = []
            for try await object in group { if let object { watched.append(object) } }
            return watched
        }
    }

    /// Created and not applied at first, so that a namespace that isn't ours is never taken over.
    /// - Returns: whether it is new.
    /// - Throws: ``DomainError`` if there is one that isn't ours.
    private nonisolated func createNamespace(_ wanted: KubernetesObject) async throws -> Bool {
        do {
            informers.remember(try await client.create(wanted, fieldManager: Tenant.fieldManager))
            return true
        } catch let error as KubernetesError where error.isConflict {
            guard let found = try await client.get(.namespaces, wanted.name),
                AgentReference(namespace: found) == AgentReference(namespace: wanted)
            else {
                logger.error("a namespace is there that isn't ours", metadata: ["namespace": "\(wanted.name)"])
                throw Self.fault
            }
            informers.remember(found)
            return false
        }
    }

    /// Makes the object as it should be, without a request if it is.
    private nonisolated func ensure(_ wanted: KubernetesObject, live: KubernetesObject?) async throws -> KubernetesObject {
        if let live, Drift.of(live, from: wanted) == nil { return live }
        var object = try await applied(wanted)
        for _ in 0..<5 where Drift.of(object, from: wanted) != nil {
            // An applied object keeps what others have added to it; a replaced one doesn't.
            do {
                object = try await client.replace(
                    Drift.replacement(of: object, by: wanted), fieldManager: Tenant.fieldManager)
            } catch let error as KubernetesError where error.isConflict {
                // A controller has written its status meanwhile.
                object = try await applied(wanted)
            }
        }
        informers.remember(object)
        if Drift.of(object, from: wanted) != nil {
            logger.error(
                "the cluster changes what is applied", metadata: ["object": "\(wanted.type.kind) \(wanted.namespace)"])
        }
        return object
    }

    /// What is refused at first because the API server hasn't seen yet that the namespace's bounds were widened a moment ago, is
    /// asked for again.
    private nonisolated func applied(_ wanted: KubernetesObject) async throws -> KubernetesObject {
        for delay in [100, 300, 600, 1000] {
            do {
                return try await client.apply(wanted, fieldManager: Tenant.fieldManager)
            } catch let error as KubernetesError where error.isForbidden && !error.isNamespaceTerminating {
                try await Task.sleep(for: .milliseconds(delay))
            }
        }
        return try await client.apply(wanted, fieldManager: Tenant.fieldManager)
    }

    /// Removes what an earlier release has applied and this one doesn't.
    private func prune(_ agent: AgentReference, keeping objects: [KubernetesObject]) async throws {
        for type in TenantInformers.types where type != .namespaces && type != .pods {
            for live in informers.objects(type, namespace: agent.namespace) where !live.isBeingDeleted {
                guard !objects.contains(where: { $0.type == type && $0.name == live.name }) else { continue }
                try await client.delete(type, live.name, namespace: agent.namespace, uid: live.uid)
            }
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
    private func inOwnersWords<Result: Sendable>(
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

    private static let fault = DomainError(
        .unavailable, code: "cluster_fault", "Your agent's machine has a fault. We have been told and keep trying.")
}

extension TenantInformers {
    fileprivate func live(_ object: KubernetesObject) -> KubernetesObject? {
        self.object(object.type, object.name, namespace: object.namespace)
    }
}
