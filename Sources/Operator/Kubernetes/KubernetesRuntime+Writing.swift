import Core
import JSON
import Kubernetes
import Logging

/// How objects get into the cluster: only where they differ from what is there.
extension KubernetesRuntime {
    /// Makes a box's objects as they should be, one step after the other, and removes those that it isn't to have any more.
    /// - Parameter isToRun: without it, everything but the Deployment, which is the last step.
    /// - Returns: those to be held against the cluster from now on.
    func ensure(
        _ manifests: Manifests, isToRun: Bool, heldSecret: KubernetesObject?
    ) async throws -> [KubernetesObject] {
        let steps = manifests.steps
        var watched: [KubernetesObject] = []
        for step in isToRun ? steps[...] : steps.dropLast() { watched += try await ensure(step, heldSecret: heldSecret) }
        if isToRun { try await prune(manifests.agent, keeping: steps.flatMap(\.self)) }
        return watched
    }

    /// Makes objects as they should be, all at once.
    /// - Returns: those to be held against the cluster from now on. One that the cluster itself makes otherwise (an admission
    ///   webhook, say) isn't, or there would be no end to it; the next resync tries again.
    func ensure(_ objects: [KubernetesObject], heldSecret: KubernetesObject?) async throws -> [KubernetesObject] {
        try await withThrowingTaskGroup(of: KubernetesObject?.self) { group in
            for object in objects {
                let live = object.type == .secrets ? heldSecret : informers.live(object)
                group.addTask {
                    if object.type == .namespaces, live == nil, try await self.createNamespace(object) { return object }
                    let made = try await self.ensure(object, live: live ?? self.informers.live(object))
                    let isKept = self.serverAdditions.drift(of: made, from: object) == nil
                    return object.type != .secrets && isKept ? object : nil
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

    /// Lets the operator into an agent's namespace, if there is one: an earlier release may have made it, and its binding may be
    /// gone. Comes before whatever else is asked for there.
    func ensureAccess(to agent: AgentReference) async throws {
        guard hasNamespace(agent) else { return }
        let binding = settings.access.binding(for: agent)
        _ = try await ensure(binding, live: informers.live(binding))
    }

    private func hasNamespace(_ agent: AgentReference) -> Bool {
        guard let namespace = informers.object(.namespaces, agent.namespace), !namespace.isBeingDeleted else { return false }
        return AgentReference(namespace: namespace) == agent
    }

    /// The agent's Secret; where it has no namespace, there is none, and nobody may ask.
    func secret(of agent: AgentReference) async throws -> KubernetesObject? {
        guard hasNamespace(agent) else { return nil }
        try await ensureAccess(to: agent)
        return try await client.get(.secrets, Tenant.name, namespace: agent.namespace)
    }

    /// The API server learns by a watch of its own what a new binding allows.
    private nonisolated func waitForAccess(to namespace: String) async throws {
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            do {
                _ = try await client.get(.secrets, Tenant.name, namespace: namespace)
                return
            } catch let error as KubernetesError where error.isForbidden && .now < deadline {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Makes the object as it should be, without a request if it is.
    nonisolated func ensure(_ wanted: KubernetesObject, live: KubernetesObject?) async throws -> KubernetesObject {
        if let live, serverAdditions.drift(of: live, from: wanted) == nil { return live }
        var object = try await applied(wanted, over: live)
        for _ in 0..<5 where serverAdditions.drift(of: object, from: wanted) != nil {
            // An applied object keeps what others have added to it; a replaced one doesn't.
            do {
                object = try await client.replace(
                    Drift.replacement(of: object, by: wanted), fieldManager: Tenant.fieldManager)
                serverAdditions.learn(from: object, wanted: wanted)
            } catch let error as KubernetesError where error.isConflict {
                // Somebody has written to it meanwhile, such as a controller its status.
                try await Task.sleep(for: .milliseconds(100))
                object = try await applied(wanted, over: informers.live(wanted) ?? live)
            }
        }
        informers.remember(object)
        if wanted.type == .roleBindings { try await waitForAccess(to: wanted.namespace) }
        if serverAdditions.drift(of: object, from: wanted) != nil {
            logger.error(
                "the cluster changes what is applied", metadata: ["object": "\(wanted.type.kind) \(wanted.namespace)"])
        }
        return object
    }

    /// What is refused at first because the API server hasn't seen yet that the namespace's bounds were widened a moment ago, is
    /// asked for again.
    /// - Parameter live: what is there. It is given back if what is wanted doesn't go with what others have added to it, and
    ///   has to be replaced.
    private nonisolated func applied(
        _ wanted: KubernetesObject, over live: KubernetesObject?
    ) async throws -> KubernetesObject {
        var delays = [100, 300, 600, 1000].makeIterator()
        while true {
            do {
                return try await client.apply(wanted, fieldManager: Tenant.fieldManager)
            } catch let error as KubernetesError
                where error.isForbidden && !error.isNamespaceTerminating && !error.isVolumeOfFixedSize
            {
                guard let delay = delays.next() else { throw error }
                try await Task.sleep(for: .milliseconds(delay))
            } catch let error as KubernetesError where error.isInvalid {
                if let live { return live }
                // It may be there though it isn't in the copy: whoever has added to it may have taken its label off, too.
                let labelled = try await client.patch(
                    wanted.type, wanted.name, namespace: wanted.namespace,
                    merging: ["metadata": ["labels": wanted.metadata["labels"] ?? [:]]], fieldManager: Tenant.fieldManager)
                guard let labelled else { throw error }
                return labelled
            }
        }
    }

    /// Removes what an earlier release has applied and this one doesn't.
    func prune(_ agent: AgentReference, keeping objects: [KubernetesObject]) async throws {
        for type in TenantInformers.types where !TenantInformers.unprunedTypes.contains(type) {
            for live in informers.objects(type, namespace: agent.namespace) where !live.isBeingDeleted {
                guard !objects.contains(where: { $0.type == type && $0.name == live.name }) else { continue }
                try await client.delete(type, live.name, namespace: agent.namespace, uid: live.uid)
            }
        }
    }
}

extension KubernetesError {
    /// The claim's StorageClass doesn't allow expansion
    /// (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims).
    var isVolumeOfFixedSize: Bool {
        isForbidden && message.contains("storageclass that provisions the pvc must support resize")
    }
}

extension TenantInformers {
    func live(_ object: KubernetesObject) -> KubernetesObject? {
        self.object(object.type, object.name, namespace: object.namespace)
    }
}
