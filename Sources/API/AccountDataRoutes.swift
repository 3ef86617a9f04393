import Account
import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import Store

/// What the page of the account does, for a browser's session: sessions, tokens, the address, an export, the end.
struct AccountDataRoutes: Sendable {
    let account: AccountService

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/sessions", use: sessions)
        router.delete("/v1/sessions/{handle}", use: endSession)
        router.get("/v1/tokens", use: tokens)
        router.post("/v1/tokens", use: newToken)
        router.delete("/v1/tokens/{id}", use: deleteToken)
        router.post("/v1/export", use: newExport)
        router.get("/v1/erasure", use: erasure)
        router.post("/v1/erasure", use: requestErasure)
        router.delete("/v1/erasure", use: cancelErasure)
    }

    @Sendable private func sessions(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        let this = AccountService.handle(ofSession: context.sessionToken ?? "")
        return try Response(
            json: ["data": try await account.sessions(of: customer.id).map { SessionBody($0, isThis: $0.handle == this) }])
    }

    @Sendable private func endSession(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        let handle = try context.parameters.require("handle")
        guard handle.utf8.count == 16, handle.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else {
            throw DomainError(.notFound, code: "no_session", "There is no such session.")
        }
        try await account.endSession(handle, of: customer.id)
        return Response(status: .noContent)
    }

    @Sendable private func tokens(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        return try Response(json: ["data": try await account.tokens(of: customer.id).map { TokenBody($0) }])
    }

    private struct NewToken: Decodable {
        let name: String
        let scope: APIToken.Scope
    }

    /// No key makes it once: an answer that can be given again would be a stored token.
    @Sendable private func newToken(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        let wanted = try await request.json(as: NewToken.self, context: context)
        let (token, secret) = try await account.newToken(wanted.name, scope: wanted.scope, of: customer.id)
        return try Response(json: TokenBody(token, secret: secret.reveal()), status: .created)
    }

    @Sendable private func deleteToken(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        guard let id = APIToken.ID(try context.parameters.require("id")) else {
            throw DomainError(.notFound, code: "no_token", "There is no such token. It may have been deleted meanwhile.")
        }
        try await account.deleteToken(id, of: customer.id)
        return Response(status: .noContent)
    }

    @Sendable private func newExport(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        let token = try await account.newExport(of: customer.id)
        return try Response(json: ["url": "/account/export/\(token.secret.reveal())"], status: .created)
    }

    @Sendable private func erasure(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        guard let erasure = try await account.erasure(of: customer.id) else {
            throw DomainError(.notFound, code: "no_erasure", "Nobody has asked for your data to be deleted.")
        }
        return try Response(json: ErasureBody(erasure))
    }

    @Sendable private func requestErasure(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        return try Response(json: ErasureBody(try await account.requestErasure(of: customer.id)), status: .accepted)
    }

    @Sendable private func cancelErasure(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireBrowser()
        try await account.cancelErasure(of: customer.id)
        return Response(status: .noContent)
    }
}

/// A browser that is signed in, as the API shows it.
struct SessionBody: Encodable, Sendable {
    let handle: String
    let device: String
    let createdAt: String
    let isThis: Bool

    init(_ session: Session, isThis: Bool) {
        handle = session.handle
        device = session.device
        createdAt = session.createdAt.description
        self.isThis = isThis
    }
}

/// A program's token, as the API shows it: its text only in the answer that makes it.
struct TokenBody: Encodable, Sendable {
    let id: APIToken.ID
    let name: String
    let scope: APIToken.Scope
    let createdAt: String
    let lastUsedAt: String?
    let token: String?

    init(_ token: APIToken, secret: String? = nil) {
        id = token.id
        name = token.name
        scope = token.scope
        createdAt = token.createdAt.description
        lastUsedAt = token.lastUsedAt?.description
        self.token = secret
    }
}

struct ErasureBody: Encodable, Sendable {
    let requestedAt: String
    let dueAt: String

    init(_ erasure: Erasure) {
        requestedAt = erasure.requestedAt.description
        dueAt = erasure.dueAt.description
    }
}
