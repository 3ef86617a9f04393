import Core
import NIOCore
import Telemetry
import Tracing

/// Makes each settled call a span, in the trace of whoever called.
struct CallTracing {
    private let tracer: any Tracer

    /// - Returns: `nil` if the process records no spans.
    init?() {
        let tracer = InstrumentationSystem.tracer
        guard !(tracer is NoOpTracer) else { return nil }
        self.tracer = tracer
    }

    /// Call it where the call ends, on its event loop.
    func record(_ call: Call, _ bill: Bill, _ reservation: CallReservation) {
        let parent = call.request.head.traceParent.flatMap { TraceParent(call.request.text($0)) }
        let now = DefaultTracerClock.now.nanosecondsSinceEpoch
        let took = UInt64(max(0, (call.loop.deadline - call.machine.startedAt).nanoseconds))
        let span = tracer.startSpan(
            "model call", context: .from(parent), ofKind: .server, at: Instant(nanosecondsSinceEpoch: now - took))
        span.updateAttributes { attributes in
            attributes["http.request.id"] = call.request.echoedID
            attributes["customer.id"] = call.caller.credential.customerID.rawValue
            attributes["gen_ai.request.model"] = reservation.model
            attributes["gen_ai.usage.input_tokens"] = Int64(bill.usage.input)
            attributes["gen_ai.usage.output_tokens"] = Int64(bill.usage.output)
            attributes["usage.units"] = Int64(bill.usage.units)
            attributes["usage.estimated"] = bill.isEstimated
        }
        span.end(at: Instant(nanosecondsSinceEpoch: now))
    }

    private struct Instant: TracerInstant {
        let nanosecondsSinceEpoch: UInt64

        static func < (left: Self, right: Self) -> Bool { left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch }
    }
}
