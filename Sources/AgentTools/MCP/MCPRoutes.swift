import Core
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import JSON
import Jobs
import NIOCore
import SQL
import Store

/// `POST /mcp`: MCP over streamable HTTP, without sessions and without streams
/// (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http).
struct MCPRoutes: Sendable {
    let server: MCPServer
    let queue: WorkQueue
    private let limit: RateLimit

    init(server: MCPServer, queue: WorkQueue, sharedRates: SharedRates?) {
        self.server = server
        self.queue = queue
        limit = RateLimit("mcp", .init(burst: 60, perSecond: 1), shared: sharedRates, clock: queue.clock)
    }

    func addRoutes(to router: Router<AppRequestContext>) {
        router.post("/mcp", use: post)
    }

    private func post(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        // No browser has business here, and one that was lured here must not act (DNS rebinding).
        guard request.headers[.origin] == nil else {
            throw DomainError(.forbidden, code: "foreign_origin", "Web pages can't use this address.")
        }
        let agent = try await agent(of: request)
        if let version = request.headers[.mcpProtocolVersion], !MCPServer.versions.contains(version) {
            throw HTTPError(
                .badRequest, message: "MCP-Protocol-Version must be one of \(MCPServer.versions.joined(separator: ", ")).")
        }
        guard request.headers[.contentType].flatMap(MediaType.init(from:))?.isType(.applicationJson) == true else {
            throw HTTPError(.unsupportedMediaType, message: "Send JSON, with the header Content-Type: application/json.")
        }
        let body = try await request.body.collect(upTo: context.maxUploadSize)
        let message: RPCMessage
        do {
            message = try RPCMessage(Data(body.readableBytesView))
        } catch {
            return try Response(rpc: error.answer(id: nil), status: .badRequest)
        }
        guard case .request(let id, let method, let parameters) = message else { return Response(status: .accepted) }
        if let wait = await limit.take(agent.boxID.rawValue) { return try refusal(id: id, method: method, wait: wait) }
        do {
            return try Response(rpc: RPCMessage.result(try await server.answer(method, parameters, for: agent), id: id))
        } catch let error as RPCError {
            return try Response(rpc: error.answer(id: id))
        }
    }

    /// - Throws: `HTTPError` with 401.
    private func agent(of request: Request) async throws -> ProxyCredential {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        // Anything longer is no token of ours, and not worth a look-up.
        if words.count == 2, words[0].lowercased() == "bearer", words[1].utf8.count <= 128 {
            let hash = AccessToken(String(words[1])).hash
            if let agent = try await queue.database.read({ try UsageStore($0).credential(proxyTokenHash: hash) }) {
                return agent
            }
        }
        throw HTTPError(
            .unauthorized, headers: [.wwwAuthenticate: "Bearer"],
            message: "Send the agent's own token, with the header Authorization: Bearer <token>.")
    }

    /// A model reads the result of a call; everything else is the client's own business.
    private func refusal(id: JSONValue, method: String, wait: Duration) throws -> Response {
        let seconds = max(1, (wait.milliseconds + 999) / 1000)
        guard method == "tools/call" else {
            throw HTTPError(.tooManyRequests, headers: [.retryAfter: String(seconds)])
        }
        let answer = ToolAnswer(error: "Too many calls. Wait \(seconds) s before the next one.")
        return try Response(rpc: RPCMessage.result(MCPServer.result(answer), id: id))
    }
}

extension Response {
    fileprivate init(rpc message: JSONValue, status: HTTPResponse.Status = .ok) throws {
        self.init(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: message.text())))
    }
}

extension HTTPField.Name {
    // The literal below is a valid field name.
    static let mcpProtocolVersion = Self("MCP-Protocol-Version")!
}
