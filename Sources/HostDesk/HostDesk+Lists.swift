package import Core
import Jobs
import Store

/// The lists, each as a table.
extension HostDesk {
    /// - Throws: `SQLError`.
    package func customers(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try HostStore(transaction).customers(filter) }
        return Table(
            ["customer", "email", "agent", "bot", "plan", "subscription", "agent_is", "since"],
            rows: list.entries.map { entry in
                let box = entry.box
                return [
                    .id(entry.customer.id.rawValue), Cell(entry.customer.email), Cell(box?.agentName),
                    Cell(box?.bot.map { "@\($0.username)" }), Cell((entry.subscription?.tier ?? box?.tier)?.rawValue),
                    entry.subscription.map { .state($0.status.rawValue, $0.status.tone) } ?? .none,
                    box.map(\.stateCell) ?? .none, .time(entry.customer.createdAt),
                ]
            }, next: list.next)
    }

    /// - Throws: `SQLError`.
    package func subscriptions(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try HostStore(transaction).subscriptions(filter) }
        return Table(
            [
                "subscription", "customer", "email", "plan", "status", "stripe", "period_start", "period_end", "cancel_at",
                "past_due_since", "ended_at",
            ],
            rows: list.entries.map { entry in
                let subscription = entry.subscription
                return [
                    .id(subscription.id.rawValue), .id(subscription.customerID.rawValue), Cell(entry.email),
                    .text(subscription.tier.rawValue), .state(subscription.status.rawValue, subscription.status.tone),
                    .id(subscription.stripeID), .time(subscription.periodStart), .time(subscription.periodEnd),
                    Cell(subscription.cancelAt), Cell(subscription.pastDueSince), Cell(subscription.endedAt),
                ]
            }, next: list.next)
    }

    /// - Throws: `SQLError`.
    package func boxes(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try HostStore(transaction).boxes(filter) }
        return Table(
            [
                "box", "customer", "email", "plan", "wanted", "status", "failures", "restarts", "last_seen", "image",
                "detail",
            ],
            rows: list.entries.map { entry in
                let box = entry.box
                return [
                    .id(box.id.rawValue), .id(box.customerID.rawValue), Cell(entry.email), .text(box.tier.rawValue),
                    .text(box.desired.rawValue), box.stateCell, .number(box.failures), .number(box.restarts),
                    Cell(box.seenAt), Cell(box.image), Cell(box.message?.text[.english]),
                ]
            }, next: list.next)
    }

    /// Agents that run for nobody yet.
    /// - Throws: `SQLError`.
    package func spares() async throws -> Table {
        Self.table(try await read { transaction, _ in try SpareStore(transaction).all() })
    }

    static func table(_ spares: [Spare]) -> Table {
        Table(
            ["spare", "plan", "state", "since", "ready_at", "image", "place_held_until", "detail"],
            rows: spares.map { spare in
                [
                    .id(spare.id.rawValue), .text(spare.tier.rawValue), .state(spare.state.rawValue, spare.state.tone),
                    .time(spare.createdAt), Cell(spare.readyAt), Cell(spare.image), Cell(spare.placeHeldUntil),
                    Cell(spare.detail),
                ]
            })
    }

    /// - Throws: `SQLError`.
    package func jobs(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try JobStore(transaction).list(filter) }
        var table = Self.table(list.entries)
        table.next = list.next
        return table
    }

    static func table(_ jobs: [JobEntry]) -> Table {
        Table(
            ["job", "kind", "customer", "state", "attempts", "due_at", "ended_at", "reason"],
            rows: jobs.map { job in
                [
                    .id(job.id.rawValue), .text(job.kind), Cell(id: job.customerID?.rawValue),
                    .state(job.state.rawValue, job.state.tone), .number(job.attempt), .time(job.runAt), Cell(job.finishedAt),
                    Cell(job.reason),
                ]
            })
    }

    /// - Throws: `SQLError`.
    package func events(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try HostStore(transaction).events(filter) }
        return Table(
            ["event", "type", "received_at", "handled_at"],
            rows: list.entries.map { [.id($0.id), .text($0.type), .time($0.receivedAt), Cell($0.handledAt)] },
            next: list.next)
    }

    /// - Throws: `SQLError`.
    package func rollouts() async throws -> Table {
        let rollouts = try await read { transaction, _ in try RolloutStore(transaction).all() }
        return Table(
            ["image", "state", "wave", "started_at", "ended_at", "detail"],
            rows: rollouts.map {
                [
                    .text($0.image), .state($0.state.rawValue, $0.state.tone), .number($0.wave), .time($0.startedAt),
                    Cell($0.endedAt), Cell($0.detail),
                ]
            })
    }

    /// - Throws: `SQLError`.
    package func backups(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try HostStore(transaction).backups(filter) }
        return Table(
            ["backup", "customer", "box", "reason", "state", "size", "made_at", "image", "detail"],
            rows: list.entries.map(Self.row), next: list.next)
    }

    private static func row(_ backup: Backup) -> [Cell] {
        [
            .id(backup.id.rawValue), .id(backup.customerID.rawValue), .id(backup.boxID.rawValue),
            .text(backup.reason.rawValue), .state(backup.state.rawValue, backup.state.tone),
            backup.size.map(Cell.bytes) ?? .none, .time(backup.createdAt), Cell(backup.image), Cell(backup.detail),
        ]
    }

    /// - Throws: `SQLError`.
    package func alerts(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try AlertStore(transaction).all(filter) }
        return Table(
            ["alert", "subject", "raised_at", "mailed_at", "noticed_at", "noticed_by"],
            rows: list.entries.map {
                [
                    .id($0.id), .text($0.subject), .time($0.raisedAt), Cell($0.mailedAt), Cell($0.acknowledgedAt),
                    Cell($0.acknowledgedBy),
                ]
            }, next: list.next)
    }

    /// - Throws: `SQLError`.
    package func audit(_ filter: HostFilter = HostFilter()) async throws -> Table {
        let list = try await read { transaction, _ in try AuditStore(transaction).all(filter) }
        return Table(
            ["at", "who", "where", "act", "subject", "customer", "detail"],
            rows: list.entries.map {
                [
                    .time($0.at), .text($0.actor), .text($0.origin.rawValue), .text($0.act), Cell($0.subject),
                    Cell(id: $0.customerID?.rawValue), Cell($0.detail),
                ]
            }, next: list.next)
    }
}
