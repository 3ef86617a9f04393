package import Core
package import HTTPSupport
package import Hummingbird
package import Jobs
package import Logging
import SQL

/// The tools that agents get from the platform: reminders, what is left of the month, the owner's time zone.
package struct AgentTools: Sendable {
    private let routes: MCPRoutes
    private let metrics: MetricsRegistry

    /// - Parameters:
    ///   - search: `nil`: the agents can't search the web.
    ///   - sharedRates: what other processes count with us.
    package init(
        queue: WorkQueue, plans: PlanTable, search: WebSearch? = nil, metrics: MetricsRegistry,
        sharedRates: SharedRates? = nil, logger: Logger
    ) {
        let tools = Toolbox(queue: queue, plans: plans, search: search, metrics: metrics, logger: logger)
        routes = MCPRoutes(server: MCPServer(tools: tools), queue: queue, sharedRates: sharedRates)
        self.metrics = metrics
    }

    /// A router for programs only: nobody is signed in here, and nothing is a page.
    package func router() -> Router<AppRequestContext> {
        let router = Router(context: AppRequestContext.self)
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: RequestLogMiddleware())
        router.add(middleware: MetricsMiddleware(registry: metrics, service: "agent-tools"))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: BodyLimitMiddleware())
        routes.addRoutes(to: router)
        return router
    }
}
