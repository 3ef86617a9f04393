package import Core
package import Jobs
package import Logging
package import S3
package import Store

/// What an operator consists of, put together around one queue and one runtime.
package struct OperatorServices: Sendable {
    package let reconciler: Reconciler
    package let backups: BoxBackups
    package let rollouts: RolloutController
    package let follower: AgentFollower
    package let spares: SpareKeeper

    /// - Parameters:
    ///   - image: the container image that agents are to run as; `nil` where they are no containers.
    ///   - backups: lets pods reach the objects that agents' states are saved in; `nil` where they aren't saved.
    ///   - checksImage: asks an image's program before a rollout's first box; `nil`: nobody is asked.
    ///   - wish: how many spares the host wants.
    ///   - timeout: how long a job waits for its agent to become ready, or for a state to be moved.
    package init(
        queue: WorkQueue, runtime: any AgentRuntime, vault: Vault, plans: PlanTable, settings: AgentSettings,
        image: String? = nil, backups signer: S3Signer? = nil, rolloutLimits: RolloutPlan.Limits = .init(),
        checksImage: ConfigurationCheck.Check? = nil, spares wish: SpareKeeper.Wish = .none,
        timeout: Duration = .seconds(15), logger: Logger
    ) {
        let statuses = StatusWriter(queue: queue, advancesRollouts: image != nil, logger: logger)
        backups = BoxBackups(queue: queue, runtime: runtime, signer: signer, timeout: timeout, logger: logger)
        rollouts = RolloutController(
            queue: queue, image: image, limits: rolloutLimits, checksImage: checksImage, logger: logger)
        spares = SpareKeeper(
            wish: wish, queue: queue, runtime: runtime, plans: plans, settings: settings, rollouts: rollouts, logger: logger)
        reconciler = Reconciler(
            queue: queue, runtime: runtime, vault: vault, plans: plans, settings: settings, backups: backups,
            restores: BoxRestores(
                queue: queue, runtime: runtime, backups: backups, statuses: statuses, timeout: timeout, logger: logger),
            rollouts: rollouts, spares: spares, statuses: statuses, timeout: timeout, logger: logger)
        follower = AgentFollower(
            queue: queue, runtime: runtime, reconciler: reconciler, statuses: statuses, savesStates: signer != nil,
            logger: logger)
    }

    package func register(in handlers: inout JobHandlers) {
        handlers.register(ReconcileBox.self) { [reconciler] job, context in
            guard let customerID = job.customerID else { throw JobOutcome.cancel(reason: "no customer named") }
            try await reconciler.reconcile(
                AgentReference(boxID: job.boxID, customerID: customerID), since: context.since)
        }
        handlers.register(ResyncBoxes.self) { [reconciler] _, _ in try await reconciler.resync() }
        handlers.register(KeepSpares.self) { [spares] _, _ in try await spares.keep() }
        handlers.register(SaveNightly.self) { [backups] _, _ in try await backups.saveNightly() }
        handlers.register(AdvanceRollout.self) { [rollouts] _, _ in try await rollouts.advance() }
    }
}
