package import Tracing

/// The place of a request in a distributed trace (https://www.w3.org/TR/trace-context/#traceparent-header).
package struct TraceParent: Sendable, Hashable, CustomStringConvertible {
    package static let headerName = "traceparent"

    /// 32 lowercase hex digits, not all zero.
    package let traceID: String
    /// 16 lowercase hex digits, not all zero.
    package let spanID: String
    /// Two lowercase hex digits; the lowest bit says that the trace is recorded.
    package let flags: String

    /// - Returns: `nil` unless the header's value is well-formed. Newer versions are read as version 00, as the standard asks.
    package init?(_ header: String) {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, fields.count == 4 || fields[0] != "00", fields[0].count == 2, fields[0] != "ff",
            fields[1].count == 32, fields[2].count == 16, fields[3].count == 2,
            fields.prefix(4).allSatisfy({ $0.utf8.allSatisfy(Self.isHexDigit) }),
            fields[1].contains(where: { $0 != "0" }), fields[2].contains(where: { $0 != "0" })
        else { return nil }
        self.init(traceID: String(fields[1]), spanID: String(fields[2]), flags: String(fields[3]))
    }

    private init(traceID: String, spanID: String, flags: String) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags
    }

    /// The start of a trace.
    package static func random() -> TraceParent {
        let high = UInt64.random(in: 1...UInt64.max)
        let low = UInt64.random(in: 0...UInt64.max)
        return TraceParent(traceID: high.hexadecimal + low.hexadecimal, spanID: randomSpanID(), flags: "01")
    }

    /// The same trace, one step further on.
    package func child() -> TraceParent {
        TraceParent(traceID: traceID, spanID: Self.randomSpanID(), flags: flags)
    }

    /// The header's value, in version 00.
    package var description: String { "00-\(traceID)-\(spanID)-\(flags)" }

    private static func randomSpanID() -> String {
        UInt64.random(in: 1...UInt64.max).hexadecimal
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

/// What a trace has in one task, for logs and for what the task asks of others.
extension ServiceContext {
    package var traceParent: TraceParent? {
        get { self[TraceParentKey.self] }
        set { self[TraceParentKey.self] = newValue }
    }

    private enum TraceParentKey: ServiceContextKey {
        typealias Value = TraceParent
    }

    /// A context with nothing in it but a place in a trace, if there is one.
    package static func from(_ trace: TraceParent?) -> ServiceContext {
        var context = ServiceContext.topLevel
        context.traceParent = trace
        return context
    }

    /// The same with a place in a trace for sure: where nobody records spans, ids tie the lines of logs together still.
    package var traced: ServiceContext {
        guard traceParent == nil else { return self }
        var context = self
        context.traceParent = .random()
        return context
    }
}

extension UInt64 {
    /// 16 lowercase hex digits.
    var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
