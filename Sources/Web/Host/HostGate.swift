import Core
import HTTPSupport
import HTTPTypes
import HostDesk
import Hummingbird

/// Lets the host's people in, and writes down what they look at. For everybody else there is nothing here.
struct HostGate: Sendable {
    typealias Handler = @Sendable (Request, AppRequestContext) async throws -> Response

    let site: Site
    let access: HostAccess
    let desk: HostDesk

    static let nothing = DomainError(.notFound, code: "not_found", "There is nothing here.")

    /// One of the host's people.
    struct Person: Sendable {
        let email: String
        let session: String
    }

    /// - Throws: what there is for everybody else.
    func person(_ context: AppRequestContext) throws(DomainError) -> Person {
        guard let email = access.person(context.customer), let session = context.sessionToken else { throw Self.nothing }
        return Person(email: email, session: session)
    }

    /// A page or an act of the desk: only after the second factor.
    func open(
        _ handler: @escaping @Sendable (Request, AppRequestContext, Person) async throws -> Response
    ) -> Handler {
        { request, context in
            let person = try person(context)
            guard try await access.stage(of: person.email, session: person.session) == .open else {
                return .redirect(to: "/host/second-factor")
            }
            if request.method != .post {
                try await desk.note(
                    "look", subject: String(request.uri.path.prefix(200)), by: person.email, origin: .desk)
            }
            return try await handler(request, context, person)
        }
    }

    func response(_ page: some PageModel, status: HTTPResponse.Status = .ok, _ context: AppRequestContext) -> Response {
        var context = context
        context.language = .english
        return site.response(page, status: status, context: context)
    }

    // MARK: The second factor

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/host/second-factor", use: factor)
        group.post("/host/second-factor", use: verify)
        group.post("/host/second-factor/set-up", use: setUp)
        group.post("/host/leave", use: leave)
    }

    private func factor(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let person = try person(context)
        let stage = try await access.stage(of: person.email, session: person.session)
        if stage == .open { return .redirect(to: "/host") }
        return response(HostFactorPage(stage, person: person.email), context)
    }

    private func setUp(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let person = try person(context)
        try await access.enrol(person.email)
        return .redirect(to: "/host/second-factor")
    }

    private struct CodeField: Decodable {
        let code: String
    }

    private func verify(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let person = try person(context)
        let code = try await request.form(CodeField.self, context: context).code
        do {
            let codes = try await access.verify(
                code: String(code.prefix(64)), email: person.email, session: person.session)
            guard let codes else { return .redirect(to: "/host") }
            return response(HostFactorPage(codes: codes, person: person.email), context)
        } catch let error as DomainError where error.kind == .forbidden || error.kind == .limited {
            let stage = try await access.stage(of: person.email, session: person.session)
            return response(
                HostFactorPage(stage, person: person.email, fault: error.message), status: error.kind.status, context)
        }
    }

    private func leave(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let person = try person(context)
        try await access.leave(session: person.session, email: person.email)
        return .redirect(to: "/")
    }
}
