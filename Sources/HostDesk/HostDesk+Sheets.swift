package import Core
package import Jobs
import SQL
import Store

/// Single things, with all that the host sees of them.
extension HostDesk {
    /// - Throws: `SQLError`; `DomainError` with the code `customer_not_found`.
    package func customer(_ id: Customer.ID) async throws -> Sheet {
        try await read { transaction, now in
            guard let entry = try HostStore(transaction).customer(id) else {
                throw DomainError(.notFound, code: "customer_not_found", "There is no customer \(id).")
            }
            let diagnosis = try Self.diagnosis(of: entry, transaction, now)
            var sections = [Self.silence(diagnosis)]
            sections.append(
                Sheet.Section(
                    key: "customer", title: "Customer",
                    facts: [
                        .init("id", .id(id.rawValue)), .init("email", Cell(entry.customer.email)),
                        .init("email_proved_at", Cell(entry.customer.emailProvedAt)),
                        .init("language", .text(entry.customer.language.rawValue)),
                        .init("stripe_customer", Cell(id: entry.customer.stripeCustomerID)),
                        .init("since", .time(entry.customer.createdAt)),
                    ]))
            if let subscription = entry.subscription { sections.append(Self.section(subscription)) }
            if let box = entry.box { sections.append(Self.section(box)) }
            sections += try Self.usage(of: id, diagnosis.quota, transaction, now)
            let history = try HostStore(transaction).timeline(entry.customer)
            sections.append(
                Sheet.Section(
                    key: "timeline", title: "What has happened",
                    table: Table(
                        ["at", "about", "what", "id"],
                        rows: history.map { [.time($0.at), .text($0.kind), .text($0.text), Cell(id: $0.subject)] })))
            let name = entry.customer.email ?? entry.box.map(\.agentName) ?? id.rawValue
            return Sheet(name, sections: sections)
        }
    }

    /// - Throws: `SQLError`; `DomainError` with the code `box_not_found`.
    package func box(_ id: Box.ID) async throws -> Sheet {
        try await read { transaction, now in
            guard let box = try BoxStore(transaction).findForHost(id),
                let owner = try HostStore(transaction).customer(box.customerID)
            else { throw DomainError(.notFound, code: "box_not_found", "There is no box \(id).") }
            let entry = CustomerEntry(
                customer: owner.customer, box: box,
                subscription: try BillingStore(transaction).subscription(boxID: id, customerID: box.customerID))
            let diagnosis = try Self.diagnosis(of: entry, transaction, now)
            let backups = try BackupStore(transaction).all(customerID: box.customerID).filter { $0.boxID == id }.prefix(20)
            return Sheet(
                box.agentName.isEmpty ? id.rawValue : box.agentName,
                sections: [
                    Self.silence(diagnosis), Self.section(box),
                    Sheet.Section(key: "jobs", title: "Jobs of its customer", table: Self.table(diagnosis.jobs)),
                    Sheet.Section(
                        key: "backups", title: "Backups",
                        table: Table(
                            ["backup", "reason", "state", "made_at", "size", "detail"],
                            rows: backups.map {
                                [
                                    .id($0.id.rawValue), .text($0.reason.rawValue), .state($0.state.rawValue, $0.state.tone),
                                    .time($0.createdAt), $0.size.map(Cell.bytes) ?? .none, Cell($0.detail),
                                ]
                            })),
                ])
        }
    }

    /// - Throws: `SQLError`; `DomainError` with the code `job_not_found`.
    package func job(_ id: Job.ID) async throws -> Sheet {
        try await read { transaction, _ in
            let jobs = JobStore(transaction)
            guard let job = try jobs.find(id) else {
                throw DomainError(.notFound, code: "job_not_found", "There is no job \(id); jobs are kept for a while only.")
            }
            let canReplay = job.state == .failed || job.state == .queued
            var facts: [Sheet.Fact] = [
                .init("id", .id(id.rawValue)), .init("kind", .text(job.kind)),
                .init("state", .state(job.state.rawValue, job.state.tone)), .init("attempts", .number(job.attempt)),
                .init("reason", Cell(job.reason)), .init("customer", Cell(id: job.customerID?.rawValue)),
                .init("due_at", .time(job.runAt)), .init("ended_at", Cell(job.finishedAt)),
            ]
            for (name, subject) in job.subjects.sorted(by: { $0.key < $1.key }) where subject != job.customerID?.rawValue {
                facts.append(.init(name.snakeCased, .id(subject)))
            }
            return Sheet(
                job.kind,
                sections: [
                    Sheet.Section(key: "job", title: "Job", facts: facts, acts: canReplay ? [.replayJob(id)] : []),
                    Sheet.Section(
                        key: "history", title: "What has happened",
                        table: Table(
                            ["at", "state", "attempt", "reason"],
                            rows: try jobs.transitions(of: id).map {
                                [
                                    .time($0.at), .state($0.state.rawValue, $0.state.tone), .number($0.attempt),
                                    Cell($0.reason),
                                ]
                            })),
                ])
        }
    }

    /// - Throws: `SQLError`; `DomainError` with the code `event_not_found`.
    package func event(_ id: String) async throws -> Sheet {
        try await read { transaction, _ in
            guard let event = try HostStore(transaction).event(id) else {
                throw DomainError(.notFound, code: "event_not_found", "There is no event \(id); they are kept for a while.")
            }
            return Sheet(
                event.type,
                sections: [
                    Sheet.Section(
                        key: "event", title: "Event",
                        facts: [
                            .init("id", .id(id)), .init("type", .text(event.type)),
                            .init("received_at", .time(event.receivedAt)), .init("handled_at", Cell(event.handledAt)),
                        ], acts: [.replayEvent(id)]),
                    Sheet.Section(
                        key: "body", title: "As Stripe sent it", text: try BillingStore(transaction).eventPayload(id: id)),
                ])
        }
    }

    /// - Throws: `SQLError`; `DomainError` with the code `alert_not_found`.
    package func alert(_ id: String) async throws -> Sheet {
        try await read { transaction, _ in
            guard let alert = try AlertStore(transaction).find(id) else {
                throw DomainError(.notFound, code: "alert_not_found", "There is no alert \(id).")
            }
            return Sheet(
                alert.subject,
                sections: [
                    Sheet.Section(
                        key: "alert", title: "Alert",
                        facts: [
                            .init("id", .id(id)), .init("raised_at", .time(alert.raisedAt)),
                            .init("mailed_at", Cell(alert.mailedAt)), .init("noticed_at", Cell(alert.acknowledgedAt)),
                            .init("noticed_by", Cell(alert.acknowledgedBy)),
                        ], acts: alert.acknowledgedAt == nil ? [.acknowledgeAlert(id)] : []),
                    Sheet.Section(key: "text", title: "What it says", text: alert.text),
                ])
        }
    }

    // MARK: Parts

    private static func diagnosis(
        of entry: CustomerEntry, _ transaction: any Transaction, _ now: Timestamp
    ) throws -> Diagnosis {
        let id = entry.customer.id
        let jobs = try JobStore(transaction).list(HostFilter(customerID: id, limit: 20)).entries
        return Diagnosis(
            box: entry.box, subscription: entry.subscription,
            quota: try UsageStore(transaction).quota(customerID: id, at: now),
            restore: try entry.box.flatMap { try RestoreStore(transaction).last(boxID: $0.id, customerID: id) },
            jobs: jobs, lastCall: try UsageStore(transaction).recentEvents(customerID: id, limit: 1).first?.createdAt,
            now: now)
    }

    private static func silence(_ diagnosis: Diagnosis) -> Sheet.Section {
        let causes = diagnosis.causes
        return Sheet.Section(
            key: "silence", title: "Why is the bot silent?", causes: causes,
            acts: causes.compactMap(\.act).reduce(into: []) { acts, act in if !acts.contains(act) { acts.append(act) } })
    }

    private static func section(_ subscription: Subscription) -> Sheet.Section {
        Sheet.Section(
            key: "subscription", title: "Subscription",
            facts: [
                .init("id", .id(subscription.id.rawValue)), .init("stripe", .id(subscription.stripeID)),
                .init("plan", .text(subscription.tier.rawValue)),
                .init("status", .state(subscription.status.rawValue, subscription.status.tone)),
                .init("period_start", .time(subscription.periodStart)), .init("period_end", .time(subscription.periodEnd)),
                .init("cancel_at", Cell(subscription.cancelAt)), .init("past_due_since", Cell(subscription.pastDueSince)),
                .init("ended_at", Cell(subscription.endedAt)),
            ], acts: [.convergeSubscription(subscription.id.rawValue)])
    }

    private static func section(_ box: Box) -> Sheet.Section {
        Sheet.Section(
            key: "box", title: "Agent",
            facts: [
                .init("id", .id(box.id.rawValue)), .init("customer", .id(box.customerID.rawValue)),
                .init("name", .text(box.agentName)), .init("bot", Cell(box.bot.map { "@\($0.username)" })),
                .init("plan", .text(box.tier.rawValue)), .init("wanted", .text(box.desired.rawValue)),
                .init("status", box.stateCell), .init("detail", Cell(box.message?.text[.english])),
                .init("failures_in_a_row", .number(box.failures)), .init("restarts", .number(box.restarts)),
                .init("generation", .text("\(box.observedGeneration) of \(box.generation)")),
                .init("image", Cell(box.image)), .init("image_before", Cell(box.imageBefore)),
                .init("time_zone", Cell(box.timeZone)), .init("ready_at", Cell(box.readyAt)),
                .init("last_seen", Cell(box.seenAt)),
            ], acts: box.desired == .running ? [.restart(box.id), .reconcileBox(box.id)] : [.reconcileBox(box.id)])
    }

    private static func usage(
        of id: Customer.ID, _ quota: Quota?, _ transaction: any Transaction, _ now: Timestamp
    ) throws -> [Sheet.Section] {
        let days = try HostStore(transaction).usageByDay(customerID: id, from: now - .days(30))
        var allowance = Sheet.Section(key: "allowance", title: "Allowance")
        if let quota {
            allowance.facts = [
                .init("units_left", .number(Int64(quota.available))), .init("units", .number(Int64(quota.limit))),
                .init("used", .number(Int64(quota.used))), .init("set_aside", .number(Int64(quota.reserved))),
                .init("period_start", .time(quota.periodStart)), .init("period_end", .time(quota.periodEnd)),
            ]
            allowance.acts = [.grant(id, units: 0, reason: "")]
        } else {
            allowance.note = "No period is open."
        }
        return [
            allowance,
            Sheet.Section(
                key: "usage", title: "Used in the last 30 days",
                table: Table(
                    ["day", "calls", "prompt_tokens", "cached_tokens", "answer_tokens", "units", "upstream_cost"],
                    rows: days.map { day in
                        [.text(String(day.day.description.prefix(10)))] + day.usage.cells
                    })),
        ]
    }
}

extension UsageSum {
    /// Calls, prompt tokens, those from the cache, answer tokens, units, what it cost upstream.
    var cells: [Cell] {
        [.number(calls), .number(input), .number(cached), .number(output), .number(units), .dollars(cost)]
    }
}

extension String {
    fileprivate var snakeCased: String {
        replacing("ID", with: "Id").reduce(into: "") { text, character in
            text += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}
