import FoundationEssentials
import JSON
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import Kubernetes

/// An API server that answers as it is told to.
final class ScriptedAPIServer: Sendable {
    struct Call: Sendable {
        let method: String
        let isWatch: Bool
        /// Which one it is of its method, from 1; watches count for themselves.
        let turn: Int
        let body: JSONValue
        let instant: ContinuousClock.Instant
    }

    enum Answer: Sendable {
        case json(JSONValue, status: Int = 200)
        /// What a watch tells, and whether it ends then.
        case watch([JSONValue], ends: Bool)

        /// A list of objects of this version.
        static func list(_ names: [String], version: Int) -> Answer {
            let items = names.map { JSONValue.object(["metadata": ScriptedAPIServer.metadata($0, version: version)]) }
            return .json(["metadata": ["resourceVersion": .string("\(version)")], "items": .array(items)])
        }

        static let expired = Answer.json(["kind": "Status", "reason": "Expired", "code": 410], status: 410)
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func event(_ type: String, _ name: String, version: Int) -> JSONValue {
        ["type": .string(type), "object": ["metadata": metadata(name, version: version)]]
    }

    private static func metadata(_ name: String, version: Int) -> JSONValue {
        ["name": .string(name), "namespace": "n", "resourceVersion": .string("\(version)")]
    }

    /// Runs `body` with a client of a server that gives these answers.
    static func run(
        credentials: CredentialSource = .fixed(Credentials()),
        retryPolicy: RetryPolicy = RetryPolicy(attempts: 1, firstDelay: .milliseconds(1)),
        answer: @escaping @Sendable (Call) async throws -> Answer,
        _ body: (KubernetesClient, ScriptedAPIServer) async throws -> Void
    ) async throws {
        let server = ScriptedAPIServer(answer)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        let client = KubernetesClient(
            ClusterConfiguration(server: "http://127.0.0.1:\(port)", credentials: credentials), retryPolicy: retryPolicy)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(client, server))
        } catch {
            result = .failure(error)
        }
        await client.close()
        try await listener.close()
        try result.get()
    }

    /// What was asked so far.
    var calls: [Call] { received.withLock { $0 } }

    private let answer: @Sendable (Call) async throws -> Answer
    private let received = Mutex<[Call]>([])

    private init(_ answer: @escaping @Sendable (Call) async throws -> Answer) {
        self.answer = answer
    }

    /// One client's connection.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart

        private let server: ScriptedAPIServer
        private var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        private var body: [UInt8] = []
        private var answering: Task<Void, any Error>?

        init(_ server: ScriptedAPIServer) {
            self.server = server
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let new): (head, body) = (new, [])
            case .body(let bytes): body += Array(buffer: bytes)
            case .end:
                let (server, call, channel) = (server, server.keep(head, body), context.channel)
                answering = Task { try await server.write(try await server.answer(call), to: channel) }
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            answering?.cancel()
            context.fireChannelInactive()
        }
    }

    private func keep(_ head: HTTPRequestHead, _ body: [UInt8]) -> Call {
        let (method, isWatch) = (head.method.rawValue, head.uri.contains("watch=true"))
        let json = (try? JSONDecoder().decode(JSONValue.self, from: Data(body))) ?? .null
        return received.withLock { calls in
            let call = Call(
                method: method, isWatch: isWatch,
                turn: calls.filter { $0.method == method && $0.isWatch == isWatch }.count + 1, body: json, instant: .now)
            calls.append(call)
            return call
        }
    }

    private func write(_ answer: Answer, to channel: any Channel) async throws {
        func write(_ part: HTTPServerResponsePart) async throws { try await channel.writeAndFlush(part) }
        var head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Type": "application/json"])
        switch answer {
        case .json(let json, let status):
            let bytes = ByteBuffer(bytes: json.text())
            head.status = HTTPResponseStatus(statusCode: status)
            head.headers.add(name: "Content-Length", value: "\(bytes.readableBytes)")
            try await write(.head(head))
            try await write(.body(.byteBuffer(bytes)))
        case .watch(let events, let ends):
            try await write(.head(head))
            for event in events {
                try await write(.body(.byteBuffer(ByteBuffer(bytes: event.text() + [UInt8(ascii: "\n")]))))
            }
            if !ends { try await Task.sleep(for: .seconds(600)) }
        }
        try await write(.end(nil))
    }
}
