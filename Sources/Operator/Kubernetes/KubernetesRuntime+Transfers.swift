package import Core
import JSON
import Jobs
import Kubernetes

extension KubernetesRuntime {
    package func begin(_ transfer: StateTransfer) async throws {
        let agent = transfer.agent
        try await informers.waitUntilSynced()
        guard let backups = settings.backups else { throw DomainError.transfersUnsupported }
        let claim = informers.object(.persistentVolumeClaims, Tenant.volume, namespace: agent.namespace)
        let state = state(of: agent)
        guard state != .absent, let storage = claim?["spec"]?["resources"]?["requests"]?["storage"]?.string else {
            throw DomainError(.conflict, code: "no_volume", "The box has no volume in the cluster.")
        }
        let manifests = TransferManifests(
            transfer: transfer, settings: settings, platformImage: backups.image, storage: storage,
            isBesideAgent: state != .stopped)
        try await inOwnersWords(agent) {
            try await ensureAccess(to: agent)
            // A box that was stopped before the host set backups up has no way to the store yet.
            if let policy = settings.backupEgress(of: agent) {
                _ = try await ensure(policy, live: informers.live(policy))
            }
            let job = try await ensureJob(manifests.job)
            if !StateTransfer.Progress(job: job, pods: []).isOver { try await ensureSecret(manifests.secret(of: job)) }
        }
    }

    package func transfers(of agent: AgentReference) async throws -> [StateTransfer.ID: StateTransfer.Progress] {
        try await informers.waitUntilSynced()
        let pods = informers.objects(.pods, namespace: agent.namespace)
        return jobs(of: agent).reduce(into: [:]) { transfers, job in
            guard let id = StateTransfer.ID(name: job.name) else { return }
            transfers[id] = StateTransfer.Progress(job: job, pods: pods.filter { $0.label("job-name") == job.name })
        }
    }

    package func forgetTransfers(of agent: AgentReference, except kept: Set<StateTransfer.ID>) async throws {
        try await informers.waitUntilSynced()
        let kept = Set(kept.map(\.name))
        for job in jobs(of: agent) where !kept.contains(job.name) {
            try await inOwnersWords(agent) {
                try await ensureAccess(to: agent)
                // Its pods and its Secret are its own, and go with it.
                try await client.delete(.jobs, job.name, namespace: agent.namespace, uid: job.uid)
            }
        }
    }

    /// One that somebody is deleting counts as gone.
    private func jobs(of agent: AgentReference) -> [KubernetesObject] {
        informers.objects(.jobs, namespace: agent.namespace).filter {
            !$0.isBeingDeleted && $0.label(Tenant.Label.appName) == Tenant.backupAppName
        }
    }

    /// - Throws: `JobOutcome` while one of that name is there that isn't known here.
    func ensureJob(_ wanted: KubernetesObject) async throws -> KubernetesObject {
        if let live = informers.live(wanted), !live.isBeingDeleted { return live }
        do {
            let job = try await client.create(wanted, fieldManager: Tenant.fieldManager)
            informers.remember(job)
            return job
        } catch let error as KubernetesError where error.isConflict {
            throw JobOutcome.retry(after: .seconds(2), reason: "a job of that name is still there")
        }
    }

    /// - Parameter wanted: owned by its Job. One that an earlier Job of the same name has left holds a URL that may have expired.
    private func ensureSecret(_ wanted: KubernetesObject) async throws {
        let live = try await client.get(.secrets, wanted.name, namespace: wanted.namespace)
        if let live, live.metadata["ownerReferences"] == wanted.metadata["ownerReferences"] { return }
        guard let live else {
            _ = try await client.create(wanted, fieldManager: Tenant.fieldManager)
            return
        }
        var replacement = wanted
        replacement.json["metadata"]?["resourceVersion"] = live.metadata["resourceVersion"]
        _ = try await client.replace(replacement, fieldManager: Tenant.fieldManager)
    }
}

extension DomainError {
    static let transfersUnsupported = DomainError(
        .unavailable, code: "backups_unsupported", "Agents' states are saved only where they run on Kubernetes.")
}
