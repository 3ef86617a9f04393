package import Core
import Jobs
import Logging
import SQL
import Store

/// Keeps as many spares as the host wants: starts them, lets payments claim those that are warm, and gives up those that are of
/// no use any more.
package actor SpareKeeper {
    /// What the host wants.
    package struct Wish: Sendable, Hashable {
        package let count: Int
        /// Whose resources the spares have.
        package let tier: Tier

        package init(count: Int, tier: Tier) {
            self.count = count
            self.tier = tier
        }

        package static let none = Wish(count: 0, tier: .pro)
    }

    private let wish: Wish
    private let queue: WorkQueue
    private let runtime: any AgentRuntime
    private let plan: Plan
    private let settings: AgentSettings
    private let rollouts: RolloutController
    private let logger: Logger
    /// Calls about one agent must not overlap.
    private var isAtWork = false

    /// How long no spare takes the place of one that failed.
    static let pauseAfterFailure = Duration.seconds(600)
    /// How long no spare takes the place of one whose room was needed.
    static let pauseAfterShortage = Duration.hours(1)
    /// Between two looks at spares that are starting. Most changes are told by the runtime.
    private static let interval = Duration.seconds(5)

    init(
        wish: Wish, queue: WorkQueue, runtime: any AgentRuntime, plans: PlanTable, settings: AgentSettings,
        rollouts: RolloutController, logger: Logger
    ) {
        self.wish = wish
        self.queue = queue
        self.runtime = runtime
        plan = plans[wish.tier]
        self.settings = settings
        self.rollouts = rollouts
        self.logger = logger
    }

    /// Looks at every spare, and does what is missing.
    /// - Throws: `JobOutcome` while spares are starting; `SQLError`.
    package func keep() async throws {
        guard !isAtWork else { throw JobOutcome.snooze(.seconds(1)) }
        isAtWork = true
        defer { isAtWork = false }
        let image = try await rollouts.imageOfNewBox()
        for spare in try await all() where spare.state == .ready { try await lookAt(spare) }
        try await decide(image)
        var isStarting = false
        for spare in try await all() {
            do {
                switch spare.state {
                case .ready: break
                case .retired: try await remove(spare)
                case .starting: isStarting = try await !start(spare) || isStarting
                }
            } catch let error as DomainError {
                logger.error("a spare can't be looked after", metadata: ["spare": "\(spare.id)", "error": "\(error)"])
                isStarting = true
            }
        }
        if isStarting { throw JobOutcome.snooze(Self.interval) }
    }

    /// Gives a spare up, if there is one, for a customer's agent that finds no room.
    /// - Throws: `SQLError`.
    func makeRoom() async throws {
        try await queue.write { work in
            let until = work.now + Self.pauseAfterShortage
            if try SpareStore(work.transaction).makeRoom(holdingPlaceUntil: until) { try work.enqueue(KeepSpares()) }
        }
    }

    private func all() async throws -> [Spare] {
        try await queue.database.read { try SpareStore($0).all() }
    }

    /// Gives up what isn't wanted, and adds what is missing.
    private func decide(_ image: String?) async throws {
        try await queue.write { [wish] work in
            let store = SpareStore(work.transaction)
            let (living, retired) = try store.all().reduce(into: ([Spare](), [Spare]())) { parts, spare in
                if spare.state == .retired { parts.1.append(spare) } else { parts.0.append(spare) }
            }
            let (fit, unfit) = living.reduce(into: ([Spare](), [Spare]())) { parts, spare in
                if spare.tier == wish.tier, spare.image == image { parts.0.append(spare) } else { parts.1.append(spare) }
            }
            for spare in unfit {
                try store.retire(spare.id, detail: "its plan or image isn't wanted any more", holdingPlaceUntil: nil)
            }
            // Those that are warm are of use at once.
            let kept = fit.sorted { ($0.state == .ready ? 0 : 1, $0.id) < ($1.state == .ready ? 0 : 1, $1.id) }
            for spare in kept.dropFirst(wish.count) {
                try store.retire(spare.id, detail: "fewer spares are wanted", holdingPlaceUntil: nil)
            }
            let held = retired.count { $0.placeHeldUntil.map { work.now < $0 } ?? false }
            for _ in 0..<max(0, wish.count - held - kept.count) {
                try store.insert(
                    Spare(id: work.ids.next(), tier: wish.tier, image: image, createdAt: work.now))
            }
        }
    }

    /// One that isn't as it should be is started again. Nobody can claim it then.
    private func lookAt(_ spare: Spare) async throws {
        let observed = try await runtime.observe(AgentReference(spare.id))
        if case .failed(let trouble) = observed.state { return try await giveUp(spare, for: trouble) }
        let wanted = specification(spare, .init(hash: spare.proxyTokenHash ?? "", secret: nil))
        if observed.state == .ready, observed.specificationHash == wanted.hash, !observed.isDrifted { return }
        try await queue.write { try SpareStore($0.transaction).startAgain(spare.id) }
    }

    /// - Returns: whether it is ready, or given up.
    private func start(_ spare: Spare) async throws -> Bool {
        let agent = AgentReference(spare.id)
        let observed = try await runtime.observe(agent)
        if case .failed(let trouble) = observed.state {
            try await giveUp(spare, for: trouble)
            return true
        }
        guard let token = try await proxyToken(of: spare) else { return true }
        let wanted = specification(spare, token)
        if observed.state == .ready, observed.specificationHash == wanted.hash {
            try await queue.write { try SpareStore($0.transaction).makeReady(spare.id, now: $0.now) }
            logger.info("a spare is ready", metadata: ["spare": "\(spare.id)"])
            return true
        }
        try await runtime.apply(wanted)
        return false
    }

    private func specification(_ spare: Spare, _ token: AgentSpecification.ProxyToken) -> AgentSpecification {
        AgentSpecification(spare, plan: plan, proxyToken: token, settings: settings)
    }

    /// - Returns: `nil` if the spare isn't starting any more.
    private func proxyToken(of spare: Spare) async throws -> AgentSpecification.ProxyToken? {
        let held = try await runtime.proxyTokenHash(of: AgentReference(spare.id))
        if let held, held == spare.proxyTokenHash { return .init(hash: held, secret: nil) }
        let new = AccessToken.random(prefix: "ocp_")
        let isKept = try await queue.write {
            try SpareStore($0.transaction).setProxyToken(hash: new.hash, of: spare.id)
        }
        return isKept ? .init(hash: new.hash, secret: new.secret) : nil
    }

    private func giveUp(_ spare: Spare, for trouble: AgentTrouble) async throws {
        logger.error("a spare failed", metadata: ["spare": "\(spare.id)", "trouble": "\(trouble)"])
        try await queue.write { work in
            try SpareStore(work.transaction).retire(
                spare.id, detail: trouble.text.english, holdingPlaceUntil: work.now + Self.pauseAfterFailure)
        }
    }

    /// Nothing of it is kept; its row is, for as long as no other may take its place.
    private func remove(_ spare: Spare) async throws {
        try await runtime.delete(AgentReference(spare.id))
        if let until = spare.placeHeldUntil, queue.clock.now < until { return }
        try await queue.write { try SpareStore($0.transaction).forget(spare.id) }
    }
}
