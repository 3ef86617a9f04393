import AsyncHTTPClient
import Core
import FoundationEssentials
package import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization

/// Sends spans to a collector in batches (OTLP over HTTP, in JSON). A collector that is away costs spans and nothing else.
package final class SpanExporter: Service {
    private let url: String
    private let headers: HTTPHeaders
    private let service: String
    private let interval: Duration
    private let logger: Logger

    private struct Waiting {
        var spans: [OTLPTraces.Span] = []
        var dropped = 0
    }

    private let waiting = Mutex(Waiting())

    /// Spans of one request.
    private static let batch = 512
    /// Spans that wait for the collector; later ones are dropped.
    private static let most = 8192

    /// - Parameters:
    ///   - endpoint: where the collector listens, such as `http://localhost:4318`; spans go to `/v1/traces` there.
    ///   - headers: what else each request says, such as a key.
    ///   - service: what the process is called, as `service.name`.
    ///   - interval: how often spans are sent.
    package init(
        endpoint: String, headers: [(name: String, value: String)], service: String, interval: Duration = .seconds(2),
        logger: Logger
    ) {
        url = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/v1/traces"
        self.headers = HTTPHeaders(headers.map { ($0.name, $0.value) } + [("Content-Type", "application/json")])
        self.service = service
        self.interval = interval
        self.logger = logger
    }

    func add(_ span: OTLPTraces.Span) {
        waiting.withLock { waiting in
            if waiting.spans.count < Self.most { waiting.spans.append(span) } else { waiting.dropped += 1 }
        }
    }

    package func run() async {
        let httpClient = Self.httpClient()
        await sendFromTimeToTime(httpClient)
        // What the last requests have left; a collector that is away holds nobody up.
        try? await sendAll(httpClient)
        try? await httpClient.shutdown()
    }

    private static func httpClient() -> HTTPClient {
        var settings = HTTPClient.Configuration()
        settings.timeout = .init(connect: .seconds(5), read: .seconds(10))
        settings.redirectConfiguration = .disallow
        // What can't be sent is tried again here.
        settings.connectionPool.retryConnectionEstablishment = false
        // Sending spans must not make any.
        settings.tracing.tracer = nil
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    private func sendFromTimeToTime(_ httpClient: HTTPClient) async {
        var backoff = Backoff(from: interval, to: .seconds(15))
        var (isAway, pause) = (false, interval)
        while await waits(for: pause) {
            do {
                try await sendAll(httpClient)
                if isAway { logger.info("the collector of traces answers again") }
                (isAway, pause) = (false, interval)
                backoff.reset()
            } catch {
                if !isAway { logger.warning("traces can't be sent", metadata: ["error": "\(error)"]) }
                (isAway, pause) = (true, backoff.next())
            }
        }
    }

    /// - Returns: `false` once the service is to end. What is being sent then is not cut off: it would be sent twice.
    private func waits(for pause: Duration) async -> Bool {
        await cancelWhenGracefulShutdown { (try? await Task.sleep(for: pause)) != nil }
    }

    private func sendAll(_ httpClient: HTTPClient) async throws {
        while true {
            let (batch, dropped) = waiting.withLock { ($0.spans.prefix(Self.batch), $0.dropped) }
            guard !batch.isEmpty else { return }
            try await send(Array(batch), httpClient)
            waiting.withLock {
                $0.spans.removeFirst(batch.count)
                $0.dropped -= dropped
            }
            if dropped > 0 { logger.warning("spans were dropped", metadata: ["spans": "\(dropped)"]) }
        }
    }

    private struct Refusal: Error, CustomStringConvertible {
        let status: UInt

        var description: String { "the collector answered \(status)" }
    }

    private func send(_ spans: [OTLPTraces.Span], _ httpClient: HTTPClient) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = headers
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(OTLPTraces(spans, service: service))))
        let answer = try await httpClient.execute(request, timeout: .seconds(10))
        for try await _ in answer.body {}
        switch answer.status.code {
        case 200..<300: break
        // Those may be sent again; what is refused for good is given up (OTLP, "Retryable response codes").
        case 429, 502, 503, 504: throw Refusal(status: answer.status.code)
        default:
            logger.warning("the collector refuses spans", metadata: ["status": "\(answer.status.code)"])
        }
    }
}
