import Core
import Store
import Testing
import TokenProxy

/// When a call that got no answer is sent once more, and what it costs.
struct ProxyResendTests {
    struct Attempt: Sendable {
        /// What the upstream sends before it closes the connection.
        var answer = ""
        var isLate = true
        var streams = false
        /// How often the upstream is to get the call.
        let calls: Int
        let isCharged: Bool

        static func status(
            _ status: String, isLate: Bool = true, streams: Bool = false, calls: Int, isCharged: Bool
        ) -> Attempt {
            Attempt(
                answer: "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n", isLate: isLate, streams: streams, calls: calls,
                isCharged: isCharged)
        }
    }

    @Test(arguments: [
        // The connection breaks.
        Attempt(isLate: false, calls: 3, isCharged: false),
        Attempt(calls: 1, isCharged: true),
        Attempt(streams: true, calls: 3, isCharged: false),
        // Behind a head, without a byte of the body.
        Attempt(
            answer: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n", calls: 1,
            isCharged: true),
        Attempt.status("502 Bad Gateway", isLate: false, calls: 3, isCharged: false),
        Attempt.status("502 Bad Gateway", calls: 1, isCharged: true),
        Attempt.status("504 Gateway Timeout", calls: 1, isCharged: true),
        Attempt.status("502 Bad Gateway", streams: true, calls: 3, isCharged: false),
        // It says itself that it failed.
        Attempt(
            answer: "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 47\r\n\r\n"
                + #"{"error":{"type":"server_error","message":"?"}}"#,
            calls: 3, isCharged: false),
        // A success is never sent again, whatever becomes of it.
        Attempt(
            answer: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n", isLate: false,
            calls: 1, isCharged: false),
        Attempt(
            answer: "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", isLate: false, streams: true, calls: 1,
            isCharged: false),
        Attempt(
            answer: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Down for maintenance</html>", isLate: false,
            calls: 1, isCharged: false),
        Attempt(
            answer: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u{1F}\u{08}?", isLate: false, calls: 1,
            isCharged: true),
        // It took no call.
        Attempt.status("404 Not Found", calls: 1, isCharged: false),
        Attempt.status("429 Too Many Requests", calls: 1, isCharged: false),
    ])
    func aCallThatMayHaveBeenThoughtOutIsNotSentAgain(_ attempt: Attempt) async throws {
        try await AbruptUpstream.run(attempt.answer, after: attempt.isLate ? .milliseconds(1300) : .zero) { upstream, port in
            try await ProxyLab.run(
                upstreams: { [$0.with { $0.openAIBaseURL = "http://127.0.0.1:\(port)/v1" }] }
            ) { lab async throws in
                let body = ProxyLab.body("hello", cap: 500, fields: attempt.streams ? #","stream":true"# : "")
                let answer = try await lab.post(body)
                #expect(answer.status == (attempt.answer.contains("429") ? 429 : 503))
                #expect(try await lab.quota().used == (attempt.isCharged ? body.utf8.count + 2_000 : 0))
            }
            #expect(upstream.calls == attempt.calls)
        }
    }
}
