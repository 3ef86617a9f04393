import Core
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOPosix
import Store
import Testing
import TokenProxy

/// What a client pays that has taken its answer in more slowly than it was made, and hangs up. How long one counts as behind is
/// in `BacklogTests`.
struct SlowClientTests {
    private static let cap = 5_000
    private static let body = ProxyLab.body("hello", cap: cap, fields: #","stream":true"#)

    @Test func oneThatHasCaughtUpPaysForWhatWasProduced() async throws {
        let megabytes = 12
        try await ProxyLab.run(upstream: Self.flood(megabytes: megabytes)) { lab async throws in
            var taken = 0
            var parts = 0
            try await read(lab) { bytes in
                if taken == 0 { try await Task.sleep(for: .milliseconds(1500)) }
                taken += bytes
                if taken > megabytes << 20 { parts += 1 }
                return parts < 8
            }
            let used = try await lab.quota().used
            #expect(used > Self.body.utf8.count && used < Self.body.utf8.count + Self.cap * 2)
        }
    }

    /// An upstream that says a word, then comments, which cost nothing, and then a word now and then.
    private static func flood(megabytes: Int) -> Router<BasicRequestContext> {
        let word = ByteBuffer(string: "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n")
        let comment = ": " + String(repeating: "x", count: 1020) + "\n\n"
        let comments = ByteBuffer(string: String(repeating: comment, count: 64))
        let router = Router(context: BasicRequestContext.self)
        router.post("/v1/chat/completions") { request, _ in
            _ = try await request.body.collect(upTo: 1 << 20)
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: .init { writer in
                    try await writer.write(word)
                    for _ in 0..<megabytes * 16 { try await writer.write(comments) }
                    for _ in 0..<500 {
                        try await writer.write(word)
                        try await Task.sleep(for: .milliseconds(20))
                    }
                    try await writer.finish(nil)
                })
        }
        return router
    }

    /// Makes a call and hangs up.
    /// - Parameter goesOn: told how many bytes of the answer came; whether there shall be more.
    private func read(_ lab: ProxyLab, goesOn: (Int) async throws -> Bool) async throws {
        let port = try #require(lab.url.split(separator: ":").last.flatMap { Int($0) })
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(
                    string: "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.body.utf8.count)\r\n"
                        + "Authorization: Bearer \(lab.token.secret.reveal())\r\n\r\n\(Self.body)"))
            for try await bytes in inbound {
                if try await !goesOn(bytes.readableBytes) { return }
            }
        }
    }
}
