import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import TestSupport
import Testing

@testable import Sandbox

/// What the stand-in's gateway lets its operator do, as OpenClaw's does.
struct AgentGatewayTests {
    private func withGateway(
        _ body: @escaping @Sendable (any TestClientProtocol, AgentHealth) async throws -> Void
    ) async throws {
        let health = AgentHealth()
        let gateway = AgentGateway(
            host: "127.0.0.1", port: 0, token: "t0ken", health: health,
            logger: Logger(label: "test"))
        try await Application(router: gateway.router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }).test(
            .router
        ) {
            try await body($0, health)
        }
    }

    private func call(_ client: any TestClientProtocol, _ method: String, _ parameters: String, token: String = "t0ken")
        async throws -> (status: Int, text: String)
    {
        try await client.execute(
            uri: "/api/v1/admin/rpc", method: .post, headers: [.authorization: "Bearer \(token)"],
            body: ByteBuffer(string: #"{"method":"\#(method)","params":\#(parameters)}"#)
        ) { ($0.status.code, String(buffer: $0.body)) }
    }

    @Test func isNotToBeSuspendedInTheMiddleOfAnAnswer() async throws {
        try await withGateway { (client, health) async throws in
            await health.received()
            #expect(
                try await call(client, "gateway.suspend.prepare", #"{"requestId":"a"}"#).text.contains(#""status":"busy""#))
            #expect(try await call(client, "channels.status", "{}").text.contains("lastInboundAt"))
            await health.finished()
            #expect(
                try await call(client, "gateway.suspend.prepare", #"{"requestId":"a"}"#).text.contains(#""status":"ready""#))
        }
    }

    @Test func refusesWhoHasNotItsTokenAndWhatItDoesNotKnow() async throws {
        try await withGateway { (client, _) async throws in
            #expect(try await call(client, "channels.start", #"{"channel":"telegram"}"#, token: "other").status == 401)
            #expect(try await call(client, "channels.start", #"{"channel":"slack"}"#).status == 400)
            #expect(try await call(client, "sessions.list", "{}").status == 400)
        }
    }
}
