import Core
import HTTPSupport
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

struct HTTPServiceTests {
    @Test func aPortThatIsTakenIsExplained() async throws {
        let other = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(other.localAddress?.port)
        let service = HTTPService(name: "web", router: TestSite().router(), host: "127.0.0.1", port: port, logger: .silent)
        await #expect {
            try await service.run()
        } throws: { error in
            let error = error as? DomainError
            return error?.code == "port_taken" && error?.message.contains("127.0.0.1:\(port)") == true
        }
        try await other.close()
    }

    @Test func anAddressThatIsNotOursIsExplained() async throws {
        // TEST-NET-1 (RFC 5737): no machine has it.
        let service = HTTPService(name: "web", router: TestSite().router(), host: "192.0.2.1", port: 0, logger: .silent)
        await #expect {
            try await service.run()
        } throws: { error in
            (error as? DomainError)?.code == "cannot_listen"
        }
    }

    @Test func finishesWhatItHasBegunWhenItIsToldToStop() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let (ports, port) = AsyncStream<Int>.makeStream()
        let router = TestSite().router()
        router.get("/slow") { _, _ in
            begin.finish()
            for await _ in released {}
            return "done"
        }
        let service = HTTPService(name: "web", router: router, host: "127.0.0.1", port: 0, logger: .silent) {
            port.yield($0)
            port.finish()
        }
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: .silent))
        let running = Task { try await group.run() }
        let listening = try #require(await ports.first { _ in true })
        let answer = Task { try await RawHTTP.get("/slow", port: listening) }
        for await _ in begun {}
        await group.triggerGracefulShutdown()
        release.finish()
        #expect(try await answer.value.hasSuffix("done"))
        try await running.value
        await #expect(throws: (any Error).self) { try await RawHTTP.get("/slow", port: listening) }
    }

    @Test func endsTheConnectionOfAClientThatNeverFinishesItsBody() async throws {
        let router = TestSite().router()
        router.post("/webhooks/half") { request, _ in
            _ = try await request.body.collect(upTo: 1024)
            return "done"
        }
        try await Self.run(router, patience: .milliseconds(100)) { listening, _ in
            let client = try await Self.connect(listening)
            let half = "POST /webhooks/half HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"
            // On a busy machine the server may have ended it already.
            try? await client.writeAndFlush(ByteBuffer(string: half))
            // It waits for ever unless the server ends it.
            try await client.closeFuture.get()
        }
    }

    @Test func endsTheConnectionOfAClientThatDoesNotReadItsAnswer() async throws {
        let (ends, end) = AsyncStream<Void>.makeStream()
        let router = TestSite().router()
        router.get("/large") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { end.finish() }
                    // More than what two machines' buffers hold between them.
                    for _ in 0..<1000 { try await writer.write(ByteBuffer(repeating: 0, count: 1 << 20)) }
                    try await writer.finish(nil)
                })
        }
        try await Self.run(router, patience: .milliseconds(100)) { listening, _ in
            let client = try await Self.connect(listening, reads: false)
            try await client.writeAndFlush(ByteBuffer(string: "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"))
            for await _ in ends {}
        }
    }

    @Test func endsWhatStillGoesOnSomeTimeAfterItWasToldToStop() async throws {
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let router = TestSite().router()
        router.get("/endless") { request, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    begin.finish()
                    while true {
                        try await writer.write(ByteBuffer(string: "."))
                        try await Task.sleep(for: .milliseconds(1))
                    }
                })
        }
        try await Self.run(router, patience: .milliseconds(100)) { listening, group in
            let client = try await Self.connect(listening)
            try await client.writeAndFlush(ByteBuffer(string: "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n"))
            for await _ in begun {}
            await group.triggerGracefulShutdown()
            try await client.closeFuture.get()
        }
    }

    @Test func beyondItsBoundTheOldestConnectionEndsAndTheYoungestIsServed() async throws {
        let router = TestSite().router()
        router.get("/") { _, _ in "here" }
        try await Self.run(router, connections: ConnectionBounds(inAll: 8)) { listening, _ in
            let crowd = try await (1...8).asyncMap { _ in try await Self.connect(listening) }
            #expect(try await RawHTTP.get("/", port: listening).hasSuffix("here"))
            try await crowd[0].closeFuture.get()
            for client in crowd { try? await client.close() }
        }
    }

    @Test(arguments: [
        ("PUT /things/7", "405", "GET, HEAD, POST"), ("POST /only", "405", "GET, HEAD"),
        ("TRACE /only/", "405", "GET, HEAD"),
        ("PROPFIND /things/7", "405", "GET, HEAD, POST"), ("OPTIONS /only", "405", "GET, HEAD"),
        ("POST /things/7", "403", nil), ("HEAD /only", "200", nil), ("GET /only", "200", nil),
    ])
    func aMethodThatAPathDoesNotTakeIs405WhereverTheRequestComesFrom(
        request: String, status: String, allowed: String?
    ) async throws {
        let router = TestSite().router()
        router.get("/things/:id") { _, _ in "thing" }
        router.post("/things/:id") { _, _ in "thing" }
        router.get("/only") { _, _ in "only" }
        try await Self.run(router) { listening, _ in
            let answer = try await RawHTTP.send(request, port: listening)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            let allow = answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("allow: ") }?.dropFirst(7)
            #expect(allow.map(String.init) == allowed)
        }
    }

    /// Serves a router until the body is done, and stops.
    private static func run(
        _ router: Router<AppRequestContext>, patience: TimeAmount = .seconds(30),
        connections: ConnectionBounds = ConnectionBounds(), _ body: (Int, ServiceGroup) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let service = HTTPService(
            name: "web", router: router, host: "127.0.0.1", port: 0, patience: patience, connections: connections,
            logger: .silent
        ) { port.yield($0) }
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [service], logger: .silent))
        let running = Task { try await group.run() }
        try await body(try #require(await ports.first { _ in true }), group)
        await group.triggerGracefulShutdown()
        try await running.value
    }

    private static func connect(_ port: Int, reads: Bool = true) async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .connect(host: "127.0.0.1", port: port).get()
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}

/// One request on one connection, as text.
enum RawHTTP {
    static func get(_ path: String, port: Int) async throws -> String {
        try await send("GET \(path)", port: port)
    }

    /// - Parameter request: method and path.
    static func send(_ request: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: "\(request) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }
}
