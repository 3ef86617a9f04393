import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

/// A customer's own server on this machine: keeps what it was sent, and answers as it is told to.
final class Receiver: Sendable {
    struct Message: Sendable {
        let headers: HTTPFields
        let body: String
    }

    private let state = Mutex((status: 200, messages: [Message]()))

    var messages: [Message] { state.withLock { $0.messages } }

    func answer(_ status: Int) { state.withLock { $0.status = status } }

    static func run(_ body: @escaping @Sendable (Receiver, _ url: String) async throws -> Void) async throws {
        let receiver = Receiver()
        let router = Router()
        router.post("/hook") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 16))
            let status = receiver.state.withLock { state in
                state.messages.append(Message(headers: request.headers, body: body))
                return state.status
            }
            return Response(status: .init(code: status), headers: status == 302 ? [.location: "/elsewhere"] : [:])
        }
        router.post("/elsewhere") { request, _ in
            receiver.state.withLock { $0.messages.append(Message(headers: request.headers, body: "followed")) }
            return Response(status: .ok)
        }
        // Answers when the test is over.
        let (silence, end) = AsyncStream.makeStream(of: Never.self)
        router.post("/slow") { _, _ in
            for await _ in silence {}
            return Response(status: .ok)
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await application.test(.live) { client in
            defer { end.finish() }
            try await body(receiver, "http://127.0.0.1:\(try #require(client.port))")
        }
    }
}
