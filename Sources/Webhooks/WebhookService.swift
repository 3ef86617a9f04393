package import Core
package import Jobs
import Logging
import SQL
package import Store

/// Sends what happened to the programs of those whom it happened to.
///
/// What is to be sent is written in the transaction of the change itself, see ``WebhookStore/record(_:of:ids:now:)``; so
/// nothing that happened is left out, and nothing is sent that didn't.
package struct WebhookService: Sendable {
    private let queue: WorkQueue
    private let vault: Vault
    private let sender: WebhookSender
    private let allowsThisMachine: Bool

    /// - Parameter allowsThisMachine: whether messages may go to this machine, see ``WebhookAddress``.
    package init(queue: WorkQueue, vault: Vault, sender: WebhookSender, allowsThisMachine: Bool) {
        self.queue = queue
        self.vault = vault
        self.sender = sender
        self.allowsThisMachine = allowsThisMachine
    }

    /// Takes on ``DeliverWebhook``.
    package func register(in handlers: inout JobHandlers) {
        handlers.register(DeliverWebhook.self) { job, _ in try await deliver(job) }
    }

    /// - Throws: `JobOutcome.snooze` until the next attempt: a receiver's trouble is no trouble of the queue's.
    func deliver(_ job: DeliverWebhook) async throws {
        let read = try await queue.database.read { transaction -> (WebhookDelivery, WebhookEndpoint)? in
            let store = WebhookStore(transaction)
            guard let delivery = try store.delivery(job.deliveryID, customerID: job.ownerID), delivery.state == .waiting,
                let endpoint = try store.endpoint(delivery.endpointID, customerID: job.ownerID)
            else { return nil }
            return (delivery, endpoint)
        }
        guard let (delivery, endpoint) = read else { return }
        let result = endpoint.off == nil ? try await attempt(delivery, endpoint) : .fault(.off)
        let pause = try await queue.write { work in try Self.note(result, of: job, work) }
        if let pause { throw JobOutcome.snooze(pause) }
    }

    private func attempt(_ delivery: WebhookDelivery, _ endpoint: WebhookEndpoint) async throws -> WebhookDelivery.Result {
        let address = try? WebhookAddress(endpoint.url, allowsThisMachine: allowsThisMachine)
        let secret = try vault.open(endpoint.sealedSecret, context: endpoint.secretContext)
        let headers = WebhookSignature.headers(
            id: delivery.id.rawValue, body: delivery.body, time: queue.clock.now, secret: secret)
        guard let address, let headers else { return .fault(.forbiddenAddress) }
        return await sender.send(delivery.body, to: address, headers: headers)
    }

    /// Writes what an attempt came to, and switches off an endpoint that is gone.
    /// - Returns: after what time it is tried again.
    private static func note(
        _ result: WebhookDelivery.Result, of job: DeliverWebhook, _ work: UnitOfWork
    ) throws -> Duration? {
        let store = WebhookStore(work.transaction)
        guard var delivery = try store.delivery(job.deliveryID, customerID: job.ownerID),
            var endpoint = try store.endpoint(delivery.endpointID, customerID: job.ownerID)
        else { return nil }
        delivery.result = result
        if result != .fault(.off) {
            delivery.attempts += 1
            delivery.triedAt = work.now
        }
        let pauses = WebhookDelivery.pauses
        let isLast = endpoint.off != nil || result == .answered(410) || delivery.attempts > pauses.count
        delivery.state = result.isSuccess ? .delivered : isLast ? .failed : .waiting
        try store.update(delivery, now: work.now)
        if result != .fault(.off) { try follow(&endpoint, delivery, work) }
        return delivery.state == .waiting ? pauses[delivery.attempts - 1] : nil
    }

    /// What an attempt says of the endpoint.
    private static func follow(
        _ endpoint: inout WebhookEndpoint, _ delivery: WebhookDelivery, _ work: UnitOfWork
    ) throws {
        let before = endpoint
        endpoint.failingSince = delivery.state == .delivered ? nil : endpoint.failingSince ?? work.now
        if endpoint.off == nil, let since = endpoint.failingSince, delivery.state == .failed {
            let isGone = delivery.result == .answered(410)
            if isGone || work.now - since >= WebhookEndpoint.patience {
                endpoint.off = .init(since: work.now, reason: isGone ? .gone : .failing)
                try work.enqueue(TellOfWebhookOff(endpoint))
            }
        }
        if endpoint != before { try WebhookStore(work.transaction).update(endpoint) }
    }
}
