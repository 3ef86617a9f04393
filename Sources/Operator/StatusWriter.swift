import Core
import Jobs
import Logging
import SQL
import Store

/// Writes on the boxes' rows what was seen of their agents.
struct StatusWriter: Sendable {
    let queue: WorkQueue
    /// Whether a box that is on trial takes its rollout further.
    let advancesRollouts: Bool
    let logger: Logger

    /// Writes what was seen of a box and wakes the dashboard; nothing if the row says so already.
    ///
    /// The first time an agent is ready, its owner is told in the chat, by mail and by the agent. When it has
    /// failed three times in a row, the host is told, once until it has recovered.
    /// - Parameters:
    ///   - box: as it was when the world was looked at. If it is no longer wanted in that state, nothing is written.
    ///   - generation: the generation that was made real.
    ///   - isFailedRun: whether this is how a job ended in failure, which counts though the box may have failed before.
    /// - Throws: `SQLError`.
    func write(_ status: AgentStatus, of box: Box, generation: Int64, isFailedRun: Bool = false) async throws {
        @Sendable func change(_ transaction: any Transaction, _ now: Timestamp) throws -> StatusChange? {
            guard let row = try BoxStore(transaction).find(box.id, customerID: box.customerID), row.desired == box.desired
            else { return nil }
            return StatusChange(status, of: row, before: box, generation: generation, isFailedRun: isFailedRun, now: now)
        }
        let now = queue.clock.now
        guard try await queue.database.read({ try change($0, now) }) != nil else { return }
        let written = try await queue.write { [advancesRollouts] work -> StatusChange? in
            guard let change = try change(work.transaction, work.now) else { return nil }
            let row = change.row
            try BoxStore(work.transaction).observe(
                row, generation: change.generation, status: status.status, message: status.message,
                readyAt: status.status == .running ? work.now : nil, restarts: change.restarts, seenAt: change.seenAt,
                failures: change.failures)
            if status.status == .running, row.readyAt == nil { try announce(row, work) }
            if row.status != status.status, let event = WebhookEvent(status.status, of: row.id) {
                let webhooks = WebhookStore(work.transaction)
                for job in try webhooks.record(event, of: row.customerID, ids: work.ids, now: work.now) {
                    try work.enqueue(job)
                }
            }
            if let alert = change.alert { try work.enqueue(alert) }
            if advancesRollouts, row.isOnTrial { try work.enqueue(AdvanceRollout()) }
            if change.isVisible { work.changed(box.customerID) }
            return change
        }
        if let alert = written?.alert {
            logger.error(
                "an agent keeps failing",
                metadata: [
                    "box": "\(box.id)", "customer": "\(box.customerID)", "alert": "\(alert.subject)",
                    "told": "\(status.message?.code ?? "")",
                ])
        }
    }

    /// Tells the owner that the agent can be talked to, and has the agent say so itself.
    private func announce(_ box: Box, _ work: UnitOfWork) throws {
        try work.enqueue(SendWelcome(box))
        // An agent that was put into a new box knows its owner.
        if try RestoreStore(work.transaction).last(boxID: box.id, customerID: box.customerID)?.state != .done {
            try work.enqueue(SayHello(box, since: work.now))
        }
        guard let conversation = try ConversationStore(work.transaction).find(customerID: box.customerID) else { return }
        try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: box.customerID))
    }
}
