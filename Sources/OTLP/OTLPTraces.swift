import FoundationEssentials
import Telemetry
import Tracing

/// The body of a `POST /v1/traces` in JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids in
/// hexadecimal, 64-bit numbers as text.
struct OTLPTraces: Encodable {
    private let resourceSpans: [ResourceSpans]

    /// - Parameter service: what the process is called, as `service.name`.
    init(_ spans: [Span], service: String) {
        resourceSpans = [
            ResourceSpans(
                resource: Resource(attributes: [Attribute(key: "service.name", value: .string(service))]),
                scopeSpans: [ScopeSpans(scope: Scope(name: "openclaw-cloud"), spans: spans)])
        ]
    }

    private struct ResourceSpans: Encodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }

    private struct Resource: Encodable {
        let attributes: [Attribute]
    }

    private struct ScopeSpans: Encodable {
        let scope: Scope
        let spans: [Span]
    }

    private struct Scope: Encodable {
        let name: String
    }

    struct Span: Encodable, Sendable {
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

        init(
            trace: TraceParent, parentID: String?, name: String, kind: SpanKind, start: UInt64, end: UInt64,
            attributes: SpanAttributes, events: [SpanEvent], status: SpanStatus?
        ) {
            traceId = trace.traceID
            spanId = trace.spanID
            parentSpanId = parentID
            self.name = name
            self.kind =
                switch kind {
                case .internal: 1
                case .server: 2
                case .client: 3
                case .producer: 4
                case .consumer: 5
                }
            startTimeUnixNano = String(start)
            endTimeUnixNano = String(max(start, end))
            self.attributes = Attribute.list(attributes)
            self.events = events.map(Event.init)
            self.status =
                switch status?.code {
                case nil: Status(code: 0, message: nil)
                case .ok: Status(code: 1, message: nil)
                case .error: Status(code: 2, message: status?.message)
                }
        }
    }

    struct Event: Encodable {
        let timeUnixNano: String
        let name: String
        let attributes: [Attribute]

        init(_ event: SpanEvent) {
            timeUnixNano = String(event.nanosecondsSinceEpoch)
            name = event.name
            attributes = Attribute.list(event.attributes)
        }
    }

    struct Status: Encodable {
        let code: Int
        let message: String?
    }

    struct Attribute: Encodable {
        let key: String
        let value: Value

        /// In the order of their names.
        static func list(_ attributes: SpanAttributes) -> [Attribute] {
            var list: [Attribute] = []
            attributes.forEach { key, value in list.append(Attribute(key: key, value: Value(value))) }
            return list.sorted { $0.key < $1.key }
        }
    }

    enum Value: Encodable {
        case string(String)
        case integer(Int64)
        case double(Double)
        case bool(Bool)

        /// Lists are written as their text: nothing here has any.
        init(_ value: SpanAttribute) {
            switch value {
            case .string(let text): self = .string(text)
            case .int32(let number): self = .integer(Int64(number))
            case .int64(let number): self = .integer(number)
            // JSON has no other numbers.
            case .double(let number) where number.isFinite: self = .double(number)
            case .bool(let flag): self = .bool(flag)
            case .stringConvertible(let value): self = .string(value.description)
            default: self = .string("\(value)")
            }
        }

        private enum CodingKeys: String, CodingKey {
            case stringValue, intValue, doubleValue, boolValue
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .string(let text): try container.encode(text, forKey: .stringValue)
            case .integer(let number): try container.encode(String(number), forKey: .intValue)
            case .double(let number): try container.encode(number, forKey: .doubleValue)
            case .bool(let flag): try container.encode(flag, forKey: .boolValue)
            }
        }
    }
}
