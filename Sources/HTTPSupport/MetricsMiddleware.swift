package import Hummingbird

/// Counts and times requests by method, route and status.
package struct MetricsMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    private let requests: Counter
    private let durations: Histogram
    private let inFlight: Gauge

    /// - Parameter service: the value of the label `service`, so that several can share a registry.
    package init(registry: MetricsRegistry, service: String) {
        let labels = ["service": service]
        requests = registry.counter("http_requests_total", help: "Requests answered.", labels: labels)
        durations = registry.histogram(
            "http_request_duration_seconds", help: "Time until the response's head was ready.", labels: labels)
        inFlight = registry.gauge("http_requests_in_flight", help: "Requests being answered.", labels: labels)
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        inFlight.add(1)
        defer { inFlight.add(-1) }
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let route = ["method": Self.name(of: request.method), "route": context.route]
        durations.observe((ContinuousClock.now - start).seconds, labels: route)
        requests.increment(labels: route.merging(["status": String(response.status.code)]) { _, status in status })
        return response
    }

    /// Clients may make methods up; labels must not grow with them.
    private static func name(of method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options: method.rawValue
        default: "other"
        }
    }
}

extension Duration {
    /// With the fraction.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
