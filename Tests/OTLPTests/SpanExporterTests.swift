import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import OTLP
import ServiceLifecycle
import Synchronization
import Telemetry
import Testing
import Tracing

struct SpanExporterTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct Broken: Error, CustomStringConvertible {
        let description = "it broke"
    }

    @Test func aSpanIsSentAsTheProtocolSays() async throws {
        let sent = try await Collector().collect { tracer in
            let parent = TraceParent.random()
            try? await tracer.withSpan("outer", context: .from(parent), ofKind: .server) { span in
                span.attributes["answer"] = Int64(42)
                try await tracer.withSpan("inner", ofKind: .client) { _ in throw Broken() }
            }
            return parent
        }
        let request = try #require(sent.requests.first)
        #expect(request.headers["content-type"] == "application/json" && request.headers["x-key"] == "secret")
        let spans = try sent.spans
        let inner = try #require(spans.first { $0.name == "inner" })
        let outer = try #require(spans.first { $0.name == "outer" })
        #expect(outer.traceId == sent.result.traceID && outer.parentSpanId == sent.result.spanID && outer.kind == 2)
        #expect(inner.traceId == sent.result.traceID && inner.parentSpanId == outer.spanId && inner.kind == 3)
        #expect(outer.attributes.first { $0.key == "answer" }?.value.intValue == "42")
        #expect(inner.status.code == 2 && inner.events.map(\.name) == ["exception"])
        #expect(UInt64(inner.startTimeUnixNano) ?? 0 <= UInt64(inner.endTimeUnixNano) ?? 0)
    }

    @Test func aSpanWithoutAParentBeginsATrace() async throws {
        let sent = try await Collector().collect { tracer in
            tracer.withSpan("alone", context: .topLevel) { $0.context.traceParent }
        }
        let span = try #require(try sent.spans.first)
        #expect(span.parentSpanId == nil && span.traceId == sent.result?.traceID && span.spanId == sent.result?.spanID)
    }

    @Test func whatACollectorCantTakeNowIsSentAgain() async throws {
        let sent = try await Collector(answers: [.serviceUnavailable, .tooManyRequests]).collect { tracer in
            tracer.withSpan("kept", context: .topLevel) { _ in }
        }
        #expect(sent.requests.count >= 3)
        #expect(try sent.spans.filter { $0.name == "kept" }.map(\.spanId).count >= 1)
    }

    @Test func whatACollectorRefusesIsGivenUp() async throws {
        let sent = try await Collector(answers: [.badRequest]).collect(until: 1) { tracer in
            tracer.withSpan("refused", context: .topLevel) { _ in }
        }
        #expect(sent.requests.count == 1)
    }

    @Test func thousandsOfSpansComeInBatches() async throws {
        let sent = try await Collector().collect(until: 3) { tracer in
            for _ in 0..<1200 { tracer.withSpan("one of many", context: .topLevel) { _ in } }
        }
        #expect(try sent.spans.count == 1200)
    }

    @Test func nobodyWaitsForACollectorThatIsAway() async throws {
        let exporter = SpanExporter(
            endpoint: "http://127.0.0.1:1", headers: [], service: "test", interval: .milliseconds(10), logger: Self.quiet)
        let tracer = OTLPTracer(exporter: exporter)
        for _ in 0..<20_000 { tracer.withSpan("lost", context: .topLevel) { _ in } }
        let group = ServiceGroup(services: [exporter], logger: Self.quiet)
        async let end: Void = group.run()
        try await Task.sleep(for: .milliseconds(50))
        await group.triggerGracefulShutdown()
        try await end
    }
}

/// A collector that keeps what it is sent.
private final class Collector: Sendable {
    struct Request {
        let headers: [String: String]
        let body: Data
    }

    struct Sent<Result> {
        let result: Result
        let requests: [Request]

        /// Of the requests that were taken.
        var spans: [Traces.Span] {
            get throws {
                try requests.flatMap { request in
                    try JSONDecoder().decode(Traces.self, from: request.body).resourceSpans
                        .flatMap(\.scopeSpans).flatMap(\.spans)
                }
            }
        }
    }

    private let answers: Mutex<[HTTPResponse.Status]>
    private let requests = Mutex<[Request]>([])

    /// - Parameter answers: to the first requests; the others are taken.
    init(answers: [HTTPResponse.Status] = []) {
        self.answers = Mutex(answers)
    }

    /// - Parameter count: how many requests to wait for; by default one more than are refused.
    func collect<Result: Sendable>(
        until count: Int? = nil, _ body: @escaping @Sendable (OTLPTracer) async throws -> Result
    ) async throws -> Sent<Result> {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let wanted = count ?? answers.withLock(\.count) + 1
        let router = Router()
        router.post("/v1/traces") { request, _ in
            let body = try await request.body.collect(upTo: 10_000_000)
            var headers: [String: String] = [:]
            for field in request.headers { headers[field.name.canonicalName] = field.value }
            self.requests.withLock { $0.append(Request(headers: headers, body: Data(body.readableBytesView))) }
            return self.answers.withLock { $0.isEmpty ? HTTPResponse.Status.ok : $0.removeFirst() }
        }
        let result = try await Application(router: router, logger: quiet).test(.live) { server in
            let exporter = SpanExporter(
                endpoint: "http://127.0.0.1:\(server.port ?? 0)/", headers: [("X-Key", "secret")], service: "test",
                interval: .milliseconds(10), logger: quiet)
            let group = ServiceGroup(services: [exporter], logger: quiet)
            async let end: Void = group.run()
            let result = try await body(OTLPTracer(exporter: exporter))
            let limit = ContinuousClock.now + .seconds(30)
            while self.requests.withLock(\.count) < wanted, ContinuousClock.now < limit {
                try await Task.sleep(for: .milliseconds(5))
            }
            await group.triggerGracefulShutdown()
            try await end
            return result
        }
        return Sent(result: result, requests: requests.withLock(\.self))
    }
}

/// As much of the protocol as the tests read.
private struct Traces: Decodable {
    let resourceSpans: [ResourceSpans]

    struct ResourceSpans: Decodable { let scopeSpans: [ScopeSpans] }
    struct ScopeSpans: Decodable { let spans: [Span] }

    struct Span: Decodable {
        let traceId: String
        let spanId: String
        let parentSpanId: String?
        let name: String
        let kind: Int
        let startTimeUnixNano: String
        let endTimeUnixNano: String
        let attributes: [Attribute]
        let events: [Event]
        let status: Status
    }

    struct Event: Decodable { let name: String }
    struct Status: Decodable { let code: Int }
    struct Attribute: Decodable {
        let key: String
        let value: Value
    }
    struct Value: Decodable { let intValue: String? }
}
