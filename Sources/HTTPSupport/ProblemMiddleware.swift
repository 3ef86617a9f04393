import Core
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore

/// Turns every error into a ``Problem``, and that into JSON, or into a page for those who can read one.
package struct ProblemMiddleware: RouterMiddleware {
    package typealias Context = AppRequestContext

    private let htmlErrorPage: (@Sendable (Problem, AppRequestContext) -> Response)?

    /// - Parameter htmlErrorPage: makes the response for clients that accept `text/html`; its status is set to the problem's.
    package init(htmlErrorPage: (@Sendable (Problem, AppRequestContext) -> Response)? = nil) {
        self.htmlErrorPage = htmlErrorPage
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error, requestID: context.requestID)
            if problem.status >= 500, !(error is CancellationError) {
                context.logger.error("request failed", metadata: ["route": "\(context.route)", "error": "\(error)"])
            }
            var response = try self.response(to: request, problem, context)
            for field in (error as? HTTPError)?.headers ?? [:] {
                response.headers[field.name] = field.value
            }
            if problem.status == HTTPResponse.Status.serviceUnavailable.code { response.headers[.retryAfter] = "5" }
            if let seconds = (error as? DomainError)?.retryAfter { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }

    private func response(to request: Request, _ problem: Problem, _ context: Context) throws -> Response {
        if let htmlErrorPage, request.headers[.accept]?.contains("text/html") == true {
            var page = htmlErrorPage(problem, context)
            page.status = HTTPResponse.Status(code: problem.status)
            return page
        }
        return try Response(
            json: problem, status: HTTPResponse.Status(code: problem.status), contentType: Problem.contentType)
    }
}
