package import Core
package import Jobs
import SQL
import Store

/// What the host sees and does. The pages below `/host` and the `admin` commands are written from it.
package struct HostDesk: Sendable {
    package let queue: WorkQueue
    package let plans: PlanTable

    package init(queue: WorkQueue, plans: PlanTable) {
        self.queue = queue
        self.plans = plans
    }

    /// Does something, and writes who did it into the audit in the same transaction.
    /// - Returns: the result, in a sentence.
    /// - Throws: as ``HostAct/perform(by:_:)``.
    package func perform(_ act: HostAct, by actor: String, origin: AuditEntry.Origin) async throws -> String {
        try await queue.write { work in
            let (text, customerID) = try act.perform(by: actor, work)
            try AuditStore(work.transaction).insert(
                AuditEntry(
                    id: work.ids.next(), at: work.now, actor: actor, origin: origin, act: act.name.rawValue,
                    subject: act.subject, customerID: customerID, detail: act.detail))
            return text
        }
    }

    /// Writes down that somebody looked at something, or used a command.
    /// - Parameters:
    ///   - act: `look`, or the command.
    ///   - subject: a page's path, or an id; its customer is noted with it.
    /// - Throws: `SQLError`.
    package func note(_ act: String, subject: String?, by actor: String, origin: AuditEntry.Origin) async throws {
        try await queue.write { work in
            let customerID = try subject.flatMap { try Self.customer(of: $0, work.transaction) }
            try AuditStore(work.transaction).insert(
                AuditEntry(
                    id: work.ids.next(), at: work.now, actor: actor, origin: origin, act: act, subject: subject,
                    customerID: customerID))
        }
    }

    /// Whose thing an id, or the path that ends in it, stands for.
    private static func customer(of subject: String, _ transaction: any Transaction) throws -> Customer.ID? {
        let id = subject.split(separator: "/").last.map(String.init) ?? ""
        if let customer = Customer.ID(id) { return customer }
        if let box = Box.ID(id) { return try BoxStore(transaction).findForHost(box)?.customerID }
        if let job = Job.ID(id) { return try JobStore(transaction).find(job)?.customerID }
        if id.hasPrefix("sbs_") || id.hasPrefix("sub_") { return try HostStore(transaction).subscription(id)?.customerID }
        return nil
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Transaction, _ now: Timestamp) throws -> Result
    ) async throws -> Result {
        let now = queue.clock.now
        return try await queue.database.read { try body($0, now) }
    }
}
