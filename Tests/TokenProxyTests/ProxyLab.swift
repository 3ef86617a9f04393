import AsyncHTTPClient
import Core
import FoundationEssentials
import Hummingbird
import Jobs
import Logging
import NIOCore
import NIOHTTP1
import SQL
import SQLite
import Sandbox
import ServiceLifecycle
import Store
import TestSupport
import Testing
import TokenProxy

@testable import CloudApp

/// A proxy with a customer who may use it, in front of the Kimi sandbox, all in this process.
struct ProxyLab: Sendable {
    let platform: TestPlatform
    /// The proxy's root.
    let url: String
    /// The upstream's root.
    let upstreamURL: String
    let customer: Customer
    let box: Box
    let token: AccessToken
    let proxies: ServiceGroup
    /// The folder of the journals.
    let journal: String
    let upstreams: UpstreamDirectory
    let figures: ProxyFigures

    /// - Parameters:
    ///   - limit: units of the period, which ends on 31 Jan; `nil` for no period.
    ///   - agentSpeaks: the token is that of an agent whose people read this language; `nil` for a token without an agent.
    ///   - upstream: in the place of the Kimi sandbox.
    ///   - upstreams: makes the configuration of the upstreams from that of the one that is there.
    ///   - storage: in the place of the database.
    static func run(
        limit: Int? = 1_000_000, agentSpeaks: Language? = nil, upstream: Router<BasicRequestContext>? = nil,
        upstreams: @Sendable (UpstreamConfiguration) -> [UpstreamConfiguration] = { [$0] },
        storage: (any ProxyStorage)? = nil,
        configure: @Sendable (inout TokenProxyConfiguration) -> Void = { _ in },
        _ body: @Sendable (ProxyLab) async throws -> Void
    ) async throws {
        try await TestPlatform.run { platform in
            let sandbox = try SQLiteDatabase(path: folder().appending(path: "sandbox.sqlite").path, logger: quiet)
            try await Migrator([KimiSandbox.migration], logger: quiet).migrate(sandbox)
            let router = upstream ?? Router(context: BasicRequestContext.self)
            if upstream == nil {
                KimiSandbox(database: sandbox, logger: quiet).addRoutes(to: router)
                TranscriptionSandbox().addRoutes(to: router)
            }
            let (upstreamGroup, upstreamPort) = serve { onListening in
                Application(
                    router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                    onServerRunning: { onListening($0.localAddress?.port ?? 0) }, logger: quiet)
            }
            async let upstreamEnd: Void = upstreamGroup.run()
            let upstreamURL = "http://127.0.0.1:\(await first(upstreamPort))"

            let journal = folder().path
            var configuration = TokenProxyConfiguration(
                journalFolder: journal, upgradeURL: "https://example.com/dashboard")
            configuration.port = 0
            configuration.timeouts.idleLease = .milliseconds(50)
            configuration.transcription = TranscriptionUpstream(
                baseURL: upstreamURL + "/v1", key: Secret("sk-platform"), model: "whisper-1")
            configure(&configuration)
            let directory = try UpstreamDirectory(
                upstreams(
                    UpstreamConfiguration(
                        name: "kimi", openAIBaseURL: upstreamURL + "/v1", anthropicBaseURL: upstreamURL + "/anthropic",
                        keys: [Secret("sk-platform")], models: ["k2p5": "kimi-k2.6", "retired": "kimi-k2.5"])))
            let (customer, box, token) = try await platform.addCustomer(limit: limit, agentSpeaks: agentSpeaks)
            let database = TokenProxyStorage(queue: platform.queue)
            let settings = configuration
            let figures = ProxyFigures()
            let (group, port) = serve { onListening in
                TokenProxy(
                    configuration: settings, upstreams: directory, storage: storage ?? database,
                    clock: platform.clock.wallClock,
                    holder: "test", logger: quiet, figures: figures, onListening: onListening)
            }
            async let end: Void = group.run()
            let lab = ProxyLab(
                platform: platform, url: "http://127.0.0.1:\(await first(port))", upstreamURL: upstreamURL,
                customer: customer, box: box, token: token, proxies: group, journal: journal, upstreams: directory,
                figures: figures)
            let result: Result<Void, any Error>
            do { result = .success(try await body(lab)) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await end
            await upstreamGroup.triggerGracefulShutdown()
            try await upstreamEnd
            await sandbox.close()
            try result.get()
        }
    }

    private static func serve(
        _ make: (@escaping @Sendable (Int) -> Void) -> any Service
    ) -> (ServiceGroup, AsyncStream<Int>) {
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        let service = make { told.yield($0) }
        return (ServiceGroup(services: [service], logger: quiet), ports)
    }

    private static func first(_ ports: AsyncStream<Int>) async -> Int {
        for await port in ports { return port }
        return 0
    }

    private static func folder() -> URL {
        FileManager.default.temporaryDirectory.appending(path: "openclaw-test-\(UUID().uuidString)")
    }

    // MARK: Calls

    /// As many connections as a test wants; it lives as long as the process.
    static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1000
        configuration.timeout.connect = .seconds(2)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: String
    }

    /// - Parameter fields: more members of the request, as JSON.
    static func body(_ text: String, cap: Int = 200, fields: String = "") -> String {
        #"{"model":"k2p5","max_tokens":\#(cap),"messages":[{"role":"user","content":"\#(text)"}]\#(fields)}"#
    }

    func post(
        _ body: String, path: String = "/v1/chat/completions", token: String? = nil
    ) async throws -> Answer {
        let response = try await Self.client.execute(request(body, path: path, token: token), timeout: .seconds(60))
        return try await Answer(response)
    }

    func get(_ path: String, token: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        return try await Answer(Self.client.execute(request, timeout: .seconds(60)))
    }

    func request(_ body: String, path: String = "/v1/chat/completions", token: String? = nil) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers.add(name: "authorization", value: "Bearer \(token ?? self.token.secret.reveal())")
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: body))
        return request
    }

    // MARK: Books

    /// Once everything is booked and given back.
    func quota() async throws -> Quota {
        try await settled()
        let quota = try await platform.database.read { [customer] in
            try UsageStore($0).quota(customerID: customer.id, at: testNow)
        }
        return try #require(quota)
    }

    /// Once everything is booked.
    func events() async throws -> [UsageEvent] {
        try await settled()
        return try await platform.database.read { [customer] in
            try UsageStore($0).recentEvents(customerID: customer.id, limit: 1000)
        }
    }

    /// A lease is only gone when its calls are booked and the rest is given back.
    private func settled() async throws {
        try await eventually {
            try await platform.database.read { try $0.query("SELECT holder FROM leases", []).isEmpty }
        }
    }

    /// What the Kimi sandbox has billed.
    func ledger() async throws -> KimiBooks {
        let response = try await Self.client.execute(
            HTTPClientRequest(url: upstreamURL + "/sandbox/kimi/calls"), timeout: .seconds(10))
        return try JSONDecoder().decode(
            KimiBooks.self, from: Data((try await response.body.collect(upTo: 10 << 20)).readableBytesView))
    }
}

struct KimiBooks: Decodable, Sendable {
    let count: Int
    let input: Int
    let output: Int

    var total: Int { input + output }
    /// Where nothing came from the cache.
    var units: Int { UnitWeights.most(input: input, output: output) }
}

extension ProxyLab.Answer {
    init(_ response: HTTPClientResponse) async throws {
        status = Int(response.status.code)
        headers = response.headers
        body = String(buffer: try await response.body.collect(upTo: 64 << 20))
    }
}

extension TestPlatform {
    func addCustomer(limit: Int?, agentSpeaks: Language? = nil) async throws -> (Customer, Box, AccessToken) {
        let customer = Customer.sample()
        var box = Box.sample(of: customer, botID: agentSpeaks.map { _ in 8_000_000_001 }, desired: .running)
        box.language = agentSpeaks ?? .english
        let token = AccessToken.random(prefix: "ocp_")
        let stored = box
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(stored)
            let usage = UsageStore(transaction)
            try usage.insertProxyToken(hash: token.hash, customerID: customer.id, boxID: stored.id, now: testNow)
            if let limit {
                try usage.setQuota(
                    customerID: customer.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: limit)
            }
        }
        return (customer, stored, token)
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension UpstreamConfiguration {
    func with(_ change: (inout UpstreamConfiguration) -> Void) -> UpstreamConfiguration {
        var copy = self
        change(&copy)
        return copy
    }
}
