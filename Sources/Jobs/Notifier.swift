package import Core
package import SQL

/// Something that others may be waiting for.
package enum Topic: Sendable, Hashable {
    /// A job was added to the queue.
    case jobs
    /// Something that this customer can see has changed.
    case customer(Customer.ID)

    /// As it travels between processes.
    package var text: String {
        switch self {
        case .jobs: "jobs"
        case .customer(let id): id.rawValue
        }
    }

    package init?(_ text: some StringProtocol) {
        if text == "jobs" {
            self = .jobs
        } else if let id = Customer.ID(String(text)) {
            self = .customer(id)
        } else {
            return nil
        }
    }
}

/// Wakes waiting workers and pages. Only a hint: they also poll the database from time to time.
package protocol Notifier: Sendable {
    /// Called inside the transaction that changes what the topics are about, for those whose word travels with its commit.
    /// - Throws: `SQLError`.
    func announce(_ topics: Set<Topic>, in transaction: any Transaction) throws

    /// Called after that commit.
    func notify(_ topic: Topic) async

    /// - Returns: an element for each notification from now on; several that nobody has taken yet become one.
    func notifications(of topic: Topic) -> AsyncStream<Void>
}

extension Notifier {
    package func announce(_: Set<Topic>, in _: any Transaction) throws {}
}
