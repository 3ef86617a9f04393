import Core
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix

/// The box' own port: `/healthz`, `/readyz`, `/status` (JSON; `?after=<revision>` waits for a later one) and `/metrics`.
struct BoxEndpoint {
    /// `nil` for all addresses, of IPv6 and of IPv4.
    let host: String?
    let port: Int
    let board: ReportBoard

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>

    /// How long a question for a later status waits.
    static let patience = Duration.seconds(25)

    /// Until the task is cancelled.
    /// - Throws: an `IOError` if the port is taken.
    func run() async throws {
        let server = try await listen()
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    // What goes wrong on one connection is that one's business.
                    group.addTask { try? await serve(connection) }
                }
            }
        }
    }

    /// Where the kernel has no IPv6, IPv4 is all there is.
    private func listen() async throws -> NIOAsyncChannel<Connection, Never> {
        if let host { return try await listen(on: host) }
        do {
            return try await listen(on: "::")
        } catch let error as IOError where [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode) {
            return try await listen(on: "0.0.0.0")
        }
    }

    private func listen(on host: String) async throws -> NIOAsyncChannel<Connection, Never> {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(ResponseParts())
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
    }

    private func serve(_ connection: Connection) async throws {
        try await connection.executeThenClose { inbound, outbound in
            for try await case .head(let head) in inbound {
                let answer = await answer(to: head.uri)
                var headers = HTTPHeaders()
                headers.add(name: "content-type", value: answer.type)
                headers.add(name: "content-length", value: "\(answer.text.utf8.count)")
                let status = HTTPResponseStatus(statusCode: answer.status)
                try await outbound.write(.head(HTTPResponseHead(version: head.version, status: status, headers: headers)))
                try await outbound.write(.body(ByteBuffer(string: answer.text)))
                try await outbound.write(.end(nil))
                if !head.isKeepAlive { return }
            }
        }
    }

    private struct Answer {
        var status = 200
        var type = "application/json"
        let text: String
    }

    private func answer(to uri: String) async -> Answer {
        let parts = uri.split(separator: "?", maxSplits: 1)
        switch parts.first {
        case "/healthz": return Answer(text: #"{"status":"ok"}"#)
        case "/readyz":
            let state = await board.posting.report.state
            let isUp = state == .ready || state == .asleep
            return Answer(status: isUp ? 200 : 503, text: #"{"ready":\#(isUp)}"#)
        case "/metrics":
            return Answer(type: "text/plain; version=0.0.4", text: await board.posting.report.metrics)
        case "/status":
            let query = parts.count == 2 ? parts[1].split(separator: "&") : []
            let after = query.lazy.filter { $0.hasPrefix("after=") }.compactMap { Int($0.dropFirst(6)) }.first
            let posting: ReportBoard.Posting
            if let after {
                posting = await board.posting(after: after, within: Self.patience)
            } else {
                posting = await board.posting
            }
            guard let json = try? JSONEncoder().encode(posting) else { return Answer(status: 500, text: "{}") }
            return Answer(text: String(decoding: json, as: UTF8.self))
        default: return Answer(status: 404, text: #"{"error":"there are /healthz, /readyz, /status and /metrics"}"#)
        }
    }
}

/// Gives response bodies the form that the codec takes.
private final class ResponseParts: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let body): .body(.byteBuffer(body))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}

extension BoxReport {
    /// In Prometheus' text format.
    var metrics: String {
        let name =
            switch state {
            case .absent: "absent"
            case .stopped: "stopped"
            case .starting: "starting"
            case .ready: "ready"
            case .asleep: "asleep"
            case .restarting: "restarting"
            case .failed: "failed"
            }
        return """
            # TYPE box_state gauge
            box_state{state="\(name)"} 1
            # TYPE box_memory_bytes gauge
            box_memory_bytes \(memory)
            # TYPE box_restarts_total counter
            box_restarts_total \(restarts)
            # TYPE box_wakes_total counter
            box_wakes_total \(wakes)
            # TYPE box_telegram_conflicts_total counter
            box_telegram_conflicts_total \(conflicts)
            # TYPE box_settings_refused gauge
            box_settings_refused \(refused == nil ? 0 : 1)

            """
    }
}
