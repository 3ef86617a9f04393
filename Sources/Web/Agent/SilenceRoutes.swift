import Account
import Core
import HTTPSupport
import Hummingbird

/// What one does about an agent that doesn't answer.
struct SilenceRoutes: Sendable {
    let site: Site
    let account: AccountService
    let limits: CustomerLimits
    let views: BoxViews
    let contact: String?

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/dashboard/silence", use: silence)
        group.get("/dashboard/backups", use: backups)
        group.post("/dashboard/backups/restore", use: restore)
        group.post("/dashboard/backups/download", use: download)
        group.post("/dashboard/backups/delete", use: delete)
    }

    private func silence(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        // Frequent reloads show the stored result.
        let asks = await limits.checks.take(customer.id.rawValue) == nil
        guard let (box, diagnosis) = try await account.diagnose(customer.id, asksTelegram: asks) else {
            return .redirect(to: "/chat")
        }
        let backups = try await account.backups(of: customer.id).backups
        return site.response(
            SilencePage(
                diagnosis, box: box, botURL: views.botURL(box), hasBackups: backups.contains { $0.state == .done },
                contact: contact, texts: site.texts(context.language)),
            context: context)
    }

    private func backups(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        let (backups, restore) = try await account.backups(of: customer.id)
        return site.response(
            BackupsPage(
                backups, restore: restore, isDownloadable: account.hasDownloads, texts: site.texts(context.language)),
            context: context)
    }

    private struct Fields: Decodable {
        let id: Backup.ID
    }

    private func restore(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        let id = try await request.form(Fields.self, context: context).id
        try await limits.restarts.check(customerID.rawValue)
        try await account.restore(id, of: customerID)
        return .redirect(to: "/dashboard/backups")
    }

    private func download(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        let id = try await request.form(Fields.self, context: context).id
        return .redirect(to: try await account.download(id, of: customerID))
    }

    private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customerID = try context.requireCustomer().id
        try await account.deleteBackup(try await request.form(Fields.self, context: context).id, of: customerID)
        return .redirect(to: "/dashboard/backups")
    }
}
