package import Core
package import Jobs

/// Why an agent may be silent, in plain words, with what can be done about it.
package struct Cause: Sendable, Hashable, Encodable {
    /// Stable, in snake case.
    package let code: String
    package let title: String
    package let explanation: String
    package let act: HostAct?

    package init(_ code: String, _ title: String, _ explanation: String, act: HostAct? = nil) {
        self.code = code
        self.title = title
        self.explanation = explanation
        self.act = act
    }

    private enum CodingKeys: String, CodingKey {
        case code, title, explanation
    }
}

/// What is known of one customer's agent.
package struct Diagnosis: Sendable {
    package var box: Box?
    package var subscription: Subscription?
    /// Of the period that is open.
    package var quota: Quota?
    /// The last restore into the box.
    package var restore: Restore?
    /// The customer's jobs that wait, run or have failed, the youngest first.
    package var jobs: [JobEntry]
    /// When the agent's last model call was metered.
    package var lastCall: Timestamp?
    package var now: Timestamp

    package init(
        box: Box?, subscription: Subscription? = nil, quota: Quota? = nil, restore: Restore? = nil, jobs: [JobEntry] = [],
        lastCall: Timestamp? = nil, now: Timestamp
    ) {
        self.box = box
        self.subscription = subscription
        self.quota = quota
        self.restore = restore
        self.jobs = jobs
        self.lastCall = lastCall
        self.now = now
    }

    /// How long an agent that runs may go without being seen.
    private static let silence = ResyncBoxes.interval * 3

    /// What keeps the agent from answering, the first thing first; one cause that says so if nothing is known to.
    package var causes: [Cause] {
        guard let box else { return [Cause("no_agent", "There is no agent", "The customer has only chatted.")] }
        let found = wanted(box) + stopped(box) + limit(box) + running(box)
        if !found.isEmpty { return found }
        let call = lastCall.map { "Its last model call was at \($0)." } ?? "It has made no model call yet."
        return [
            Cause(
                "answers", "The agent runs",
                "It was last seen to answer at \(box.seenAt?.description ?? "no time that is known"). \(call) "
                    + "If it is silent, look at Telegram's side: the bot may be blocked, or another program may poll it.",
                act: .restart(box.id))
        ]
    }

    /// Not meant to run.
    private func wanted(_ box: Box) -> [Cause] {
        let converge = subscription.map { HostAct.convergeSubscription($0.id.rawValue) }
        switch box.desired {
        case .running: return []
        case .draft:
            return [Cause("not_paid", "Nothing was paid yet", "The agent is only being talked about in the chat.")]
        case .deleted:
            return [Cause("deleted", "The agent is deleted", "Its subscription ended, or the customer was erased.")]
        case .suspended:
            let status = subscription.map(\.status.rawValue) ?? "gone"
            var text = "The subscription is \(status)."
            if let since = subscription?.pastDueSince {
                let days = Subscription.gracePeriod.components.seconds / 86_400
                text += " A payment has been missing since \(since); the grace of \(days) days is over."
            }
            if let end = subscription?.endedAt {
                text += " It ended at \(end); the data is kept until \(end + Subscription.retention)."
            }
            return [Cause("suspended", "The agent is suspended", text, act: converge)]
        }
    }

    /// Stopped for something that is under way, or has failed.
    private func stopped(_ box: Box) -> [Cause] {
        guard let restore, box.desired == .running else { return [] }
        switch restore.state {
        case .running:
            return [Cause("restoring", "A backup is being put back", "\(restore.backupID), since \(restore.createdAt).")]
        case .failed:
            return [
                Cause(
                    "restore_failed", "A backup couldn't be put back",
                    "\(restore.backupID): \(restore.detail ?? "no reason is known"). The agent stays stopped until another one is "
                        + "restored, or `admin box restore \(box.id) --abandon` gives this one up.")
            ]
        case .done, .abandoned: return []
        }
    }

    private func limit(_ box: Box) -> [Cause] {
        guard box.desired == .running, box.bot != nil else { return [] }
        guard let quota else {
            return [
                Cause(
                    "no_period", "No period is open",
                    "There is nothing that the agent may use. The subscription may not have "
                        + "been renewed.", act: subscription.map { .convergeSubscription($0.id.rawValue) })
            ]
        }
        guard quota.available == 0 else { return [] }
        return [
            Cause(
                "limit_reached", "The plan is used up",
                "\(quota.used) of \(quota.limit) units are used and \(quota.reserved) set aside, until \(quota.periodEnd). The agent "
                    + "answers only that.", act: .grant(box.customerID, units: 0, reason: ""))
        ]
    }

    private func running(_ box: Box) -> [Cause] {
        guard box.desired == .running else { return [] }
        let detail = box.message.map { " Its owner is told: \($0.text[.english])" } ?? ""
        switch box.status {
        case .failed:
            return [
                Cause(
                    "failing", "The agent keeps failing",
                    "\(box.failures) times in a row, as \(box.image ?? "this machine's program").\(detail)\(work(box))",
                    act: .restart(box.id))
            ]
        case .running where box.observedGeneration == box.generation:
            guard let seen = box.seenAt, now - seen > Self.silence else { return [] }
            return [
                Cause(
                    "not_seen", "The agent wasn't seen for long",
                    "It was last seen to answer at \(seen), and the operator looks every \(ResyncBoxes.interval.components.seconds / 60) minutes.\(work(box))",
                    act: .reconcileBox(box.id))
            ]
        default:
            let trial = box.imageBefore == nil ? "" : " It is being moved to \(box.image ?? "another image")."
            return [
                Cause(
                    "being_made", "A change is being made",
                    "Generation \(box.generation) is wanted, \(box.observedGeneration) is real.\(trial)\(detail)\(work(box))",
                    act: .reconcileBox(box.id))
            ]
        }
    }

    /// How the operator's job for the box stands.
    private func work(_ box: Box) -> String {
        guard let job = jobs.first(where: { $0.kind == ReconcileBox.kind && $0.subjects["boxID"] == box.id.rawValue }) else {
            return " No job waits for it."
        }
        let reason = job.reason.map { ": \($0)" } ?? ""
        switch job.state {
        case .queued where job.runAt > now:
            return " The operator tries again at \(job.runAt) (\(job.attempt) attempts so far)\(reason)"
        case .queued: return " The operator's job waits since \(job.runAt)\(reason)"
        case .running: return " The operator is at work on it."
        case .failed: return " The operator gave up at \(job.finishedAt ?? job.createdAt)\(reason)"
        case .complete: return ""
        }
    }
}
