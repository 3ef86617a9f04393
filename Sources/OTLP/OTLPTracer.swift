import Telemetry
package import Tracing

/// Records spans for a collector that speaks the OpenTelemetry protocol, and carries the trace on in `traceparent` headers.
package struct OTLPTracer: Tracer {
    private let exporter: SpanExporter

    /// - Parameter exporter: gets each span when it ends.
    package init(exporter: SpanExporter) {
        self.exporter = exporter
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> OTLPSpan {
        var context = context()
        let parent = context.traceParent
        let own = parent?.child() ?? .random()
        context.traceParent = own
        return OTLPSpan(
            operationName, context: context, trace: own, parentID: parent?.spanID, kind: kind,
            start: instant().nanosecondsSinceEpoch, exporter: exporter)
    }

    package func forceFlush() {}

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context.traceParent = extractor.extract(key: TraceParent.headerName, from: carrier).flatMap(TraceParent.init)
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let trace = context.traceParent else { return }
        injector.inject(trace.description, forKey: TraceParent.headerName, into: &carrier)
    }
}
