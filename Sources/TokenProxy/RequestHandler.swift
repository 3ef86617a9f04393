import Core
import Logging
import ModelAPI
import NIOCore
import NIOHTTP1

/// Answers one request, whatever it is.
struct RequestHandler: Sendable {
    let configuration: TokenProxyConfiguration
    let calls: CallHandler
    let credentials: Credentials
    let storage: any ProxyStorage
    let settlements: Settlements
    let metrics: ProxyMetrics
    let ids: IdentifierSource
    let logger: Logger

    func respond(to request: IncomingRequest) async {
        let id: Identifier<ModelCall> = ids.next()
        let echoed = Self.echoedID(request.head.headers) ?? id.rawValue
        var report = RequestReport(route: "unknown")
        do {
            let route = try Route(method: request.head.method, uri: request.head.uri)
            report.route = route.name
            switch route {
            case .health: try await send(request, .ok, #"{"status":"ok"}"#, id: echoed)
            case .readiness: try await sendReadiness(request, id: echoed, &report)
            case .metrics: try await sendMetrics(request, id: echoed)
            case .models: try await sendModels(request, id: echoed, &report)
            case .call(let dialect):
                try await calls.answer(request, dialect, requestID: id.rawValue, echoedID: echoed, &report)
            }
        } catch let refusal as Refusal {
            report.status = Int(refusal.status.code)
            await send(refusal, to: request, id: echoed)
        } catch {
            // Mostly a client that has gone. Whatever it was, half an answer must not look like a whole one.
            report.status = 499
            logger.debug("a request broke off", metadata: ["request": "\(id)", "error": "\(error)"])
            request.writer.close()
        }
        metrics.request(route: report.route, plan: report.plan, status: report.status)
        var metadata = report.metadata
        metadata["request"] = "\(id)"
        if echoed != id.rawValue { metadata["client_request"] = "\(echoed)" }
        logger.log(level: report.plan == nil ? .debug : .info, "request answered", metadata: metadata)
    }

    /// The client's own id for the request, if it is one that can be printed. What is metered has another one, so that
    /// nobody can make two calls look like one.
    private static func echoedID(_ headers: HTTPHeaders) -> String? {
        guard let id = headers.first(name: "x-request-id"), (1...64).contains(id.utf8.count) else { return nil }
        let isPlain = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain ? id : nil
    }

    private func send(
        _ request: IncomingRequest, _ status: HTTPResponseStatus, _ body: String, type: String = "application/json",
        id: String
    ) async throws {
        try await request.writer.send(
            status, ["content-type": type, "x-request-id": id], ByteBuffer(string: body))
    }

    private func send(_ refusal: Refusal, to request: IncomingRequest, id: String) async {
        var headers: HTTPHeaders = ["content-type": "application/json", "x-request-id": id]
        for (name, value) in refusal.headers { headers.add(name: name, value: value) }
        let body = refusal.error.body(Route.dialect(uri: request.head.uri), requestID: id)
        // If the client has gone, there is nobody to tell.
        try? await request.writer.send(refusal.status, headers, ByteBuffer(string: body))
    }

    private func sendReadiness(_ request: IncomingRequest, id: String, _ report: inout RequestReport) async throws {
        var isStorageReady = true
        do {
            try await storage.check()
        } catch {
            isStorageReady = false
            logger.error("the storage is not ready", metadata: ["error": "\(error)"])
        }
        let overdue = settlements.overdueCount
        let isReady = isStorageReady && overdue == 0
        let checks = [("storage", isStorageReady ? "ok" : "unavailable"), ("settlements", overdue == 0 ? "ok" : "overdue")]
        let body = checks.map { "{\"name\":\"\($0)\",\"status\":\"\($1)\"}" }.joined(separator: ",")
        report.status = isReady ? 200 : 503
        try await send(
            request, isReady ? .ok : .serviceUnavailable,
            "{\"status\":\"\(isReady ? "ok" : "unavailable")\",\"checks\":[\(body)]}", id: id)
    }

    private func sendMetrics(_ request: IncomingRequest, id: String) async throws {
        try await send(
            request, .ok, metrics.text(overdueSettlements: settlements.overdueCount),
            type: "text/plain; version=0.0.4; charset=utf-8", id: id)
    }

    /// In a form that OpenAI's and Anthropic's clients both read.
    private func sendModels(_ request: IncomingRequest, id: String, _ report: inout RequestReport) async throws {
        report.plan = try await credentials.credential(for: request.head.headers).tier
        let names = configuration.models.keys.sorted().map(JSONText.quoted)
        let models = names.map {
            #"{"id":\#($0),"object":"model","type":"model","display_name":\#($0),"created":0,"#
                + #""created_at":"1970-01-01T00:00:00Z","owned_by":"openclaw-cloud"}"#
        }
        try await send(
            request, .ok,
            #"{"object":"list","data":[\#(models.joined(separator: ","))],"has_more":false,"#
                + #""first_id":\#(names.first ?? "null"),"last_id":\#(names.last ?? "null")}"#, id: id)
    }
}

/// What is remembered of a request for metrics and the log: never what was said.
struct RequestReport {
    var route: String
    var status = 200
    var plan: Tier?
    var model: String?
    var bill: Bill?

    init(route: String) {
        self.route = route
    }

    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["route": "\(route)", "status": "\(status)"]
        if let plan { metadata["plan"] = "\(plan.rawValue)" }
        if let model { metadata["model"] = "\(model)" }
        if let bill {
            metadata["input"] = "\(bill.usage.input)"
            metadata["output"] = "\(bill.usage.output)"
            metadata["estimated"] = "\(bill.isEstimated)"
        }
        return metadata
    }
}
