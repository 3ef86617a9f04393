import AsyncHTTPClient
import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Jobs
import Logging
import SQL
import Store
import Synchronization
import Telegram
import TestSupport
import Testing

@testable import CloudApp

struct StatusProbesTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Every part of the service in one server; each can be broken.
    private final class Service: Sendable {
        let broken = Mutex<Set<String>>([])

        static func run(
            _ body: @escaping @Sendable (Service, [StatusPart: StatusProbes.Probe], TestPlatform) async throws -> Void
        ) async throws {
            let service = Service()
            let router = Router()
            func serve(_ path: String, _ status: Int, _ text: String = "{}", method: HTTPRequest.Method = .get) {
                router.on(RouterPath(path), method: method) { _, _ in
                    if service.broken.withLock({ $0.contains(path) }) { return Response(status: .serviceUnavailable) }
                    return Response(
                        status: .init(code: status), headers: [.contentType: "application/json"],
                        body: .init(byteBuffer: .init(string: text)))
                }
            }
            serve("/readyz", 200)
            router.get("/proxy") { _, _ in
                let isTroubled = service.broken.withLock { $0.contains("troubled") }
                return #"{"checks":[{"name":"upstream","status":"\#(isTroubled ? "troubled" : "ok")"}]}"#
            }
            serve("/one/models", 401)
            serve("/two/models", 401)
            serve("/v1/prices", 401)
            let me = #"{"ok":true,"result":{"id":1,"is_bot":true,"first_name":"M","username":"m_bot"}}"#
            for method in [HTTPRequest.Method.get, .post] { serve("/bot1:a/getMe", 200, me, method: method) }
            let application = Application(
                router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
            try await application.test(.live) { client in
                let root = "http://127.0.0.1:\(try #require(client.port))"
                try await TestPlatform.run { platform in
                    let places = StatusProbes.Places(
                        site: root + "/readyz", proxy: root + "/proxy",
                        upstreams: [root + "/one/models", root + "/two/models"],
                        payments: root + "/v1/prices")
                    let probes = places.probes(
                        manager: TelegramClient(httpClient: .shared, apiRoot: root, token: "1:a"), client: .shared,
                        database: platform.database, clock: platform.clock.wallClock)
                    try await body(service, probes, platform)
                }
            }
        }
    }

    private static func failing(_ probes: [StatusPart: StatusProbes.Probe]) async -> Set<StatusPart> {
        var failing: Set<StatusPart> = []
        for (part, probe) in probes where (try? await probe()) != true { failing.insert(part) }
        return failing
    }

    @Test func eachPartFailsAloneWhenItsThingIsDown() async throws {
        try await Service.run { service, probes, _ in
            #expect(Set(probes.keys) == Set(StatusPart.allCases))
            let cases: [(Set<String>, Set<StatusPart>)] = [
                ([], []), (["/readyz"], [.site]), (["troubled"], [.model]), (["/one/models"], []),
                (["/one/models", "/two/models"], [.model]), (["/bot1:a/getMe"], [.telegram]), (["/v1/prices"], [.payments]),
            ]
            for (broken, expected) in cases {
                service.broken.withLock { $0 = broken }
                #expect(await Self.failing(probes) == expected, "\(broken)")
            }
        }
    }

    @Test func nobodyThereIsDown() async throws {
        try await TestPlatform.run { platform in
            let nowhere = "http://127.0.0.1:9"
            let places = StatusProbes.Places(site: nowhere, proxy: nowhere, upstreams: [nowhere], payments: nowhere)
            // As the program's own: a connection that is refused isn't tried again.
            var settings = HTTPClient.Configuration()
            settings.connectionPool.retryConnectionEstablishment = false
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
            let probes = places.probes(
                manager: TelegramClient(httpClient: client, apiRoot: nowhere, token: "1:a"), client: client,
                database: platform.database, clock: platform.clock.wallClock)
            let failing = await Self.failing(probes)
            try await client.shutdown()
            #expect(failing == [.site, .model, .telegram, .payments])
        }
    }

    @Test func agentsAreInTroubleWhereManyFailOrNobodyIsAtWork() async throws {
        try await TestPlatform.run { platform in
            func work() async throws -> Bool {
                try await StatusProbes.agentsWork(platform.database, now: platform.clock.now)
            }
            #expect(try await work())
            var boxes: [Box] = []
            for number in 1...12 as ClosedRange<Int64> {
                let customer = Customer.sample()
                let box = Box.sample(of: customer, botID: number, desired: .running)
                boxes.append(box)
                try await platform.database.write { transaction in
                    try CustomerStore(transaction).insert(customer)
                    try BoxStore(transaction).insert(box)
                }
            }
            func fail(_ box: Box) async throws {
                try await platform.database.write {
                    try BoxStore($0).observe(box, generation: 1, status: .failed, message: nil, readyAt: nil)
                }
            }
            try await fail(boxes[0])
            #expect(try await work(), "one of twelve is its owner's trouble")
            try await fail(boxes[1])
            #expect(try await !work(), "two of twelve are more than a tenth")
            try await platform.database.write { try $0.execute("UPDATE boxes SET status = 'running'", []) }
            let box = boxes[0]
            try await platform.queue.write { try $0.enqueue(ReconcileBox(box)) }
            platform.clock.advance(by: .seconds(900))
            #expect(try await work())
            platform.clock.advance(by: .seconds(1))
            #expect(try await !work(), "nobody has taken the job")
        }
    }

    @Test func aPartThatFailsIsAskedOnceMoreBeforeItCounts() async throws {
        try await TestPlatform.run { platform in
            let isUp = Mutex(false)
            let probes = StatusProbes(
                queue: platform.queue,
                probes: [
                    .site: { true }, .telegram: { isUp.withLock { $0 } }, .payments: { throw CancellationError() },
                    .model: {
                        // No answer comes, until nobody waits for it any more.
                        let (silence, end) = AsyncStream.makeStream(of: Never.self)
                        for await _ in silence {}
                        end.finish()
                        return true
                    },
                ], timeout: .seconds(1), logger: Self.logger)
            func days() async throws -> [StatusPart: Bool] {
                let now = platform.clock.now
                let days = try await platform.database.read { try StatusStore($0).days(now: now) }
                return Dictionary(uniqueKeysWithValues: days.map { ($0.part, $0.isUp) })
            }
            try await probes.run(ProbeParts())
            #expect(try await days() == [.site: true])
            let again = try await platform.queuedJobs(ProbeParts.kind)
            #expect(again == [#"{"again":["model","payments","telegram"]}"#])
            isUp.withLock { $0 = true }
            try await probes.run(ProbeParts(again: [.model, .payments, .telegram]))
            #expect(try await days() == [.site: true, .telegram: true, .payments: false, .model: false])
            #expect(try await platform.queuedJobs(ProbeParts.kind).count == 1, "not for ever")
        }
    }
}
