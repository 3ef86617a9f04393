import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Kubernetes
import NIOCore
import Synchronization

/// Both clouds on one port: they refuse what the real ones would refuse, and fail where they are told to.
final class StandInClouds: Sendable {
    struct State {
        /// By collection, in the order of their making.
        var objects: [String: [JSONValue]] = [:]
        var records: [JSONValue] = []
        /// Actions by their ids: how many requests later each ends.
        var actions: [Int64: Int] = [:]
        var lastID: Int64 = 100
        var requests = 0
        /// Everything that had an effect, such as `create servers c-control-1`.
        var effects: [String] = []
    }

    enum Failure: Sendable, CaseIterable {
        /// Nothing was done.
        case before
        /// It was done, and nobody is told.
        case after
        case rateLimit
    }

    let state = Mutex(State())
    /// Which requests fail, counted from 0.
    let failures: [Int: Failure]
    /// How many requests an action takes.
    let slowness: Int
    let pageSize: Int

    init(failures: [Int: Failure] = [:], slowness: Int = 1, pageSize: Int = 50) {
        self.failures = failures
        self.slowness = slowness
        self.pageSize = pageSize
    }

    static let token = "stand-in-token"
    static let zone = "0123456789abcdef0123456789abcdef"

    struct Answer {
        var status: Int
        var body: JSONValue
        var retryAfter: Int?

        static func refused(_ status: Int, _ code: String, _ message: String) -> Answer {
            Answer(status: status, body: ["error": ["code": .string(code), "message": .string(message), "details": [:]]])
        }
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        for method in [HTTPRequest.Method.get, .post, .put, .patch, .delete] {
            router.on("**", method: method) { [self] request, _ in
                let body = try await Array(request.body.collect(upTo: 1 << 20).readableBytesView)
                let json = body.isEmpty ? nil : try JSONDecoder().decode(JSONValue.self, from: Data(body))
                let isSignedIn = request.headers[.authorization] == "Bearer \(Self.token)"
                let answer = isSignedIn ? answer(to: request, json) : .refused(401, "unauthorized", "no such token")
                var response = Response(
                    status: .init(code: answer.status),
                    headers: [.contentType: "application/json"],
                    body: .init(byteBuffer: ByteBuffer(bytes: answer.body.text())))
                if let seconds = answer.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
                return response
            }
        }
        return router
    }

    private func answer(to request: Request, _ body: JSONValue?) -> Answer {
        state.withLock { state in
            let failure = failures[state.requests]
            state.requests += 1
            // Time passes with each request.
            state.actions = state.actions.mapValues { max(0, $0 - 1) }
            if failure == .before { return .refused(503, "unavailable", "in maintenance") }
            if failure == .rateLimit {
                var answer = Answer.refused(429, "rate_limit_exceeded", "limit of 3600 requests per hour reached")
                answer.retryAfter = 7
                return answer
            }
            let path = request.uri.path.split(separator: "/").map(String.init)
            let page = request.uri.queryParameters["page"].flatMap { Int($0) } ?? 1
            let answer =
                path.first == "zones"
                ? cloudflare(&state, request.method, path, page, body) : hetzner(&state, request.method, path, page, body)
            return failure == .after ? .refused(502, "bad_gateway", "the answer was lost") : answer
        }
    }

    // MARK: Cloudflare

    private static let recordFields: Set<String> = ["type", "name", "content", "ttl", "proxied", "comment"]

    private func cloudflare(
        _ state: inout State, _ method: HTTPRequest.Method, _ path: [String], _ page: Int, _ body: JSONValue?
    ) -> Answer {
        func refused(_ status: Int, _ message: String) -> Answer {
            Answer(
                status: status,
                body: ["success": false, "errors": [["code": 1004, "message": .string(message)]], "result": .null])
        }
        guard path.count >= 3, path[1] == Self.zone, path[2] == "dns_records" else { return refused(404, "no such zone") }
        let unknown = (body?.members ?? [:]).map(\.name).filter { !Self.recordFields.contains($0) }
        if !unknown.isEmpty { return refused(400, "unknown fields: \(unknown)") }
        let name = body?["name"]?.string ?? ""
        switch (method, path.count) {
        case (.get, 3):
            let (part, pages) = slice(state.records, page)
            return Answer(
                status: 200,
                body: [
                    "success": true, "errors": [], "result": .array(part),
                    "result_info": ["page": .integer(Int64(page)), "total_pages": .integer(Int64(pages))],
                ])
        case (.post, 3):
            guard AddressCheck.isPublic(body?["content"]?.string) else { return refused(400, "content is no address") }
            if state.records.contains(where: { $0["name"] == body?["name"] && $0["content"] == body?["content"] }) {
                return refused(400, "An identical record already exists.")
            }
            state.lastID += 1
            var record = body ?? [:]
            record["id"] = .string("record-\(state.lastID)")
            state.records.append(record)
            state.effects.append("create record \(name)")
            return Answer(status: 200, body: ["success": true, "errors": [], "result": record])
        case (.patch, 4):
            guard let index = state.records.firstIndex(where: { $0["id"]?.string == path[3] }) else {
                return refused(404, "no such record")
            }
            for member in body?.members ?? [:] { state.records[index][member.name] = member.value }
            state.effects.append("change record \(name)")
            return Answer(status: 200, body: ["success": true, "errors": [], "result": state.records[index]])
        default: return refused(405, "no such method")
        }
    }

    func slice(_ all: [JSONValue], _ page: Int) -> (part: [JSONValue], pages: Int) {
        let pages = max(1, (all.count + pageSize - 1) / pageSize)
        return (Array(all.dropFirst((page - 1) * pageSize).prefix(pageSize)), pages)
    }
}

enum AddressCheck {
    static func isPublic(_ text: String?) -> Bool { text?.hasPrefix("198.51.100.") ?? false }
}
