import Synchronization
import Telemetry
package import Tracing

/// A span until it ends; then its exporter has it.
package final class OTLPSpan: Span {
    package let context: ServiceContext
    private let trace: TraceParent
    private let parentID: String?
    private let kind: SpanKind
    private let start: UInt64
    private let exporter: SpanExporter

    private struct State {
        var name: String
        var status: SpanStatus?
        var events: [SpanEvent] = []
        var attributes: SpanAttributes = [:]
        var hasEnded = false
    }

    private let state: Mutex<State>

    /// - Parameter start: nanoseconds since 1970.
    init(
        _ name: String, context: ServiceContext, trace: TraceParent, parentID: String?, kind: SpanKind, start: UInt64,
        exporter: SpanExporter
    ) {
        state = Mutex(State(name: name))
        self.context = context
        self.trace = trace
        self.parentID = parentID
        self.kind = kind
        self.start = start
        self.exporter = exporter
    }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { $0.attributes = newValue } }
    }

    package var isRecording: Bool { state.withLock { !$0.hasEnded } }

    package func setStatus(_ status: SpanStatus) {
        state.withLock { $0.status = status }
    }

    package func addEvent(_ event: SpanEvent) {
        state.withLock { $0.events.append(event) }
    }

    /// Keeps what kind of error it is. Its words may hold addresses or what a customer wrote, and stay in the log.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        let event = SpanEvent(name: "exception", at: instant(), attributes: attributes)
        state.withLock {
            $0.events.append(event)
            $0.status = SpanStatus(code: .error)
        }
    }

    /// Nothing here is caused by several others, so nothing links spans.
    package func addLink(_ link: SpanLink) {}

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let ended = state.withLock { state -> OTLPTraces.Span? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return OTLPTraces.Span(
                trace: trace, parentID: parentID, name: state.name, kind: kind, start: start, end: end,
                attributes: state.attributes, events: state.events, status: state.status)
        }
        if let ended { exporter.add(ended) }
    }
}
