package import Core

/// Something that others may be waiting for.
package enum Topic: Sendable, Hashable {
    /// A job was added to the queue.
    case jobs
    /// Something that this customer can see has changed.
    case customer(Customer.ID)
}

/// Wakes those who wait. Only a hint: whoever waits also looks at the database from time to time.
package protocol Notifier: Sendable {
    func notify(_ topic: Topic) async

    /// - Returns: an element for each notification from now on; several that nobody has taken yet become one.
    func notifications(of topic: Topic) -> AsyncStream<Void>
}
