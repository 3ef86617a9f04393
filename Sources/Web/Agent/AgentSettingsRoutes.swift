import Account
import Core
import HTTPSupport
import Hummingbird
import Jobs
import SQL
import Store

/// `/dashboard/agent`: what is sent is wanted of the box at once, and made real a moment later.
struct AgentSettingsRoutes: Sendable {
    let site: Site
    let queue: WorkQueue
    let account: AccountService
    let limits: CustomerLimits
    let plans: PlanTable

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/dashboard/agent", use: settings)
        group.post("/dashboard/agent", use: save)
    }

    private func settings(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        guard let box = try await box(of: customer) else { return .redirect(to: "/chat") }
        let isSaved = request.uri.queryParameters["saved"] != nil
        return site.response(
            AgentSettingsPage(box, plan: plans[box.tier], isSaved: isSaved, texts: site.texts(context.language)),
            context: context)
    }

    private struct Fields: Decodable {
        let agentName: String
        let purpose: String
        let tone: AgentProfile.Tone
        let instructions: String?
        let language: Language
        let timeZone: String
        let from: String
        let until: String
        // A box that isn't ticked isn't sent.
        let web: String?
        let reminders: String?
        let files: String?
        let memory: String?

        var switchedOff: Set<AgentProfile.Ability> {
            Set(
                AgentProfile.Ability.allCases.filter { ability in
                    switch ability {
                    case .web: web == nil
                    case .reminders: reminders == nil
                    case .files: files == nil
                    case .memory: memory == nil
                    }
                })
        }
    }

    private func save(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let fields = try await request.form(Fields.self, context: context)
        try await limits.changes.check(customer.id.rawValue)
        do {
            _ = try await account.change(try change(fields), of: customer.id)
        } catch let error as DomainError where error.kind == .invalid && request.wantsPage {
            guard let box = try await box(of: customer) else { throw error }
            let page = AgentSettingsPage(
                sent(fields, over: box), plan: plans[box.tier], fault: fault(error, site.texts(context.language)),
                texts: site.texts(context.language))
            return site.response(page, status: .badRequest, context: context)
        }
        return .redirect(to: "/dashboard/agent?saved")
    }

    private func change(_ fields: Fields) throws(DomainError) -> AgentChange {
        var change = AgentChange()
        change.agentName = fields.agentName
        change.purpose = fields.purpose
        change.language = fields.language
        change.tone = fields.tone
        change.instructions = fields.instructions
        if !fields.timeZone.isEmpty { change.timeZone = fields.timeZone }
        change.switchedOff = fields.switchedOff
        if fields.from.isEmpty, fields.until.isEmpty {
            change.workingHours = .some(nil)
        } else if let hours = AgentProfile.WorkingHours(from: fields.from, until: fields.until) {
            change.workingHours = .some(hours)
        } else {
            throw DomainError(
                .invalid, code: "invalid_working_hours", "Working hours have a beginning and another end, such as 09:00.")
        }
        return change
    }

    /// What somebody wrote stays in the form, whatever is wrong with it.
    private func sent(_ fields: Fields, over box: Box) -> Box {
        var box = box
        box.agentName = fields.agentName
        box.purpose = fields.purpose
        box.language = fields.language
        box.profile.tone = fields.tone
        box.profile.instructions = fields.instructions ?? box.profile.instructions
        box.profile.switchedOff = fields.switchedOff
        if !fields.timeZone.isEmpty { box.timeZone = fields.timeZone }
        box.profile.workingHours = AgentProfile.WorkingHours(from: fields.from, until: fields.until)
        return box
    }

    private func fault(_ error: DomainError, _ texts: Texts) -> String {
        switch error.code {
        case "invalid_agent_name": texts("agent_fault_name", ["longest": texts.number(AgentName.longest)])
        case "invalid_working_hours": texts["agent_fault_hours"]
        case "purpose_too_long": texts("agent_fault_long", ["longest": texts.number(AgentChange.longestPurpose)])
        case "instructions_too_long": texts("agent_fault_long", ["longest": texts.number(AgentChange.longestInstructions)])
        default: texts["error_400_text"]
        }
    }

    private func box(of customer: Customer) async throws -> Box? {
        let box = try await queue.database.read { try BoxStore($0).current(customerID: customer.id) }
        return box?.desired == .draft ? nil : box
    }
}
