import Account
import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import Store

/// `/account` and what can be done there.
struct AccountRoutes: Sendable {
    let site: Site
    let account: AccountService
    let limits: WebLimits

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/account", use: show)
        group.post("/account/email", use: changeEmail)
        group.get("/account/email/:token", use: askConsent)
        group.post("/account/email/:token", use: confirmEmail)
        group.post("/account/sessions/end", use: endSession)
        group.post("/account/tokens", use: newToken)
        group.post("/account/tokens/delete", use: deleteToken)
        group.post("/account/notices", use: setNotices)
        group.post("/account/export", use: newExport)
        group.get("/account/export/:token", use: export)
        group.post("/account/erasure", use: requestErasure)
        group.post("/account/erasure/cancel", use: cancelErasure)
    }

    private func show(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard context.customer != nil else { return .redirect(to: "/login") }
        return try await page(context)
    }

    private func page(
        _ context: AppRequestContext, news: AccountPage.News = .init(), status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let (customer, session) = try context.requireSession()
        let records = AccountRecords(
            customer: customer, emailChange: try await account.emailChange(of: customer.id),
            sessions: try await account.sessions(of: customer.id), tokens: try await account.tokens(of: customer.id),
            noticesOff: try await account.noticesOff(of: customer.id), erasure: try await account.erasure(of: customer.id))
        let model = AccountPage(
            records, thisSession: AccountService.handle(ofSession: session), news: news, texts: site.texts(context.language))
        return site.response(model, status: status, context: context)
    }

    // MARK: Address

    private struct Address: Decodable {
        let email: String
    }

    private func changeEmail(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let input = try await request.form(Address.self, context: context).email
        let texts = site.texts(context.language)
        let address: EmailAddress
        do {
            address = try EmailAddress(input)
        } catch {
            let fault = error.code == "unmailable_email" ? texts["login_unmailable"] : texts["login_invalid"]
            return try await page(context, news: .init(fault: fault), status: .badRequest)
        }
        guard address.text != customer.email else {
            return try await page(context, news: .init(fault: texts["account_email_same"]), status: .conflict)
        }
        // Both addresses get a mail.
        try await limits.checkLogin(context)
        try await limits.checkMail(to: address)
        if let present = try customer.email.map(EmailAddress.init) { try await limits.checkMail(to: present) }
        try await account.requestEmail(address, of: customer)
        return .redirect(to: "/account")
    }

    private func askConsent(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let token = try context.parameters.require("token")
        guard let change = try await account.emailChange(token: token) else {
            throw DomainError(
                .gone, code: "email_link_expired", "This link has expired or was used already. Ask for a new one.")
        }
        let texts = site.texts(context.language)
        let text = texts("email_confirm_text", ["email": change.email])
        return site.response(EmailConfirmPage(token: token, text: text), context: context)
    }

    private func confirmEmail(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let change = try await account.confirmEmail(token: try context.parameters.require("token"))
        let texts = site.texts(context.language)
        let text =
            change.isAgreed
            ? texts("email_confirmed_text", ["email": change.email])
            : change.newConfirmedAt == nil
                ? texts("email_confirmed_new_missing", ["email": change.email]) : texts["email_confirmed_old_missing"]
        return site.response(EmailConfirmedPage(text: text), context: context)
    }

    // MARK: Sessions and tokens

    private struct Handle: Decodable {
        let handle: String
    }

    private func endSession(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        try await account.endSession(try await request.form(Handle.self, context: context).handle, of: customerID)
        return .redirect(to: "/account")
    }

    private struct NewToken: Decodable {
        let name: String
        let scope: APIToken.Scope
    }

    /// The answer is the page itself: a token that is shown once can't stand behind another address.
    private func newToken(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        let wanted = try await request.form(NewToken.self, context: context)
        do {
            let secret = try await account.newToken(wanted.name, scope: wanted.scope, of: customerID).secret
            return try await page(context, news: .init(newToken: secret))
        } catch let error as DomainError where ["invalid_token_name", "too_many_tokens"].contains(error.code) {
            let texts = site.texts(context.language)
            let fault =
                error.code == "too_many_tokens" ? texts["account_tokens_many"] : texts["account_token_fault"]
            return try await page(context, news: .init(fault: fault), status: .badRequest)
        }
    }

    private struct Subject: Decodable {
        let id: APIToken.ID
    }

    private func deleteToken(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        try await account.deleteToken(try await request.form(Subject.self, context: context).id, of: customerID)
        return .redirect(to: "/account")
    }

    // MARK: Notices

    private func setNotices(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        // A box that isn't ticked isn't sent.
        let ticked = try await request.form([String: String].self, context: context)
        let switches = NoticeSwitch.all.map { ($0, ticked[AccountPage.fieldName($0)] != nil) }
        _ = try await account.setNotices(Dictionary(uniqueKeysWithValues: switches), of: customerID)
        let texts = site.texts(context.language)
        return try await page(context, news: .init(notice: texts["account_notices_saved"]))
    }

    // MARK: Data

    private func newExport(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        try await limits.checkExport(customer.id)
        let token = try await account.newExport(of: customer.id)
        return try await page(context, news: .init(exportPath: "/account/export/\(token.secret.reveal())"))
    }

    private func export(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        try await limits.checkExport(customer.id)
        let archive = try await account.export(token: try context.parameters.require("token"), of: customer.id)
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/zip", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"openclaw-cloud.zip\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: archive)))
    }

    private func requestErasure(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        _ = try await account.requestErasure(of: try context.requireCustomer().id)
        return .redirect(to: "/account")
    }

    private func cancelErasure(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await account.cancelErasure(of: try context.requireCustomer().id)
        return .redirect(to: "/account")
    }
}
