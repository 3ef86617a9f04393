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
import TestSupport
import Testing
import Tracing

@Suite(.timeLimit(.minutes(1)))
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
        #expect(!String(decoding: request.body, as: UTF8.self).contains("it broke"), "the words stay in the log")
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
        let sent = try await Collector(answers: [.serviceUnavailable, .tooManyRequests]).collect(until: 3) { tracer in
            tracer.withSpan("kept", context: .topLevel) { _ in }
        }
        #expect(sent.requests.count == 3)
        #expect(Set(try sent.spans.map(\.spanId)).count == 1)
    }

    @Test func whatACollectorRefusesIsGivenUp() async throws {
        let sent = try await Collector(answers: [.badRequest]).collect { tracer in
            tracer.withSpan("refused", context: .topLevel) { _ in }
        }
        #expect(sent.requests.count == 1)
    }

    @Test func thousandsOfSpansComeInBatches() async throws {
        let sent = try await Collector().collect { tracer in
            for _ in 0..<1200 { tracer.withSpan("one of many", context: .topLevel) { _ in } }
        }
        #expect(try sent.spans.count == 1200)
    }

    @Test func whatDoesNotFitIsDropped() async throws {
        let sent = try await Collector().collect { tracer in
            for _ in 0..<20_000 { tracer.withSpan("one of too many", context: .topLevel) { _ in } }
        }
        #expect(try sent.spans.count == 8192)
    }

    @Test func aNumberThatJSONLacksKeepsNothingBack() async throws {
        let sent = try await Collector().collect { tracer in
            tracer.withSpan("odd", context: .topLevel) { $0.attributes["ratio"] = Double.nan }
        }
        #expect(try sent.spans.map(\.name) == ["odd"])
    }

    @Test func aCollectorThatIsAwayDoesNotKeepTheServiceFromEnding() async throws {
        let log = RecordedLog()
        let exporter = SpanExporter(
            endpoint: "http://127.0.0.1:1", headers: [], service: "test", interval: .milliseconds(10), logger: log.logger)
        OTLPTracer(exporter: exporter).withSpan("lost", context: .topLevel) { _ in }
        let group = ServiceGroup(services: [exporter], logger: Self.quiet)
        async let end: Void = group.run()
        try await eventually { log.lines.contains { $0.hasPrefix("traces can't be sent") } }
        await group.triggerGracefulShutdown()
        try await end
    }

    @Test func anExporterWhoseProcessFailsToStartIsLetGo() {
        _ = SpanExporter(endpoint: "http://127.0.0.1:1", headers: [], service: "test", logger: Self.quiet)
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
    /// - Parameter answers: to the first requests; the others are taken.
    init(answers: [HTTPResponse.Status] = []) {
        self.answers = Mutex(answers)
    }

    /// Sends what `body` records.
    /// - Parameter count: how many requests to wait for before the exporter is told to end.
    func collect<Result: Sendable>(
        until count: Int = 1, _ body: @escaping @Sendable (OTLPTracer) async throws -> Result
    ) async throws -> Sent<Result> {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (requests, came) = AsyncStream.makeStream(of: Request.self)
        let router = Router()
        router.post("/v1/traces") { request, _ in
            let body = try await request.body.collect(upTo: 10_000_000)
            var headers: [String: String] = [:]
            for field in request.headers { headers[field.name.canonicalName] = field.value }
            came.yield(Request(headers: headers, body: Data(body.readableBytesView)))
            return self.answers.withLock { $0.isEmpty ? HTTPResponse.Status.ok : $0.removeFirst() }
        }
        return try await Application(router: router, logger: quiet).test(.live) { server in
            let exporter = SpanExporter(
                endpoint: "http://127.0.0.1:\(server.port ?? 0)/", headers: [("X-Key", "secret")], service: "test",
                interval: .milliseconds(10), logger: quiet)
            let result = try await body(OTLPTracer(exporter: exporter))
            let group = ServiceGroup(services: [exporter], logger: quiet)
            async let end: Void = group.run()
            var sent: [Request] = []
            var iterator = requests.makeAsyncIterator()
            while sent.count < count, let request = await iterator.next() { sent.append(request) }
            await group.triggerGracefulShutdown()
            try await end
            came.finish()
            while let request = await iterator.next() { sent.append(request) }
            return Sent(result: result, requests: sent)
        }
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
