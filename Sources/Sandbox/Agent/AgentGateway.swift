import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle

/// The gateway's HTTP port. Like the real one it answers any other path with a page and status 200, so that a probe that
/// looks only at the status is found out.
struct AgentGateway: Service {
    private static let page = "<!doctype html><title>Gateway</title><p>This is where the control page would be.</p>"

    let host: String
    let port: Int
    /// What lets one change what runs in it.
    let token: String
    let health: AgentHealth
    let logger: Logger

    var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.get("/healthz") { _, _ in try Response.json(["status": "ok"]) }
        router.get("/startupz") { _, _ in
            let stage = await health.stage
            return try Response.json(["status": stage.rawValue], status: stage == .ready ? .ok : .serviceUnavailable)
        }
        router.get("/readyz") { _, _ in
            let stage = await health.stage
            let works = await health.channelWorks
            let status = stage == .ready && !works ? "channel telegram is failing" : stage.rawValue
            return try Response.json(
                ["status": status], status: stage == .ready && works ? .ok : .serviceUnavailable)
        }
        router.post("/api/v1/admin/rpc") { request, _ in try await answer(request) }
        router.get("/**") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: Self.page)))
        }
        return router
    }

    func run() async throws {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        try await Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "sandbox-agent"),
            logger: quiet
        ).run()
    }
}
