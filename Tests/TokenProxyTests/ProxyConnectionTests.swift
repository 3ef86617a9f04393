import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Store
import TestSupport
import Testing
import TokenProxy

struct ProxyConnectionTests {
    @Test(arguments: [
        "GARBAGE\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
        "POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\((0..<200).map { "X\($0): y\r\n" }.joined())\r\n",
    ])
    func refusesWhatIsNotHTTPOrTooMuchOfIt(_ text: String) async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.exchange(text)
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("malformed_http"))
        }
    }

    @Test func refusesABodyWithBrokenChunks() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.exchange(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(lab.token.secret.reveal())\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\nzz\r\n")
            // The head and the fault may be read in one go or one after the other.
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "))
            #expect(try await lab.quota().reserved == 0)
        }
    }

    @Test func closesTheConnectionOfAClientThatNeverFinishesItsHead() async throws {
        try await ProxyLab.run(configure: { $0.timeouts.requestHead = .milliseconds(200) }) { lab async throws in
            #expect(try await lab.exchange("GET /healthz HTTP/1.1\r\nHost:").isEmpty)
        }
    }

    @Test func closesTheConnectionOfAClientThatNeverFinishesItsBody() async throws {
        try await ProxyLab.run(configure: { $0.timeouts.requestBody = .milliseconds(200) }) { lab async throws in
            let answer = try await lab.exchange(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(lab.token.secret.reveal())\r\n"
                    + "Content-Length: 100\r\n\r\n{")
            #expect(answer.isEmpty)
        }
    }

    @Test func answersAHeadRequestWithoutABody() async throws {
        try await ProxyLab.run { lab async throws in
            let answer = try await lab.exchange("HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK") && answer.hasSuffix("\r\n\r\n"))
            #expect(answer.contains("content-length: 15"))
        }
    }

    @Test func answersRequestsThatWereSentAheadInTheirOrder() async throws {
        try await ProxyLab.run { lab async throws in
            let body = ProxyLab.body("what is 2+3")
            let call =
                "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(lab.token.secret.reveal())\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let answers = try await lab.exchange(call + call + last)
            #expect(answers.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
            #expect(answers.hasSuffix(#"{"status":"ok"}"#))
            #expect(try await lab.events().count == 2)
        }
    }

    @Test func streamsToAClientThatKnowsNoChunks() async throws {
        try await ProxyLab.run { lab async throws in
            let body = ProxyLab.body("hello", fields: #","stream":true"#)
            let answer = try await lab.exchange(
                "POST /v1/chat/completions HTTP/1.0\r\nAuthorization: Bearer \(lab.token.secret.reveal())\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
            #expect(!answer.lowercased().contains("transfer-encoding"))
            #expect(answer.hasSuffix("data: [DONE]\n\n"))
        }
    }

    @Test func invitesABodyThatWaitsForAnInvitation() async throws {
        try await ProxyLab.run { lab async throws in
            let body = ProxyLab.body("hello")
            let answer = try await lab.exchange(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(lab.token.secret.reveal())\r\n"
                    + "Content-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
                whenInvited: body)
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
        }
    }

    @Test func letsStreamsEndWhenItIsToldToStop() async throws {
        try await ProxyLab.run { lab async throws in
            let response = try await ProxyLab.client.execute(
                lab.request(ProxyLab.body("[sandbox words=60]", fields: #","stream":true"#)), timeout: .seconds(30))
            var text = ""
            for try await chunk in response.body {
                if text.isEmpty { await lab.proxies.triggerGracefulShutdown() }
                text += String(buffer: chunk)
            }
            #expect(text.hasSuffix("data: [DONE]\n\n"))
            #expect(try await lab.events().count == 1)
            await #expect(throws: (any Error).self) { try await lab.get("/healthz") }
        }
    }

    @Test func endsStreamsAtTheDeadlineAndChargesThem() async throws {
        try await ProxyLab.run(configure: { $0.timeouts.drain = .milliseconds(100) }) { lab async throws in
            let response = try await ProxyLab.client.execute(
                lab.request(ProxyLab.body("[sandbox words=5000]", cap: 9000, fields: #","stream":true"#)),
                timeout: .seconds(30))
            var text = ""
            do {
                for try await chunk in response.body {
                    if text.isEmpty { await lab.proxies.triggerGracefulShutdown() }
                    text += String(buffer: chunk)
                }
                Issue.record("the stream looked whole")
            } catch {}
            try await eventually { try await lab.quota().reserved == 0 }
            #expect(try await lab.events().map(\.estimated) == [true])
        }
    }
}

extension ProxyLab {
    /// Sends bytes as they are, and reads until the proxy closes the connection.
    func exchange(_ text: String, whenInvited more: String = "") async throws -> String {
        let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var answer = ""
            do {
                try await outbound.write(ByteBuffer(string: text))
                for try await bytes in inbound {
                    answer += String(buffer: bytes)
                    if answer.hasSuffix("100 Continue\r\n\r\n") { try await outbound.write(ByteBuffer(string: more)) }
                }
            } catch is IOError {
                // It may reset a connection whose bytes it doesn't want to read.
            } catch ChannelError.ioOnClosedChannel {
                // It may have closed the connection of a slow client before that writes.
            }
            return answer
        }
    }
}
