import CloudApp
import Core
import HTTPSupport
import Jobs
import Logging
import NIOSSL
import Redis
import Synchronization
import TestSupport
import Testing

/// With the real Redis, which is killed, emptied and started again: its loss costs latency, and nothing else.
@Suite(.serialized, .enabled(if: TestRedis.url != nil, "scripts/with-redis starts a Redis"))
struct RedisServerTests {
    @Test func answersInTheOrderOfTheCommands() async throws {
        let client = try TestRedis.client()
        try await TestRedis.with([client]) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let reply = try await client.send(["ECHO", "\(number)"])
                        #expect(reply.text == "\(number)")
                    }
                }
                try await group.waitForAll()
            }
            await #expect(throws: RedisError.self) { try await client.send(["NO-SUCH-COMMAND"]) }
            #expect(try await client.send(["PING"]).text == "PONG", "an error ends nothing")
        }
    }

    @Test func overTLSTheServerMustProveItsName() async throws {
        let (url, authority) = (try #require(TestRedis.tlsURL), try #require(TestRedis.authority))
        let trusting = try RedisClient(url: url, trustRoots: .file(authority), logger: quiet)
        try await TestRedis.with([trusting]) {
            let reply = try await trusting.send(["PING"])
            #expect(reply.text == "PONG")
        }
        let renamed = url.split(separator: "localhost").joined(separator: "127.0.0.1")
        try await isRefused { try RedisClient(url: renamed, trustRoots: .file(authority), logger: $0) }
        try await isRefused { try RedisClient(url: url, logger: $0) }
    }

    @Test func aWrongPasswordIsRefused() async throws {
        let url = try #require(TestRedis.url).split(separator: "secret").joined(separator: "guess")
        try await isRefused(with: "WRONGPASS") { try RedisClient(url: url, logger: $0) }
    }

    /// Waits for the first attempt to fail, and sees that nothing of it is used.
    private func isRefused(with words: String = "", _ make: (Logger) throws -> RedisClient) async throws {
        let log = RecordedLog()
        let client = try make(log.logger)
        let running = Task { await client.run() }
        try await eventually("an attempt failed") { log.lines.contains { $0.contains("Redis can't be reached") } }
        #expect(log.lines.contains { $0.contains(words) || words.isEmpty }, "\(log.lines)")
        #expect(!client.isConnected)
        await #expect(throws: RedisError.self) { try await client.send(["PING"]) }
        running.cancel()
        await running.value
    }

    @Test func aServerThatHangsIsGivenUpAndFoundAgain() async throws {
        let (client, other) = (try TestRedis.client(), try TestRedis.client())
        try await TestRedis.with([client, other]) {
            let events = client.events()
            Task { try? await other.send(["DEBUG", "SLEEP", "2"]) }
            try await Task.sleep(for: .milliseconds(100))
            await #expect(throws: RedisError.self) { try await client.send(["PING"]) }
            _ = await events.first { $0 == .disconnected }
            try await eventually("it is connected again") { client.isConnected }
            #expect(try await client.send(["PING"]).text == "PONG")
        }
    }

    // MARK: Rates

    @Test func processesCountARateTogether() async throws {
        let clients = [try TestRedis.client(), try TestRedis.client()]
        try await TestRedis.with(clients) {
            let name = "together-\(Int.random(in: 0...(.max)))"
            let limits = clients.map { limit(name, $0) }
            var served = 0
            for number in 0..<20 {
                if await limits[number % 2].take("somebody") == nil { served += 1 }
            }
            #expect(served == 10)
            #expect(await limits[0].take("somebody else") == nil)
        }
    }

    @Test func withoutRedisEachProcessCountsForItself() async throws {
        let clients = [try TestRedis.client(), try TestRedis.client()]
        try await TestRedis.with(clients) {
            let name = "alone-\(Int.random(in: 0...(.max)))"
            let limits = clients.map { limit(name, $0) }
            for _ in 0..<4 { #expect(await limits[0].take("somebody") == nil) }
            try await TestRedis.end(clients[0])
            try await eventually("both have noticed") { clients.allSatisfy { !$0.isConnected } }
            // What this process has served itself is remembered; the other one hasn't heard of it.
            for _ in 0..<6 { #expect(await limits[0].take("somebody") == nil) }
            #expect(await limits[0].take("somebody") != nil)
            for _ in 0..<10 { #expect(await limits[1].take("somebody") == nil) }
            #expect(await limits[1].take("somebody") != nil)
            try await eventually("both are connected again") { clients.allSatisfy(\.isConnected) }
            #expect(await limits[1].take("somebody else") == nil, "the script that it has lost is sent again")
        }
    }

    @Test func anEmptiedRedisForgetsAndGoesOn() async throws {
        let client = try TestRedis.client()
        try await TestRedis.with([client]) {
            let (first, second) = (limit("emptied", client), limit("emptied", client))
            for _ in 0..<10 { #expect(await first.take("somebody") == nil) }
            #expect(await second.take("somebody") != nil)
            _ = try await client.send(["FLUSHALL"])
            _ = try await client.send(["SCRIPT", "FLUSH"])
            #expect(await limit("emptied", client).take("somebody") == nil)
        }
    }

    // MARK: Notifications

    @Test func whatWasSaidWhileRedisWasAwayIsHeardOfAllTheSame() async throws {
        let clients = try (0..<2).map { _ in try TestRedis.client(channels: [RedisChannel.name]) }
        try await TestRedis.with(clients) {
            let notifiers = zip(["a", "b"], clients).map { name, client in
                SharedNotifier(channel: RedisChannel(client: client), sender: name, pause: .milliseconds(200))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for notifier in notifiers { group.addTask { await notifier.run() } }
                defer { group.cancelAll() }
                try await eventually("both listen") { notifiers.allSatisfy(\.isConnected) }
                try await TestRedis.end(clients[0])
                let topic = Topic.customer(testIDs.next())
                var heard = notifiers[1].notifications(of: topic).makeAsyncIterator()
                await notifiers[0].notify(topic)
                #expect(await heard.next() != nil)
                try await eventually("both listen again") { notifiers.allSatisfy(\.isConnected) }
                // The round after coming back, and then what is said.
                await notifiers[0].notify(topic)
                #expect(await heard.next() != nil)
            }
        }
    }

    private func limit(_ name: String, _ client: RedisClient) -> RateLimit {
        RateLimit(name, .init(burst: 10, perSecond: 0.001), shared: .redis(client))
    }
}
