/// Tells open phones that something changed. What changed is in the database.
actor PhoneEvents {
    enum Event: Sendable {
        /// A chat with this bot has something new.
        case changed(bot: String)
        case typing(bot: String)
        /// The bot has taken note of a pressed button; the text is shown for a moment, if there is any.
        case answered(bot: String, text: String)
        /// Nothing; keeps the connection alive.
        case heartbeat
    }

    struct Subscription: Sendable {
        fileprivate let number: Int
        fileprivate let continuation: AsyncStream<Event>.Continuation
        let events: AsyncStream<Event>

        /// Until cancelled.
        func beat(every interval: Duration) async {
            while (try? await Task.sleep(for: interval)) != nil {
                continuation.yield(.heartbeat)
            }
        }
    }

    private var subscriptions: [Int64: [Subscription]] = [:]
    private var opened = 0

    func subscribe(personID: Int64) -> Subscription {
        opened += 1
        // A phone that stopped reading needs no more than the newest: it fetches the state anyway.
        let (events, continuation) = AsyncStream<Event>.makeStream(bufferingPolicy: .bufferingNewest(64))
        let subscription = Subscription(number: opened, continuation: continuation, events: events)
        subscriptions[personID, default: []].append(subscription)
        return subscription
    }

    func unsubscribe(_ subscription: Subscription, personID: Int64) {
        subscription.continuation.finish()
        subscriptions[personID]?.removeAll { $0.number == subscription.number }
        if subscriptions[personID]?.isEmpty == true { subscriptions[personID] = nil }
    }

    func send(_ event: Event, to personID: Int64) {
        for subscription in subscriptions[personID] ?? [] {
            subscription.continuation.yield(event)
        }
    }
}
