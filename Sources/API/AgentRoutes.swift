import Account
import Core
import HTTPSupport
import Hummingbird
import Jobs
import SQL
import Store

/// `GET` and `PATCH /v1/agent`: how the agent of whoever is signed in is to be.
struct AgentRoutes: Sendable {
    let queue: WorkQueue
    let account: AccountService
    let limits: CustomerLimits

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/agent", use: show)
        router.patch("/v1/agent", use: change)
        router.get("/v1/agent/silence", use: silence)
    }

    @Sendable private func show(_: Request, _ context: AppRequestContext) async throws -> Response {
        try Response(json: AgentBody(try await box(of: try context.requireCustomer())))
    }

    /// Why the agent is silent.
    @Sendable private func silence(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let asks = await limits.checks.take(customer.id.rawValue) == nil
        guard let (_, diagnosis) = try await account.diagnose(customer.id, asksTelegram: asks) else {
            throw DomainError(.notFound, code: "no_box", "You have no agent yet. The chat on our site is where one begins.")
        }
        return try Response(json: SilenceBody(diagnosis))
    }

    private func box(of customer: Customer) async throws -> Box {
        let found = try await queue.database.read { try BoxStore($0).current(customerID: customer.id) }
        guard let box = found, box.desired != .draft else {
            throw DomainError(.notFound, code: "no_box", "You have no agent yet. The chat on our site is where one begins.")
        }
        return box
    }

    @Sendable private func change(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let wanted = try await request.json(as: AgentPatch.self, context: context)
        _ = try await box(of: customer)
        try await limits.changes.check(customer.id.rawValue)
        return try Response(json: AgentBody(try await account.change(try wanted.change, of: customer.id)))
    }
}

/// An agent's settings, as the API shows them to its owner.
struct AgentBody: Encodable, Sendable {
    let agentName: String
    let purpose: String
    let language: Language
    let timeZone: String?
    let tone: AgentProfile.Tone
    let instructions: String
    let workingHours: AgentProfile.WorkingHours?
    let abilities: Abilities
    /// Whether the agent works like this already.
    let isApplied: Bool

    struct Abilities: Encodable, Sendable {
        let web: Bool
        let reminders: Bool
        let files: Bool
        let memory: Bool
    }

    init(_ box: Box) {
        agentName = box.agentName
        purpose = box.purpose
        language = box.language
        timeZone = box.timeZone
        tone = box.profile.tone
        instructions = box.profile.instructions
        workingHours = box.profile.workingHours
        abilities = Abilities(
            web: box.profile.may(.web), reminders: box.profile.may(.reminders), files: box.profile.may(.files),
            memory: box.profile.may(.memory))
        isApplied = box.runs
    }
}

/// Why an agent is silent, as the API tells its owner.
struct SilenceBody: Encodable, Sendable {
    let cause: Diagnosis.Cause
    let repair: Diagnosis.Repair
    let until: String?

    init(_ diagnosis: Diagnosis) {
        cause = diagnosis.cause
        repair = diagnosis.repair
        until = diagnosis.until?.description
    }
}

/// What is to be otherwise; what is missing stays.
struct AgentPatch: Decodable, Sendable {
    private let agentName: String?
    private let purpose: String?
    private let language: Language?
    private let timeZone: String?
    private let tone: AgentProfile.Tone?
    private let instructions: String?
    private let workingHours: Hours??
    private let abilities: Abilities?

    private struct Hours: Decodable {
        let from: String
        let until: String
    }

    /// All four, as what is left out would be anybody's guess.
    private struct Abilities: Decodable {
        let web: Bool
        let reminders: Bool
        let files: Bool
        let memory: Bool
    }

    private enum CodingKeys: CodingKey {
        case agentName, purpose, language, timeZone, tone, instructions, workingHours, abilities
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        agentName = try values.decodeUnlessLeftOut(forKey: .agentName)
        purpose = try values.decodeUnlessLeftOut(forKey: .purpose)
        language = try values.decodeUnlessLeftOut(forKey: .language)
        timeZone = try values.decodeUnlessLeftOut(forKey: .timeZone)
        tone = try values.decodeUnlessLeftOut(forKey: .tone)
        instructions = try values.decodeUnlessLeftOut(forKey: .instructions)
        // `null` takes the hours away.
        workingHours =
            values.contains(.workingHours)
            ? .some(try values.decodeIfPresent(Hours.self, forKey: .workingHours)) : nil
        abilities = try values.decodeUnlessLeftOut(forKey: .abilities)
    }

    var change: AgentChange {
        get throws(DomainError) {
            var change = AgentChange()
            change.agentName = agentName
            change.purpose = purpose
            change.language = language
            change.timeZone = timeZone
            change.tone = tone
            change.instructions = instructions
            if let workingHours {
                let hours = workingHours.map { AgentProfile.WorkingHours(from: $0.from, until: $0.until) }
                if case .some(.none) = hours {
                    throw DomainError(
                        .invalid, code: "invalid_working_hours",
                        "'working_hours' must have 'from' and another 'until', such as 09:00.")
                }
                change.workingHours = .some(hours ?? nil)
            }
            change.switchedOff = abilities.map { abilities in
                Set(
                    AgentProfile.Ability.allCases.filter { ability in
                        switch ability {
                        case .web: !abilities.web
                        case .reminders: !abilities.reminders
                        case .files: !abilities.files
                        case .memory: !abilities.memory
                        }
                    })
            }
            return change
        }
    }
}
