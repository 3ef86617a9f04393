import Core
import Jobs
import TestSupport
import Testing

struct InProcessNotifierTests {
    @Test func wakesEveryoneWhoWaitsForTheTopicAndNobodyElse() async {
        let notifier = InProcessNotifier()
        let customer = Topic.customer(testIDs.next())
        let streams = [notifier.notifications(of: customer), notifier.notifications(of: customer)]
        let other = notifier.notifications(of: .jobs)
        await notifier.notify(customer)
        for stream in streams {
            var iterator = stream.makeAsyncIterator()
            #expect(await iterator.next() != nil)
        }
        // The first thing that the others hear of is their own.
        await notifier.notify(.jobs)
        var iterator = other.makeAsyncIterator()
        #expect(await iterator.next() != nil)
    }

    @Test func severalNotificationsThatNobodyTookBecomeOne() async {
        let notifier = InProcessNotifier()
        let stream = notifier.notifications(of: .jobs)
        for _ in 0..<5 { await notifier.notify(.jobs) }
        let count = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                var count = 0
                for await _ in stream { count += 1 }
                return count
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(200))
                return -1
            }
            var result = 0
            for await value in group {
                if value < 0 { group.cancelAll() } else { result = value }
            }
            return result
        }
        #expect(count == 1)
    }
}
