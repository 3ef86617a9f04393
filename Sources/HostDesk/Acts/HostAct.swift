package import Core
package import Jobs
import Store

/// What the host can do by hand, on the desk and on the terminal.
package enum HostAct: Sendable, Hashable {
    case restart(Box.ID)
    case reconcileBox(Box.ID)
    /// `sbs_…` or `sub_…`
    case convergeSubscription(String)
    case convergeAll
    case replayJob(Job.ID)
    /// `evt_…`
    case replayEvent(String)
    /// Units, beyond the plan's, in the period that is open.
    case grant(Customer.ID, units: Int, reason: String)
    case acknowledgeAlert(String)
    case resumeRollout

    /// The most units that one grant may have: five months of the largest plan.
    package static let mostUnits = 300_000_000

    /// What an act is called in addresses and in the audit.
    package enum Name: String, Sendable, CaseIterable {
        case restart, reconcile, converge
        case convergeAll = "converge-all"
        case replayJob = "replay-job"
        case replayEvent = "replay-event"
        case grant
        case acknowledge
        case resumeRollout = "resume-rollout"
    }

    /// - Parameters:
    ///   - subject: the id of what it is done to; anything for those acts that have none.
    ///   - units: of a grant; 0 while they aren't known yet.
    /// - Returns: `nil` if the subject is no id of that kind.
    package init?(_ name: Name, subject: String, units: Int = 0, reason: String = "") {
        let act: HostAct? =
            switch name {
            case .restart: Box.ID(subject).map(HostAct.restart)
            case .reconcile: Box.ID(subject).map(HostAct.reconcileBox)
            case .converge: subject.hasPrefix("sbs_") || subject.hasPrefix("sub_") ? .convergeSubscription(subject) : nil
            case .convergeAll: .convergeAll
            case .replayJob: Job.ID(subject).map(HostAct.replayJob)
            case .replayEvent: subject.hasPrefix("evt_") ? .replayEvent(subject) : nil
            case .grant: Customer.ID(subject).map { .grant($0, units: units, reason: reason) }
            case .acknowledge: subject.hasPrefix("job_") ? .acknowledgeAlert(subject) : nil
            case .resumeRollout: .resumeRollout
            }
        guard let act else { return nil }
        self = act
    }

    package var name: Name {
        switch self {
        case .restart: .restart
        case .reconcileBox: .reconcile
        case .convergeSubscription: .converge
        case .convergeAll: .convergeAll
        case .replayJob: .replayJob
        case .replayEvent: .replayEvent
        case .grant: .grant
        case .acknowledgeAlert: .acknowledge
        case .resumeRollout: .resumeRollout
        }
    }

    /// The id of what it is done to; `all` for what has none.
    package var subject: String {
        switch self {
        case .restart(let id), .reconcileBox(let id): id.rawValue
        case .convergeSubscription(let id), .replayEvent(let id), .acknowledgeAlert(let id): id
        case .replayJob(let id): id.rawValue
        case .grant(let id, _, _): id.rawValue
        case .convergeAll, .resumeRollout: "all"
        }
    }

    /// What its button says.
    package var label: String {
        switch self {
        case .restart: "Restart the agent"
        case .reconcileBox: "Reconcile the box"
        case .convergeSubscription: "Fetch it from Stripe again"
        case .convergeAll: "Fetch every subscription from Stripe again"
        case .replayJob: "Run the job again"
        case .replayEvent: "Handle the event again"
        case .grant: "Grant units"
        case .acknowledgeAlert: "Take notice"
        case .resumeRollout: "Resume the rollout"
        }
    }

    /// What it will do, asked before it is done.
    package var question: String {
        switch self {
        case .restart: "The agent is stopped and started. It doesn't answer for some seconds; its memory stays."
        case .reconcileBox: "The operator makes the world look like the box's row now, and not only at its next round."
        case .convergeSubscription:
            "The subscription is fetched from Stripe, and the box, the limit and the dates follow it."
        case .convergeAll: "Every subscription that hasn't ended is fetched from Stripe, one after the other."
        case .replayJob: "A job that has failed is added once more; one that waits is run now."
        case .replayEvent: "The subscriptions that the event is about are fetched from Stripe again."
        case .grant: "The units come on top of the plan's in the period that is open, and end with it."
        case .acknowledgeAlert: "The alert leaves the list of open ones. Nothing else changes."
        case .resumeRollout: "The rollout goes on from a single box, as at its start."
        }
    }

    /// Does it, in a transaction of the caller's.
    /// - Returns: the result in a sentence, and the customer it concerned, if it was one.
    /// - Throws: `DomainError` with a code and a sentence that says what is in the way; `SQLError`.
    package func perform(
        by actor: String, _ work: UnitOfWork
    ) throws -> (text: String, customerID: Customer.ID?) {
        let host = HostStore(work.transaction)
        switch self {
        case .restart(let id):
            return try Self.restart(id, work)
        case .reconcileBox(let id):
            let box = try Self.box(id, work)
            try work.enqueue(ReconcileBox(box))
            return ("\(id) will be reconciled.", box.customerID)
        case .convergeSubscription(let id):
            guard let subscription = try host.subscription(id) else {
                throw DomainError(.notFound, code: "subscription_not_found", "There is no subscription \(id).")
            }
            try work.enqueue(ConvergeSubscription(stripeID: subscription.stripeID, customerID: subscription.customerID))
            return ("\(subscription.stripeID) will be fetched from Stripe.", subscription.customerID)
        case .convergeAll:
            let open = try host.openSubscriptions()
            for subscription in open {
                try work.enqueue(
                    ConvergeSubscription(stripeID: subscription.stripeID, customerID: subscription.customerID))
            }
            return ("\(open.count) subscriptions will be fetched from Stripe.", nil)
        case .replayJob(let id):
            let job = try work.replay(id)
            return ("The job will be run as \(job).", try JobStore(work.transaction).find(job)?.customerID)
        case .replayEvent(let id):
            guard try host.event(id) != nil else {
                throw DomainError(.notFound, code: "event_not_found", "There is no event \(id); they are kept for a while.")
            }
            try work.enqueue(HandleStripeEvent(eventID: id))
            return ("\(id) will be handled again.", nil)
        case .grant(let id, let units, let reason):
            return try Self.grant(units, to: id, reason: reason, work)
        case .acknowledgeAlert(let id):
            guard try AlertStore(work.transaction).acknowledge(id, by: actor, now: work.now) else {
                throw DomainError(.conflict, code: "alert_not_open", "There is no open alert \(id).")
            }
            return ("The alert is taken notice of.", nil)
        case .resumeRollout:
            guard let rollout = try RolloutStore(work.transaction).resume(now: work.now) else {
                throw DomainError(.conflict, code: "no_halted_rollout", "No rollout is halted.")
            }
            try work.enqueue(AdvanceRollout())
            return ("The rollout of \(rollout.image) goes on.", nil)
        }
    }

    private static func box(_ id: Box.ID, _ work: UnitOfWork) throws -> Box {
        guard let box = try BoxStore(work.transaction).findForHost(id) else {
            throw DomainError(.notFound, code: "box_not_found", "There is no box \(id).")
        }
        return box
    }

    private static func restart(_ id: Box.ID, _ work: UnitOfWork) throws -> (String, Customer.ID?) {
        let found = try box(id, work)
        guard let box = try work.restart(found) else {
            throw DomainError(
                .conflict, code: "not_running",
                "The box isn't meant to run; it is wanted \(found.desired.rawValue).")
        }
        return ("\(box.id) will be restarted.", box.customerID)
    }

    private static func grant(
        _ units: Int, to id: Customer.ID, reason: String, _ work: UnitOfWork
    ) throws -> (String, Customer.ID?) {
        guard (1...mostUnits).contains(units) else {
            throw DomainError(.invalid, code: "invalid_units", "Grant at least one unit and at most \(mostUnits).")
        }
        guard !reason.isEmpty, reason.count <= 200, !reason.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw DomainError(.invalid, code: "invalid_reason", "Say why, in one line of at most 200 characters.")
        }
        guard try CustomerStore(work.transaction).find(id) != nil else {
            throw DomainError(.notFound, code: "customer_not_found", "There is no customer \(id).")
        }
        guard let quota = try UsageStore(work.transaction).grant(units, customerID: id, at: work.now) else {
            throw DomainError(
                .conflict, code: "no_open_period", "The customer has no period that is open, which the units would end with."
            )
        }
        work.changed(id)
        return ("\(id) has \(quota.available) units left until \(quota.periodEnd).", id)
    }

    /// What the audit keeps besides name and subject.
    package var detail: String? {
        switch self {
        case .grant(_, let units, let reason): "\(units) units: \(reason)"
        default: nil
        }
    }
}
