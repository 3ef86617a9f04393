import HTTPTypes
import Hummingbird
import NIOCore

/// One event of an event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html).
struct ServerSentEvent: Sendable, Hashable {
    /// Comes back as `Last-Event-ID` when the browser connects again.
    var id: String?
    let name: String
    let data: String

    var text: String {
        let id = id.map { "id: \($0)\n" } ?? ""
        let lines = data.split(omittingEmptySubsequences: false) { $0.isNewline }
        return id + "event: \(name)\n" + lines.map { "data: \($0)\n" }.joined() + "\n"
    }

    /// Keeps the connection, and every proxy on the way, from taking silence for an end.
    static let heartbeat = ":\n\n"
}

extension Response {
    /// A stream that goes on until the client leaves, its session ends, it has to give way to a younger one, or the server is
    /// told to stop.
    /// - Parameter produce: is asked at once and then whenever something may have changed; gives what is new, or `nil` if the
    ///   session has ended.
    static func events(
        on changes: CustomerChanges, stream: EventStream, request: Request,
        produce: @escaping @Sendable () async throws -> [ServerSentEvent]?
    ) -> Response {
        let body = ResponseBody { writer in
            do {
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await changes.forEach(until: stream.ended) {
                        guard let events = try await produce() else { throw CancellationError() }
                        let text = events.isEmpty ? ServerSentEvent.heartbeat : events.map(\.text).joined()
                        try await writer.write(ByteBuffer(string: text))
                    }
                }
            } catch is CancellationError {
                // The client has left, or its session has ended.
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                // nginx would hold events back otherwise.
                .accelBuffering: "no",
            ], body: body)
    }
}

extension HTTPField.Name {
    // The literals below are valid field names.
    static let accelBuffering = Self("X-Accel-Buffering")!
    static let lastEventID = Self("Last-Event-ID")!
}
